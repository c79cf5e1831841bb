//! The side of a member: it takes what whoever leads sends, and applies what is sure.

use alloc::vec::Vec;

use super::{
    Coordination,
    copy::Copy,
    effect::{Out, say},
    state::Record,
};
use crate::{
    types::{Epoch, Identity, Instant, Revision},
    wire::{Answer, Batch, Denial, Memory, Piece, Talk},
};

/// A whole state that is coming in.
#[derive(Clone, Hash, Debug)]
pub struct Incoming {
    next: u32,
    records: Vec<Record>,
}

impl Coordination {
    /// Another one leads from here on, and asks how far the copy here goes.
    pub(super) fn on_recall(&mut self, from: &Identity, epoch: Epoch, out: Out<'_>) {
        if self.is_leader(from, epoch) {
            self.promised = epoch;
            self.incoming = None;
            let memory = self.memory();
            out.push(say(&from.name, Talk::Recalled { epoch, memory }));
        }
    }

    pub(super) fn on_entries(&mut self, now: Instant, from: &Identity, batch: &Batch, out: Out<'_>) {
        if self.lead.is_some() {
            return self.on_fetched(now, from, batch, out);
        }
        if !self.is_leader(from, batch.epoch) {
            return;
        }
        self.promised = batch.epoch;
        let epoch = batch.epoch;
        let Some(copy) = self.copy.as_mut().filter(|copy| copy.log.end().0 >= batch.after) else {
            // Something is missing before it: whoever leads begins anew from what there is.
            let memory = self.memory();
            return out.push(say(&from.name, Talk::Recalled { epoch, memory }));
        };
        if !batch.entries.iter().all(|entry| copy.take(entry)) {
            // It went another way: the whole state is needed.
            let memory = Memory { started: self.started, head: None };
            return out.push(say(&from.name, Talk::Recalled { epoch, memory }));
        }
        let (end, follows) = copy.log.end();
        if follows == batch.epoch {
            let sure = if batch.pair { end } else { batch.sure.min(end) };
            copy.sure = copy.sure.max(sure);
        }
        if !batch.entries.is_empty() {
            out.push(say(&from.name, Talk::Held { epoch: batch.epoch, revision: end }));
        }
        self.catch_up(now, out);
    }

    pub(super) fn on_piece(&mut self, now: Instant, from: &Identity, piece: &Piece, out: Out<'_>) {
        let fetching = self.lead.as_ref().is_some_and(|lead| lead.fetches_from(from));
        if !(fetching && piece.epoch == self.promised || self.lead.is_none() && self.is_leader(from, piece.epoch)) {
            return;
        }
        self.promised = piece.epoch;
        if piece.number == 0 {
            self.incoming = Some(Incoming { next: 0, records: Vec::new() });
        }
        let Some(incoming) = self.incoming.as_mut().filter(|incoming| incoming.next == piece.number) else { return };
        incoming.next += 1;
        incoming.records.extend(piece.records.iter().cloned());
        if piece.last {
            let records = self.incoming.take().map(|incoming| incoming.records).unwrap_or_default();
            self.replace(Copy::restore(now, records, piece.sure), out);
        }
        let revision = self.copy.as_ref().map(|copy| copy.log.end().0).filter(|_| piece.last).unwrap_or_default();
        out.push(say(&from.name, Talk::Held { epoch: piece.epoch, revision }));
        if piece.last {
            self.catch_up(now, out);
            self.on_fetched_state(now, out);
        }
    }

    /// Applies what is sure.
    fn catch_up(&mut self, now: Instant, out: Out<'_>) {
        while let Some((entry, applied)) = self.copy.as_mut().and_then(|copy| copy.next(now)) {
            self.note(&entry, applied);
        }
        if let Some(copy) = &mut self.copy {
            copy.log.prune(copy.state.revision().min(copy.sure));
        }
        self.conclude(now, out);
    }

    /// Whoever leads lacks what is here.
    pub(super) fn on_fetch(
        &mut self,
        now: Instant,
        from: &Identity,
        epoch: Epoch,
        after: Option<Revision>,
        out: Out<'_>,
    ) {
        if !self.is_leader(from, epoch) {
            return;
        }
        let Some(copy) = &self.copy else { return };
        let mut at = match after.filter(|after| *after >= copy.log.start()) {
            Some(after) => after,
            None => {
                let records = copy.records(now);
                super::lead::pieces(epoch, copy, records).for_each(|piece| {
                    out.push(say(&from.name, Talk::Snapshot(piece)));
                });
                copy.state.revision()
            }
        };
        while let Some(entries) = copy.log.batch(at, copy.log.end().0).filter(|entries| !entries.is_empty()) {
            let next = entries.last().map_or(at, |last| last.revision);
            let batch = Batch { epoch, after: at, entries, sure: copy.sure, pair: false };
            out.push(say(&from.name, Talk::Entries(batch)));
            at = next;
        }
    }

    /// Requests made here that changed nothing.
    pub(super) fn on_denials(
        &mut self,
        from: &Identity,
        epoch: Epoch,
        denials: Vec<(u64, Revision, Denial)>,
        out: Out<'_>,
    ) {
        if !self.is_leader(from, epoch) {
            return;
        }
        for (number, revision, denial) in denials {
            self.asks.hold_back(number, Answer { epoch, revision, outcome: Err(denial) });
        }
        self.release(out);
    }
}
