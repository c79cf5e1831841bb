//! What help texts say at their end.

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done (also after Ctrl-C in --follow and --watch)
  1  any other error
  2  usage: a flag or a value was not accepted, by this program or by the agent
  3  the cluster cannot be reached or not trusted, or has no view yet
  4  not found
  5  refused: the state of the cluster does not allow it, or it changed meanwhile
  6  no answer in time, or not recovered within --wait
  7  no quorum (quorate quorum)
  8  not granted: held by somebody else, or not within --wait
  9  what was held was lost, and the command stopped
  10 a service does not run (quorate service why, service apply --wait)
  With a command after -- that of the command; 126 and 127 when it cannot be run.

Examples:
  quorate status
  quorate --endpoint 10.0.0.1:7401,10.0.0.2:7401 members
  quorate events --follow --since 10m -o json
  quorate lock db/migrate -- ./migrate.sh
  quorate service apply services.toml
  quorate --tls-ca ca.pem --endpoint 10.0.0.1:7401 members";

pub(super) const LEAVE_EXAMPLES: &str = "\
Leaving concerns one agent, so exactly one endpoint must be given. Waits up to --timeout,
60s by default.

Examples:
  quorate leave --endpoint 10.0.0.3:7401
  quorate leave --endpoint 10.0.0.3:7401 --yes --timeout 2m";

pub(super) const QUORUM_EXAMPLES: &str = "\
Exits with 0 when the node has quorum and with 7 when it has not. Several endpoints are asked one
after the other until one answers: give exactly one to ask a certain node.

Examples:
  quorate quorum && echo safe
  quorate quorum --endpoint 10.0.0.2:7401 -o json | jq .quorum.epoch";

pub(super) const VOTERS_EXAMPLES: &str = "\
Examples:
  quorate voters
  quorate voters -o json | jq -r '.voters[].node_name'
  quorate voters pin n1 n2 n3
  quorate voters auto --most 3";

pub(super) const HISTORY_EXAMPLES: &str = "\
History is what the cluster database keeps, also from before all agents were started anew; `events`
is what the answering agent has seen itself. At most 4,096 records are kept.

Examples:
  quorate history --since 12h
  quorate history --since 2026-11-22T22:00:00Z --until 2026-11-23T06:00:00Z
  quorate history --kind grant --last 5 -o json | jq .epoch";

pub(super) const BACKUP_EXAMPLES: &str = "\
A file that exists is not overwritten, unless with --force. Written are the settings, evictions,
how voters are chosen, the epochs and the history; not the members.

Examples:
  quorate backup quorate-$(date +%F).backup
  quorate backup - | ssh elsewhere 'cat > quorate.backup'";

pub(super) const RESTORE_EXAMPLES: &str = "\
The members, the voters in force and all that runs stay as they are. Epochs go on 1,000,000,000 above
any in the backup or granted since. All is restored or nothing.

Where all machines were lost: start agents on empty data folders, wait until they have quorum, and
restore with --from-cluster and the uid of the lost cluster, which --dry-run shows.

Examples:
  quorate restore quorate.backup --dry-run
  quorate restore quorate.backup --yes";

pub(super) const FORCE_EXAMPLES: &str = "\
For disasters only: most voters are lost for good, and nothing else can bring quorum back. Without
--cluster-uid it only says what would happen. The agent asked must be a voter; give exactly one
endpoint. Nodes outside its view can come back only with an empty data folder.

Examples:
  quorate force-new-cluster --endpoint 10.0.0.4:7401
  quorate force-new-cluster --endpoint 10.0.0.4:7401 --cluster-uid 0b2a...";

pub(super) const EVENTS_EXAMPLES: &str = "\
Without --since all history that the answering agent keeps is listed. Only views are kept as
history: all else is seen with --follow alone. Where history or events were dropped, the output
says so.

Examples:
  quorate events
  quorate events --since 1h
  quorate events --since 2026-11-22T12:00:00Z --kind view
  quorate events --follow --kind name,session --path-prefix services/
  quorate events --follow -o json | jq .kind";
