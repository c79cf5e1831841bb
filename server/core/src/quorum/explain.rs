//! What would happen to quorum if these nodes failed, or left: a dry run.

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use super::{Candidate, QuorumStatus, choose, consensus::Policy, tally::majority};
use crate::types::{NodeName, Voter};

/// What would happen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// Whether the rest would have quorum.
    pub kept: bool,
    /// The voters there would be, by name.
    pub voters: Vec<NodeName>,
    /// Those of them that would be left.
    pub left: Vec<NodeName>,
    /// How many of them must be left.
    pub needed: usize,
    /// How many more of them may fail.
    pub spare: usize,
    /// What would help, or what is worth knowing.
    pub advice: Vec<Advice>,
}

/// What would help, or what is worth knowing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Advice {
    /// Nobody votes: the cluster was never formed.
    NotFormed,
    /// These voters are missing already: have one of them come back.
    Absent(Vec<NodeName>),
    /// Two machines: a witness would let one of them fail.
    AddWitness,
    /// No voter may fail: these nodes could vote, too.
    AddVoters(Vec<NodeName>),
    /// No voter may fail, and no other node may vote: more machines would help.
    AddNodes,
    /// Of an even number of voters no more may fail than of one less.
    Even(usize),
    /// So many voters are in one zone that quorum goes with it.
    Zone(String),
}

/// What happens when `failing` nodes fail and `leaving` ones leave; `known` are all nodes of the view that may vote.
#[must_use]
pub fn explain(
    status: &QuorumStatus,
    known: &[Candidate],
    failing: &BTreeSet<NodeName>,
    leaving: &BTreeSet<NodeName>,
) -> Explanation {
    let voters = after_leaving(status, known, leaving);
    let here = |voter: &&Voter| known.iter().any(|candidate| candidate.voter == **voter);
    let gone = |voter: &&Voter| failing.contains(&voter.name) || leaving.contains(&voter.name);
    let left: Vec<&Voter> = voters.iter().filter(here).filter(|voter| !gone(voter)).collect();
    let needed = majority(voters.len());
    let kept = !voters.is_empty() && left.len() >= needed;
    let mut advice = Vec::new();
    if voters.is_empty() {
        advice.push(Advice::NotFormed);
    } else {
        advise(&voters, known, &left, needed, &mut advice);
    }
    let names = |voters: Vec<&Voter>| {
        let names: BTreeSet<NodeName> = voters.into_iter().map(|voter| voter.name.clone()).collect();
        names.into_iter().collect()
    };
    Explanation {
        kept,
        left: names(left.clone()),
        voters: names(voters.iter().collect()),
        needed,
        spare: left.len().saturating_sub(needed),
        advice,
    }
}

/// Who leaves is replaced at once where another can take its place.
fn after_leaving(status: &QuorumStatus, known: &[Candidate], leaving: &BTreeSet<NodeName>) -> Vec<Voter> {
    let leaves = status.voters.iter().any(|voter| leaving.contains(&voter.name));
    let Policy::Auto { most } = status.policy else { return status.voters.clone() };
    let rest: Vec<Candidate> =
        known.iter().filter(|candidate| !leaving.contains(&candidate.voter.name)).cloned().collect();
    let spare = rest.iter().filter(|candidate| !status.voters.contains(&candidate.voter)).count();
    if !leaves || spare == 0 && rest.len() < 3 {
        return status.voters.clone();
    }
    choose(&status.voters, &rest, most as usize, &[])
}

