//! Requests that wait for others and had no answer yet: who makes the same one again takes it up, under its id.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::request_id;
use crate::v1::BarrierPlan;

/// The ids of such requests, by the path of the barrier and whether it is to be left, each with the plan it was made with.
type Known = BTreeMap<(String, bool), (Option<BarrierPlan>, String)>;

/// The requests of a session at barriers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pending(Arc<Mutex<Known>>);

impl Pending {
    /// The id of a request to come to a barrier, or without a plan to leave it: that of the one before, when that had no
    /// answer and the same plan.
    pub(crate) fn id(&self, path: &str, plan: Option<&BarrierPlan>) -> String {
        let mut known = self.lock();
        let entry = known.entry((path.to_owned(), plan.is_none()));
        let (before, id) = entry.or_insert_with(|| (plan.cloned(), request_id()));
        if before.as_ref() != plan {
            (*before, *id) = (plan.cloned(), request_id());
        }
        id.clone()
    }

    /// A request has an answer, or none.
    pub(crate) fn settle<T>(&self, path: &str, leaves: bool, result: &Result<T, Error>) {
        if matches!(result, Ok(_) | Err(Error::Refused(_))) {
            self.lock().remove(&(path.to_owned(), leaves));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::Pending;
    use crate::error::Error;
    use crate::v1::BarrierPlan;

    #[test]
    fn a_request_without_an_answer_is_taken_up() {
        let (pending, plan, other) =
            (Pending::default(), BarrierPlan::default(), BarrierPlan { is_double: true, ..<_>::default() });
        let first = pending.id("a", Some(&plan));
        assert_eq!(pending.id("a", Some(&plan)), first);
        assert_ne!(pending.id("b", Some(&plan)), first);
        assert_ne!(pending.id("a", None), first);
        pending.settle("a", false, &Err::<(), _>(Error::Unavailable { tried: vec![] }));
        assert_eq!(pending.id("a", Some(&plan)), first, "that was no answer");
        assert_ne!(pending.id("a", Some(&other)), first, "another plan is another request");
        let second = pending.id("a", Some(&other));
        pending.settle("a", false, &Ok(()));
        assert_ne!(pending.id("a", Some(&other)), second);
    }
}
