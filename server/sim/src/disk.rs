//! A host's disk: what is synced survives a crash, what is not may or may not.

use quorate_core::Durable;

use crate::dice::Dice;

/// One disk.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    synced: Durable,
    starts: u64,
    in_flight: Vec<(u64, Durable)>,
}

impl Disk {
    /// A write begins.
    pub fn write(&mut self, number: u64, durable: Durable) {
        self.in_flight.push((number, durable));
    }

    /// The write with this number, and all before it, are synced. Returns false when it is not in flight any more.
    pub fn sync(&mut self, number: u64) -> bool {
        let Some(at) = self.in_flight.iter().position(|(n, _)| *n == number) else { return false };
        let (_, durable) = self.in_flight.drain(..=at).next_back().unwrap_or_default();
        self.synced = durable;
        true
    }

    /// The machine loses power: of the writes in flight any number may have arrived.
    pub fn crash(&mut self, dice: &mut Dice) {
        let arrived = dice.below(self.in_flight.len() + 1);
        self.in_flight.truncate(arrived);
        if let Some((_, durable)) = self.in_flight.drain(..).next_back() {
            self.synced = durable;
        }
    }

    /// What an agent finds at its start, and how many starts there were, this one included.
    pub fn start(&mut self) -> (Durable, u64) {
        self.starts += 1;
        (self.synced.clone(), self.starts)
    }
}