fn advise(voters: &[Voter], known: &[Candidate], left: &[&Voter], needed: usize, out: &mut Vec<Advice>) {
    let absent: BTreeSet<NodeName> = voters
        .iter()
        .filter(|voter| !known.iter().any(|candidate| candidate.voter == **voter))
        .map(|voter| voter.name.clone())
        .collect();
    if !absent.is_empty() {
        out.push(Advice::Absent(absent.into_iter().collect()));
    }
    if left.len() <= needed {
        let others = known.iter().filter(|candidate| !voters.contains(&candidate.voter));
        let others: Vec<NodeName> = others.map(|candidate| candidate.voter.name.clone()).collect();
        match (known.len(), others.is_empty()) {
            (0..=2, _) => out.push(Advice::AddWitness),
            (_, false) => out.push(Advice::AddVoters(others)),
            (_, true) => out.push(Advice::AddNodes),
        }
    }
    if voters.len().is_multiple_of(2) {
        out.push(Advice::Even(voters.len()));
    }
    let zones: BTreeSet<&String> = known.iter().filter_map(|candidate| candidate.zone.as_ref()).collect();
    for zone in zones {
        let outside = |voter: &&&Voter| {
            let candidate = known.iter().find(|candidate| candidate.voter == ***voter);
            candidate.and_then(|candidate| candidate.zone.as_ref()) != Some(zone)
        };
        if left.iter().filter(outside).count() < needed && left.len() >= needed {
            out.push(Advice::Zone(zone.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, string::ToString, vec, vec::Vec};

    use super::{Advice, Candidate, Explanation, Policy, QuorumStatus, explain};
    use crate::types::{NodeId, NodeName, Voter};

    fn voter(number: u8) -> Voter {
        Voter { id: NodeId([number; 16]), name: NodeName::new(&alloc::format!("n{number}")).unwrap() }
    }

    fn candidate(number: u8, zone: &str) -> Candidate {
        let zone = (!zone.is_empty()).then(|| zone.to_string());
        Candidate { voter: voter(number), witness: false, zone }
    }

    fn names(numbers: &[u8]) -> BTreeSet<NodeName> {
        numbers.iter().map(|number| voter(*number).name).collect()
    }

    fn of(voters: &[u8], known: &[Candidate], failing: &[u8], leaving: &[u8]) -> Explanation {
        let status = QuorumStatus {
            granted: None,
            lack: None,
            regime: None,
            cluster: None,
            leader: None,
            voters: voters.iter().map(|number| voter(*number)).collect(),
            policy: Policy::default(),
        };
        explain(&status, known, &names(failing), &names(leaving))
    }

    fn plain(numbers: core::ops::RangeInclusive<u8>) -> Vec<Candidate> {
        numbers.map(|number| candidate(number, "")).collect()
    }

    #[test]
    fn a_majority_of_the_voters_must_be_left() {
        let one = of(&[1, 2, 3], &plain(1..=3), &[3], &[]);
        assert_eq!((one.kept, one.needed, one.spare), (true, 2, 0));
        assert_eq!(one.advice, [Advice::AddNodes], "after that no voter may fail");
        assert!(!of(&[1, 2, 3], &plain(1..=3), &[2, 3], &[]).kept);
        assert!(of(&[1, 2, 3], &plain(1..=9), &[4, 5, 6, 7, 8, 9], &[]).kept, "satellites do not matter");
        assert_eq!(of(&[], &plain(1..=3), &[], &[]).advice, [Advice::NotFormed]);
    }

    #[test]
    fn who_leaves_is_replaced_and_who_fails_is_not() {
        let five = plain(1..=5);
        assert!(!of(&[1, 2, 3], &five, &[2, 3], &[]).kept);
        let left = of(&[1, 2, 3], &five, &[], &[2, 3]);
        assert!(left.kept && left.voters.len() == 3, "{left:?}");
        assert!(!of(&[1, 2, 3], &plain(1..=3), &[], &[2, 3]).kept, "nobody can take their places");
    }

    #[test]
    fn what_would_help_is_said() {
        assert_eq!(of(&[1, 2], &plain(1..=2), &[], &[]).advice, [Advice::AddWitness, Advice::Even(2)]);
        assert_eq!(
            of(&[1, 2, 3], &plain(1..=2), &[], &[]).advice,
            [Advice::Absent(vec![voter(3).name]), Advice::AddWitness,]
        );
        let zoned = [candidate(1, "a"), candidate(2, "a"), candidate(3, "b")];
        assert_eq!(of(&[1, 2, 3], &zoned, &[], &[]).advice, [Advice::Zone("a".to_string())]);
    }
}
