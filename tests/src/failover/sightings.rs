//! Who was seen to have the address, and when; and whether two had it at once.
//!
//! What was seen was true at some moment between the question and the arrival of the answer. So a node is seen *surely
//! after* another one when it was asked for after the other had arrived. Each node has the address once here, and never
//! again when another one has it: it is wrong if a node that had it first is seen surely after its successor.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// What was seen, shared by those who see and those who ask.
#[derive(Debug, Clone, Default)]
pub struct Sightings {
    spans: Arc<Mutex<BTreeMap<String, Span>>>,
}

/// When a node was seen to have the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it first was for sure.
    pub first: Instant,
    /// When the last question was asked by which it was.
    pub asked: Instant,
    /// When it last was.
    pub last: Instant,
    /// How often.
    pub count: u64,
}

/// Two nodes had the address at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    /// Who had it first.
    pub old: String,
    /// Who had it then.
    pub new: String,
    /// For how long both had it, at least.
    pub time: Duration,
}

impl Sightings {
    /// Takes note that a node had the address at some moment between these.
    pub fn see(&self, node: &str, asked: Instant, arrived: Instant) {
        let mut spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Span { first: arrived, asked, last: arrived, count: 0 };
        let span = spans.entry(node.to_owned()).or_insert_with(new);
        span.first = span.first.min(arrived);
        span.asked = span.asked.max(asked);
        span.last = span.last.max(arrived);
        span.count += 1;
    }

    /// All nodes that had it, in the order in which they first did.
    #[must_use]
    pub fn spans(&self) -> Vec<(String, Span)> {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = spans.iter().map(|(node, span)| (node.clone(), *span)).collect();
        all.sort_by_key(|(_, span)| span.first);
        all
    }

    /// When a node had it.
    #[must_use]
    pub fn of(&self, node: &str) -> Option<Span> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).get(node).copied()
    }

    /// The worst case of two that had it at once.
    #[must_use]
    pub fn overlap(&self) -> Option<Overlap> {
        let all = self.spans();
        let pairs = all.iter().enumerate().flat_map(|(index, old)| all[index + 1..].iter().map(move |new| (old, new)));
        let overlaps = pairs.filter_map(|((old, before), (new, after))| {
            let time = before.asked.checked_duration_since(after.first)?;
            Some(Overlap { old: old.clone(), new: new.clone(), time })
        });
        overlaps.max_by_key(|overlap| overlap.time)
    }
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} still had the address {:?} after {} was first seen to have it", self.old, self.time, self.new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sightings by node, moment of the question and moment of the answer, in milliseconds.
    fn seen(all: &[(&str, u64, u64)]) -> Sightings {
        let (sightings, zero) = (Sightings::default(), Instant::now());
        let at = |millis| zero + Duration::from_millis(millis);
        all.iter().for_each(|&(node, asked, arrived)| sightings.see(node, at(asked), at(arrived)));
        sightings
    }

    #[test]
    fn answers_that_may_have_been_true_in_order_are_no_overlap() {
        assert_eq!(seen(&[("n1", 0, 1), ("n2", 5, 9), ("n1", 4, 30)]).overlap(), None);
        assert_eq!(seen(&[("n1", 0, 1), ("n2", 5, 9), ("n1", 8, 30)]).overlap(), None);
    }

    #[test]
    fn an_old_owner_after_the_new_one_is_an_overlap() {
        let overlap =
            seen(&[("n1", 0, 1), ("n2", 5, 9), ("n1", 12, 13), ("n3", 20, 21)]).overlap().expect("an overlap");
        assert_eq!((overlap.old.as_str(), overlap.new.as_str()), ("n1", "n2"));
        assert_eq!(overlap.time, Duration::from_millis(3));
    }

    #[test]
    fn the_order_of_owners_is_that_of_the_first_answers() {
        let all = seen(&[("n2", 0, 5), ("n1", 7, 8), ("n2", 6, 10)]).spans();
        assert_eq!(all.iter().map(|(node, _)| node.as_str()).collect::<Vec<_>>(), ["n2", "n1"]);
        assert_eq!(all[0].1.count, 2);
    }
}
