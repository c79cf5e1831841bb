//! Which copy is taken when another regime begins: the longest of those that can be trusted to have all that was ever
//! answered (S2).
//!
//! What was answered was held by a majority of the voters, all of them members of the view of the regime that answered. Of
//! the copies that the members of the new view have, the one of the latest regime, and of these the longest, has everything
//! that regimes up to that one answered, when too few of that regime's members are gone to have been a majority without the
//! rest. And no later regime can have answered anything when too few voters are left that might have been its majority: all
//! but those who would know of it. (As in Viewstamped Replication and Raft, but for the second
//! sentence: they ask for a majority with a copy, which is one way to be sure of both.)

use alloc::collections::{BTreeMap, BTreeSet};

use crate::{
    quorum::tally::{Configs, majority},
    types::{Identity, NodeId},
    wire::{Memory, Participant},
};

/// Which copy is taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Others must answer first.
    Wait,
    /// This member's.
    Take(Identity),
    /// None that can be had is sure to have everything, and none ever will be.
    Lost,
}

/// Decides by what the `members` of the view have answered to `me`, which leads.
#[must_use]
pub fn decide(
    configs: &Configs,
    me: &Identity,
    members: &[Participant],
    memories: &BTreeMap<Identity, Memory>,
) -> Verdict {
    let copies = memories.iter().filter_map(|(identity, memory)| Some((identity, memory.head.as_ref()?)));
    let best = copies.max_by_key(|(identity, head)| (head.epoch, head.end, *identity == me));
    let began = best.and_then(|(_, head)| head.begin.as_ref());
    // Who has a copy, or whose earlier starts were in no view as late as that regime's, would know of a later one.
    let knows =
        |memory: &Memory| memory.head.is_some() || began.is_some_and(|began| memory.started < began.view.incarnation);
    let knows = |member: &&Participant| memories.get(&member.identity).is_some_and(knows);
    let known: BTreeSet<NodeId> = members.iter().filter(knows).map(|member| member.identity.id).collect();
    let gone = |member: &&Participant| !memories.contains_key(&member.identity);
    let before = began.into_iter().flat_map(|began| began.members.iter());
    let gone: BTreeSet<NodeId> = before.filter(gone).map(|member| member.identity.id).collect();
    if let Some((identity, _)) = best
        && is_minority(configs, |id| !known.contains(id))
        && is_minority(configs, |id| gone.contains(id))
    {
        return Verdict::Take(identity.clone());
    }
    let all = members.iter().all(|member| memories.contains_key(&member.identity));
    let forgetful = |id: &NodeId| !known.contains(id) && members.iter().any(|member| member.identity.id == *id);
    if all && !is_minority(configs, forgetful) { Verdict::Lost } else { Verdict::Wait }
}

