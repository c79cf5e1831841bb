//! A snapshot that comes in, piece by piece.
//!
//! There is one at a time: the one of the leader with the highest vote. It is in memory until it is complete.

use crate::{
    net::message::Receipt,
    raft::{Snapshot, SnapshotMeta, Vote},
    replica::MAX_SNAPSHOT,
};

/// A snapshot that comes in.
pub(crate) struct Arriving {
    vote: Vote,
    meta: SnapshotMeta,
    size: usize,
    checksum: u32,
    bytes: Vec<u8>,
}

/// What to do after a piece.
pub(crate) enum Next {
    /// Tell the sender where it stands.
    Tell(Receipt),
    /// It is complete: install it, under this vote, and tell the sender then.
    Install(Vote, Snapshot),
}

/// A snapshot begins. `vote` is the one that counts here.
pub(crate) fn begin(
    slot: &mut Option<Arriving>,
    current: Vote,
    (vote, meta): (Vote, SnapshotMeta),
    (size, checksum): (u64, u32),
) -> Next {
    if is_overruled(&vote, &current) {
        return Next::Tell(Receipt::Over(current));
    }
    if let Some(other) = slot.as_ref().filter(|other| is_overruled(&vote, &other.vote)) {
        return Next::Tell(Receipt::Over(other.vote));
    }
    let Some(size) = usize::try_from(size).ok().filter(|size| *size <= MAX_SNAPSHOT) else {
        return Next::Tell(Receipt::Refused(format!("a snapshot has {size} bytes, {MAX_SNAPSHOT} are allowed")));
    };
    let arriving = slot.insert(Arriving { vote, meta, size, checksum, bytes: Vec::new() });
    if arriving.size == 0 { finish(slot) } else { Next::Tell(Receipt::Upto(0)) }
}

/// A piece of it has come from whoever `voted` for, judging by `current`, the vote that counts here.
pub(crate) fn piece(
    slot: &mut Option<Arriving>,
    from: crate::raft::Peer,
    current: Vote,
    offset: u64,
    bytes: &[u8],
) -> Next {
    let Some(arriving) = slot.as_mut().filter(|arriving| arriving.vote.leader_id.voted_for == from) else {
        return Next::Tell(Receipt::Lost);
    };
    if is_overruled(&arriving.vote, &current) {
        *slot = None;
        return Next::Tell(Receipt::Over(current));
    }
    let end = offset.checked_add(bytes.len() as u64);
    if offset != arriving.bytes.len() as u64 || bytes.is_empty() || end.is_none_or(|end| end > arriving.size as u64) {
        *slot = None;
        return Next::Tell(Receipt::Lost);
    }
    arriving.bytes.extend_from_slice(bytes);
    if arriving.bytes.len() == arriving.size {
        return finish(slot);
    }
    Next::Tell(Receipt::Upto(arriving.bytes.len() as u64))
}

fn finish(slot: &mut Option<Arriving>) -> Next {
    match slot.take() {
        Some(Arriving { vote, meta, bytes, checksum, .. }) if crc32fast::hash(&bytes) == checksum => {
            Next::Install(vote, Snapshot { meta, snapshot: bytes })
        }
        _ => Next::Tell(Receipt::Lost),
    }
}

/// Whether `current` is of a later election than `vote`.
fn is_overruled(vote: &Vote, current: &Vote) -> bool {
    current.leader_id.term > vote.leader_id.term
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::Peer;

    fn vote(term: u64, node: u8) -> Vote {
        Vote {
            leader_id: openraft::impls::leader_id_std::LeaderId { term, voted_for: Peer([node; 16]) },
            committed: true,
        }
    }

    fn begin_with(slot: &mut Option<Arriving>, of: Vote, current: Vote, bytes: &[u8]) -> Next {
        begin(slot, current, (of, SnapshotMeta::default()), (bytes.len() as u64, crc32fast::hash(bytes)))
    }

    fn told(next: Next) -> Receipt {
        match next {
            Next::Tell(receipt) => receipt,
            Next::Install(..) => panic!("complete"),
        }
    }

    #[test]
    fn pieces_make_a_whole() {
        let (mut slot, one) = (None, vote(1, 1));
        let sender = Peer([1; 16]);
        assert_eq!(told(begin_with(&mut slot, one, vote(0, 9), b"abcde")), Receipt::Upto(0));
        assert_eq!(told(piece(&mut slot, sender, one, 0, b"abc")), Receipt::Upto(3));
        let Next::Install(_, snapshot) = piece(&mut slot, sender, one, 3, b"de") else { panic!("not complete") };
        assert_eq!(snapshot.snapshot, b"abcde");
        assert!(slot.is_none());
    }

    #[test]
    fn what_does_not_fit_is_given_up() {
        let (one, sender) = (vote(1, 1), Peer([1; 16]));
        for (offset, bytes) in [(1, b"a".as_slice()), (0, b""), (0, b"abcdef"), (u64::MAX, b"a")] {
            let mut slot = None;
            begin_with(&mut slot, one, one, b"abcde");
            assert_eq!(told(piece(&mut slot, sender, one, offset, bytes)), Receipt::Lost);
            assert!(slot.is_none());
        }
        let mut slot = None;
        begin_with(&mut slot, one, one, b"abcde");
        assert_eq!(told(piece(&mut slot, sender, one, 0, b"abcdf")), Receipt::Lost);
        assert_eq!(told(piece(&mut slot, Peer([2; 16]), one, 0, b"abc")), Receipt::Lost);
    }

    #[test]
    fn a_new_leader_ends_it_and_too_much_is_refused() {
        let (one, two, sender) = (vote(1, 1), vote(2, 2), Peer([1; 16]));
        let mut slot = None;
        begin_with(&mut slot, one, one, b"abcde");
        assert_eq!(told(piece(&mut slot, sender, two, 0, b"abc")), Receipt::Over(two));
        assert!(slot.is_none());
        begin_with(&mut slot, two, one, b"abcde");
        assert_eq!(told(begin_with(&mut slot, one, one, b"x")), Receipt::Over(two));
        let huge = (MAX_SNAPSHOT as u64 + 1, 0);
        let refused = begin(&mut slot, one, (two, SnapshotMeta::default()), huge);
        assert!(matches!(told(refused), Receipt::Refused(_)));
    }
}
