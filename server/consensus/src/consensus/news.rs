//! What the caller is told besides messages: each only in its newest form, however slowly it listens.

use tokio::sync::{mpsc, watch};
use tokio_util::task::AbortOnDropHandle;

use crate::event::{Event, State};

/// What the caller is told besides messages.
pub(super) struct News {
    state: watch::Sender<State>,
    failed: watch::Sender<Option<String>>,
    _teller: AbortOnDropHandle<()>,
}

/// The side that tells a new state or failure.
#[derive(Clone)]
pub(super) struct Herald {
    state: watch::Sender<State>,
    failed: watch::Sender<Option<String>>,
}

impl News {
    pub(super) fn new(events: mpsc::Sender<Event>, applied: watch::Receiver<u64>) -> Self {
        let (state, states) = watch::channel(State::default());
        let (failed, failures) = watch::channel(None);
        let teller = tokio::spawn(tell(events, states, failures, applied));
        Self { state, failed, _teller: AbortOnDropHandle::new(teller) }
    }

    pub(super) fn herald(&self) -> Herald {
        Herald { state: self.state.clone(), failed: self.failed.clone() }
    }

    pub(super) fn state(&self, new: State) {
        self.herald().state(new);
    }

    pub(super) fn fail(&self, why: &str) {
        self.herald().fail(why);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failed.borrow().is_some()
    }
}

impl Herald {
    /// Whether this state would be news.
    pub(super) fn is_new(&self, state: &State) -> bool {
        self.state.borrow().differs(state)
    }

    pub(super) fn state(&self, new: State) {
        self.state.send_if_modified(|old| {
            let differs = old.differs(&new);
            if differs {
                *old = new;
            }
            differs
        });
    }

    /// Only the first failure counts.
    pub(super) fn fail(&self, why: &str) {
        self.failed.send_if_modified(|old| {
            let first = old.is_none();
            old.get_or_insert_with(|| why.to_owned());
            first
        });
    }
}

/// Tells what is new, until nobody listens.
async fn tell(
    events: mpsc::Sender<Event>,
    mut states: watch::Receiver<State>,
    mut failures: watch::Receiver<Option<String>>,
    mut applied: watch::Receiver<u64>,
) {
    loop {
        let event = tokio::select! {
            biased;
            Ok(()) = failures.changed() => {
                let why = failures.borrow_and_update().clone().unwrap_or_default();
                Event::Failed { why }
            }
            Ok(()) = states.changed() => Event::State(states.borrow_and_update().clone()),
            Ok(()) = applied.changed() => Event::Applied { index: *applied.borrow_and_update() },
            else => return,
        };
        if events.send(event).await.is_err() {
            return;
        }
    }
}
