//! How recovery stands as whoever leads it knows: asked for once by this agent, for all who watch here, and only while
//! somebody does. So neither an idle cluster nor the number of watchers costs whoever leads anything.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use prost::Message as _;
use quorate_proto::{
    store::v1::{recovery_answer::Kind as Answered, recovery_request::Kind as Asked},
    v1::Recovery,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use crate::driver::Handle;

/// Least time between two questions.
const PAUSE: Duration = Duration::from_millis(50);

/// What was heard last.
#[derive(Clone, Debug)]
pub enum Heard {
    /// Nothing yet.
    Nothing,
    /// Nobody leads recovery.
    Nobody,
    /// How it stands.
    Standing(Arc<Standing>),
}

/// How recovery stood.
#[derive(Debug)]
pub struct Standing {
    /// Another one whenever anything is another.
    revision: u64,
    recovery: Recovery,
    at: Instant,
}

impl Standing {
    /// Of a revision, heard just now.
    #[must_use]
    pub fn new(revision: u64, recovery: Recovery) -> Self {
        Self { revision, recovery, at: Instant::now() }
    }

    /// How it stood then.
    #[must_use]
    pub fn then(&self) -> &Recovery {
        &self.recovery
    }

    /// How it stands now, if nothing was heard since.
    #[must_use]
    pub fn recovery(&self) -> Recovery {
        let mut recovery = self.recovery.clone();
        let since = recovery.since.as_ref().and_then(|since| Duration::try_from(*since).ok()).unwrap_or_default();
        recovery.since = (since + self.at.elapsed()).try_into().ok();
        recovery
    }
}

impl Heard {
    /// The revision; 0 when there is none.
    fn revision(&self) -> u64 {
        if let Self::Standing(standing) = self { standing.revision } else { 0 }
    }
}

/// What all who watch recovery at this agent follow.
#[derive(Clone, Debug)]
pub struct Follower {
    handle: Handle,
    stopping: CancellationToken,
    following: Arc<Mutex<Option<watch::Sender<Heard>>>>,
}

impl Follower {
    /// Follows whoever leads, when somebody wants to know.
    #[must_use]
    pub fn new(handle: Handle, stopping: CancellationToken) -> Self {
        Self { handle, stopping, following: Arc::default() }
    }

    /// What is known already, and what is heard from now on.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Heard> {
        let mut following = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = following.get_or_insert_with(|| {
            let sender = watch::Sender::new(Heard::Nothing);
            tokio::spawn(self.clone().follow(sender.clone()));
            sender
        });
        let mut heard = sender.subscribe();
        heard.mark_changed();
        heard
    }

    async fn follow(self, sender: watch::Sender<Heard>) {
        while !self.is_over(&sender) {
            let asked = Instant::now();
            let question = self.handle.recovery(Asked::StatusAfter(sender.borrow().revision()));
            let heard = tokio::select! {
                () = self.stopping.cancelled() => return,
                answer = question => match answer {
                    Ok(Some(Answered::Status(status))) => match Recovery::decode(status.recovery.as_slice()) {
                        Ok(recovery) => Heard::Standing(Arc::new(Standing::new(status.revision, recovery))),
                        Err(error) => {
                            tracing::error!(%error, "whoever leads recovery gave an odd answer");
                            Heard::Nobody
                        }
                    },
                    Ok(_) => Heard::Nobody,
                    Err(_) => return,
                },
            };
            let is_news = heard.revision() != sender.borrow().revision() || matches!(*sender.borrow(), Heard::Nothing);
            if is_news {
                sender.send_replace(heard);
            }
            if !is_news || sender.borrow().revision() == 0 {
                sleep(PAUSE.saturating_sub(asked.elapsed())).await;
            }
        }
    }

    /// Whether nobody watches any more; then the next one who does begins anew.
    fn is_over(&self, sender: &watch::Sender<Heard>) -> bool {
        let mut following = self.following.lock().unwrap_or_else(PoisonError::into_inner);
        let over = sender.receiver_count() == 0;
        if over {
            *following = None;
        }
        over
    }
}