/// Whether these are no majority of any of the sets.
fn is_minority(configs: &Configs, these: impl Fn(&NodeId) -> bool) -> bool {
    let few = |set: &BTreeSet<NodeId>| set.iter().filter(|id| these(id)).count() < majority(set.len());
    !configs.is_empty() && configs.iter().all(few)
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeMap, vec, vec::Vec};

    use super::{Verdict, decide};
    use crate::{
        quorum::tally::Configs,
        types::{Boot, Epoch, Identity, Incarnation, NodeId, NodeName, Revision, ViewId},
        wire::{Begin, Head, Memory, Participant},
    };

    /// A node whose earlier starts had promised this incarnation, which tells its starts apart.
    fn node(number: u8, started: u64) -> Participant {
        let name = NodeName::new(&alloc::format!("n{number}")).unwrap();
        let identity = Identity { name, id: NodeId([number; 16]), boot: Boot { count: started, id: [0; 16] } };
        Participant { identity, labels: vec![] }
    }

    /// A copy that follows epoch `epoch`, of the view with this incarnation and these members.
    fn head(epoch: u64, end: u64, incarnation: u64, members: &[Participant]) -> Option<Head> {
        let view = ViewId { incarnation: Incarnation(incarnation), controller: NodeName::new("n1").unwrap() };
        let begin = Some(Begin { view, members: members.into() });
        let (sure, applied) = (Revision(0), Revision(0));
        Some(Head { origin: Epoch(1), epoch: Epoch(epoch), end: Revision(end), sure, applied, begin })
    }

    fn voters(count: u8) -> Configs {
        vec![(1..=count).map(|number| NodeId([number; 16])).collect()]
    }

    /// What is decided when these members answer so, or not at all.
    fn decided(configs: &Configs, answers: &[(Participant, Option<Option<Head>>)]) -> Verdict {
        let members: Vec<Participant> = answers.iter().map(|(member, _)| member.clone()).collect();
        let memory = |who: &Participant, head| Memory { started: Incarnation(who.identity.boot.count), head };
        let memories: BTreeMap<_, _> =
            answers.iter().filter_map(|(who, head)| Some((who.identity.clone(), memory(who, head.clone()?)))).collect();
        decide(configs, &members[0].identity, &members, &memories)
    }

    fn take(member: &Participant) -> Verdict {
        Verdict::Take(member.identity.clone())
    }

    #[test]
    fn s2_a_majority_with_memory_leaves_out_nothing() {
        let three = [node(1, 1), node(2, 1), node(3, 1)];
        let [a, b, c] = three.clone();
        let answer = |epoch, end| Some(head(epoch, end, 1, &three));
        let short = [(a.clone(), answer(3, 10)), (b.clone(), None), (c.clone(), None)];
        assert_eq!(decided(&voters(3), &short), Verdict::Wait);
        let two = [(a.clone(), answer(3, 10)), (b.clone(), answer(3, 12)), (c.clone(), None)];
        assert_eq!(decided(&voters(3), &two), take(&b), "the longest");
        let later = [(a.clone(), answer(4, 2)), (b.clone(), answer(3, 12)), (c, None)];
        assert_eq!(decided(&voters(3), &later), take(&a), "the latest before the longest");
        let equal = [(a.clone(), answer(3, 12)), (b, answer(3, 12))];
        assert_eq!(decided(&voters(3), &equal), take(&a), "its own, when that is as good");
    }

    #[test]
    fn s2_satellites_do_not_make_up_for_voters() {
        let all = [node(1, 1), node(2, 1), node(3, 1), node(8, 1), node(9, 1)];
        let [a, b, _, s, t] = all.clone();
        let answer = |end| Some(head(3, end, 1, &all));
        let one = [(a.clone(), answer(10)), (s, answer(11)), (t.clone(), answer(9))];
        assert_eq!(decided(&voters(3), &one), Verdict::Wait);
        let two = [(a, answer(10)), (b, answer(10)), (t.clone(), answer(11))];
        assert_eq!(decided(&voters(3), &two), take(&t), "but may have the longest copy");
    }

    #[test]
    fn a_majority_without_memory_is_the_end_of_it() {
        let three = [node(1, 1), node(2, 1), node(3, 1)];
        let restarted = [(node(1, 5), Some(None)), (node(2, 5), Some(None))];
        assert_eq!(decided(&voters(3), &restarted), Verdict::Lost);
        let kept = Some(head(3, 10, 1, &three));
        let one = [(node(1, 5), Some(None)), (node(2, 1), kept.clone())];
        assert_eq!(decided(&voters(3), &one), Verdict::Wait, "the third may come with its copy");
        let all = [(node(1, 5), Some(None)), (node(3, 6), Some(None)), (node(2, 1), kept)];
        assert_eq!(decided(&voters(3), &all), Verdict::Lost, "those two may have done without it");
        assert_eq!(decided(&voters(1), &[(node(1, 5), Some(None))]), Verdict::Lost);
        let fresh = [(node(1, 1), Some(None)), (node(2, 1), Some(None)), (node(3, 1), None)];
        assert_eq!(decided(&voters(3), &fresh), Verdict::Wait, "all that are here are asked first");
    }

    #[test]
    fn s2_one_of_two_that_were_left_of_three_has_all() {
        let two = head(3, 10, 4, &[node(2, 1), node(3, 1)]);
        let answers = [(node(3, 1), Some(two.clone())), (node(2, 7), Some(None))];
        assert_eq!(decided(&voters(3), &answers), Verdict::Wait, "a regime of the others may have come later");
        let late = [(node(3, 1), Some(two)), (node(2, 7), Some(None)), (node(1, 2), Some(None))];
        assert_eq!(decided(&voters(3), &late), take(&node(3, 1)), "one of them has been there and knows of none");
    }

    #[test]
    fn both_sets_count_while_voters_change() {
        let mut configs = voters(3);
        configs.push([4, 5, 6].map(|number| NodeId([number; 16])).into());
        let all: Vec<Participant> = (1..=6).map(|number| node(number, 1)).collect();
        let answer = |end| Some(head(3, end, 1, &all));
        let mut answers = vec![(node(1, 1), answer(10)), (node(2, 1), answer(10))];
        assert_eq!(decided(&configs, &answers), Verdict::Wait);
        answers.extend([(node(4, 1), answer(8)), (node(5, 1), answer(8))]);
        assert_eq!(decided(&configs, &answers), take(&node(1, 1)));
    }
}
