//! What all watch streams have in common: a beginning, then everything that happens, and a sign while all is quiet.
//!
//! A stream is pulled by its reader. One that is too slow finds that events were dropped, and begins anew with a
//! snapshot that says so; nobody waits for it.

use std::{collections::VecDeque, future::Future, sync::Arc, time::Duration};

use futures_util::Stream;
use quorate_core::{status::ViewState, types::NodeName};
use quorate_proto::v1::SnapshotReason;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until},
};
use tonic::Status;

use super::{
    context::{Context, Watcher},
    error::ApiError,
};
use crate::driver::{Beginning, Happening, Reason, Seen, Subscription};

/// Time between two bookmarks while all is quiet.
pub const QUIET: Duration = Duration::from_secs(2);

/// The next thing a watch stream has to deal with.
#[derive(Debug)]
pub enum Step {
    /// The stream begins here, or begins anew.
    Begin(Beginning, SnapshotReason),
    /// Something happened.
    Happening(Arc<Happening>),
    /// A node changed.
    Changed(NodeName),
    /// Any node may have changed.
    AllChanged,
    /// Nothing was sent for a while.
    Quiet,
}

/// The common part of a watch stream. It keeps one of the agent's places for watchers.
#[derive(Debug)]
pub struct Feed {
    context: Arc<Context>,
    beginning: Option<(Beginning, SnapshotReason)>,
    backlog: VecDeque<Happening>,
    live: broadcast::Receiver<Arc<Happening>>,
    changes: Option<broadcast::Receiver<NodeName>>,
    lagged: bool,
    quiet_at: Instant,
    _watcher: Watcher,
}

impl Feed {
    /// A stream that begins after `cursor`, or now when it is empty. Without `with_nodes` it tells nothing of nodes.
    /// With a cursor that is not known here while the node is between two views, it begins after that.
    ///
    /// # Errors
    /// [`ApiError::BadCursor`], [`ApiError::LimitReached`], [`ApiError::Stopping`], and [`ApiError::NoView`] while the node
    /// is forming and so knows no history to resume in, which other agents do.
    pub async fn open(context: &Arc<Context>, cursor: &str, with_nodes: bool) -> Result<Self, ApiError> {
        let cursor = context.cursors.read(cursor)?;
        if context.stopping.is_cancelled() {
            return Err(ApiError::Stopping);
        }
        let watcher = context.watcher()?;
        let Subscription { beginning, backlog, live, changes } = subscribe(context, cursor).await?;
        let reason = match beginning.reason {
            Reason::Start => SnapshotReason::Start,
            Reason::Resumed => SnapshotReason::Resumed,
            Reason::Dropped => SnapshotReason::HistoryDropped,
        };
        Ok(Self {
            context: Arc::clone(context),
            beginning: Some((beginning, reason)),
            backlog: backlog.into(),
            live,
            changes: with_nodes.then_some(changes),
            lagged: false,
            quiet_at: Instant::now() + QUIET,
            _watcher: watcher,
        })
    }

    /// Puts the next bookmark off: something was sent.
    pub fn sent(&mut self) {
        self.quiet_at = Instant::now() + QUIET;
    }

    /// The next thing to deal with. Nothing is lost when the call is given up.
    ///
    /// # Errors
    /// [`ApiError::Stopping`] ends the stream.
    pub async fn next(&mut self) -> Result<Step, ApiError> {
        loop {
            if self.lagged {
                self.begin_anew().await?;
            }
            if let Some((beginning, reason)) = self.beginning.take() {
                return Ok(Step::Begin(beginning, reason));
            }
            if let Some(happening) = self.backlog.pop_front() {
                return Ok(Step::Happening(Arc::new(happening)));
            }
            tokio::select! {
                biased;
                () = self.context.stopping.cancelled() => return Err(ApiError::Stopping),
                happening = self.live.recv() => match happening {
                    Ok(happening) => return Ok(Step::Happening(happening)),
                    Err(RecvError::Lagged(_)) => self.lagged = true,
                    Err(RecvError::Closed) => return Err(ApiError::Stopping),
                },
                name = changed(&mut self.changes) => return match name {
                    Ok(name) => Ok(Step::Changed(name)),
                    Err(RecvError::Lagged(_)) => Ok(Step::AllChanged),
                    Err(RecvError::Closed) => Err(ApiError::Stopping),
                },
                () = sleep_until(self.quiet_at) => {
                    self.sent();
                    return Ok(Step::Quiet);
                }
            }
        }
    }

    async fn begin_anew(&mut self) -> Result<(), ApiError> {
        let subscription = self.context.handle.subscribe(None).await?;
        self.beginning = Some((subscription.beginning, SnapshotReason::Lagged));
        self.live = subscription.live;
        if let Some(changes) = &mut self.changes {
            *changes = subscription.changes;
        }
        self.lagged = false;
        Ok(())
    }
}

/// A place in the stream after `cursor`. While the node is between two views, others may have the next one already, and
/// cursors with it: one that is not known here waits until there is a view again.
///
/// # Errors
/// [`ApiError::Stopping`], and [`ApiError::NoView`] for a cursor while the node is forming.
pub async fn subscribe(context: &Context, cursor: Option<Seen>) -> Result<Subscription, ApiError> {
    loop {
        let mut subscription = context.handle.subscribe(cursor.clone()).await?;
        match &subscription.beginning {
            Beginning { reason: Reason::Dropped, head: None, .. } => return Err(ApiError::NoView),
            Beginning { reason: Reason::Dropped, state: ViewState::Transition, .. } => {}
            _ => return Ok(subscription),
        }
        tokio::select! {
            () = context.stopping.cancelled() => return Err(ApiError::Stopping),
            // Whatever has happened, and also when some of it was missed: see what is known now.
            _ = subscription.live.recv() => {}
        }
    }
}

async fn changed(changes: &mut Option<broadcast::Receiver<NodeName>>) -> Result<NodeName, RecvError> {
    match changes {
        Some(changes) => changes.recv().await,
        None => std::future::pending().await,
    }
}

/// Something that makes the messages of one watch stream.
pub trait Watch: Send + 'static {
    /// The messages.
    type Message: Send;

    /// The next messages to send; none is no end.
    ///
    /// # Errors
    /// What ends the stream.
    fn next(&mut self) -> impl Future<Output = Result<Vec<Self::Message>, ApiError>> + Send;
}

/// The messages of `watch` as a stream that ends with its error.
pub fn stream<W: Watch>(mut watch: W) -> impl Stream<Item = Result<W::Message, Status>> + Send {
    async_stream::stream! {
        loop {
            match watch.next().await {
                Ok(messages) => {
                    for message in messages {
                        yield Ok(message);
                    }
                }
                Err(error) => {
                    yield Err(error.into());
                    return;
                }
            }
        }
    }
}
