//! Whether a file holds what was written: every checksum, no hole in the log, nothing older than what it follows.

use quorate_core::types::NodeId;
use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, TableHandle};

use super::{
    VERSION,
    fault::Fault,
    snapshot,
    table::{self, CLUSTER, COMMITTED, FORMAT, LOG, META, NODE, PURGED, VOTE},
};
use crate::{
    ids::ClusterUid,
    raft::{Entry, LogId, Peer, Snapshot, Vote, term},
};

/// What the caller has to know of a file.
#[derive(Default)]
pub(crate) struct Contents {
    /// The cluster taken part in.
    pub cluster: Option<ClusterUid>,
}

/// Reads all of it. `restore` tries whether the state machine takes the snapshot.
pub(super) fn contents(
    database: &Database,
    me: NodeId,
    restore: &mut dyn FnMut(&[u8]) -> Result<(), String>,
) -> Result<Contents, Fault> {
    let read = database.begin_read()?;
    if read.list_tables()?.next().is_none() {
        // It was made, but nothing was written yet.
        return Ok(Contents::default());
    }
    let cluster = owner(&read, me)?;
    let snapshot = snapshot::load(&read)?;
    if let Some(snapshot) = &snapshot {
        restore(&snapshot.snapshot).map_err(|why| Fault::Damaged(format!("its snapshot cannot be restored: {why}")))?;
    }
    order(&read, snapshot.as_ref())?;
    Ok(Contents { cluster })
}

/// The format and whose it is; the cluster.
fn owner(read: &ReadTransaction, me: NodeId) -> Result<Option<ClusterUid>, Fault> {
    if !read.list_tables()?.any(|table| table.name() == "meta") {
        return Err(Fault::Damaged("it is a database of something else".into()));
    }
    let meta = read.open_table(META)?;
    let missing = |what: &str| Fault::Damaged(format!("`{what}` is missing"));
    match table::get_meta::<u32>(&meta, FORMAT)?.ok_or_else(|| missing(FORMAT))? {
        VERSION => {}
        newer if newer > VERSION => return Err(Fault::Newer(newer)),
        other => return Err(Fault::Damaged(format!("there is no format {other}"))),
    }
    let node: NodeId = table::get_meta::<Peer>(&meta, NODE)?.ok_or_else(|| missing(NODE))?.into();
    if node != me {
        return Err(Fault::OtherNode(node));
    }
    let cluster = table::get_meta::<Peer>(&meta, CLUSTER)?;
    Ok(cluster.map(|uid| ClusterUid(uid.0)))
}

/// Snapshot, log, commits and vote follow each other without a hole.
fn order(read: &ReadTransaction, snapshot: Option<&Snapshot>) -> Result<(), Fault> {
    let wrong = |what: String| Err(Fault::Damaged(what));
    let meta = read.open_table(META)?;
    let purged = table::get_meta::<LogId>(&meta, PURGED)?;
    let committed = table::get_meta::<LogId>(&meta, COMMITTED)?;
    let vote = table::get_meta::<Vote>(&meta, VOTE)?;
    let kept = snapshot.and_then(|snapshot| snapshot.meta.last_log_id);
    if purged > kept {
        return wrong(format!("the log was cut off at {}, but the snapshot ends before", index(purged)));
    }
    let last = log(read, purged)?;
    // A snapshot that was taken over, but the log before it was not removed yet: fine, if all of it is before.
    if last < kept && last.map(|id| id.index) >= kept.map(|id| id.index) {
        return wrong(format!("the log and the snapshot tell different stories of entry {}", index(kept)));
    }
    let end = last.max(kept);
    if committed > end {
        return wrong(format!("entry {} was committed, but the log ends at {}", index(committed), index(end)));
    }
    let voted = vote.map_or(0, |vote| vote.leader_id.term);
    match end {
        Some(end) if term(&end) > voted => wrong(format!("its last vote is older than entry {}", end.index)),
        _ => Ok(()),
    }
}

/// Reads the log; its last id.
fn log(read: &ReadTransaction, purged: Option<LogId>) -> Result<Option<LogId>, Fault> {
    let mut last = purged;
    for item in read.open_table(LOG)?.iter()? {
        let (index, value) = item?;
        let (index, expected) = (index.value(), last.map_or(0, |id| id.index + 1));
        let entry: Entry = table::entry_of(index, value.value())?;
        if index != expected {
            return Err(Fault::Damaged(format!("entry {expected} of the log is missing, {index} comes next")));
        }
        if entry.log_id.index != index || Some(entry.log_id) < last {
            return Err(Fault::Damaged(format!("entry {index} of the log belongs elsewhere")));
        }
        last = Some(entry.log_id);
    }
    Ok(last)
}

fn index(id: Option<LogId>) -> String {
    id.map_or_else(|| "the beginning".into(), |id| id.index.to_string())
}
