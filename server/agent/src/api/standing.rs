//! Sessions, names and barriers in a stream of events: how they stand, then each change, as far as it was asked for.
//!
//! It begins as soon as this agent has a copy, and again when it gets another one; the rest of the stream does not wait for it.

use quorate_core::coordination::{News, State, What, state::BarrierStep};
use quorate_proto::v1::{
    self, BarrierStepKind, CoordinationSnapshot, EventKind, NameChange, NameUnbound, SessionChange, SessionEnded,
    SnapshotReason, event, name_change, session_change,
};
use tokio::sync::watch;

use super::{
    barrier::barriers,
    context::Context,
    coordinate::{binding, duration, weight, why_broken},
    cursor::Point,
    error::ApiError,
    name::bindings,
    name_watch::reason,
    news::{NewsFeed, Step},
    page::pack,
    session::session,
};
use crate::driver::{Access, Sure};

/// What is wanted of sessions, names and barriers.
#[derive(Clone, Debug)]
pub struct Wanted {
    sessions: bool,
    names: bool,
    barriers: bool,
    /// What paths begin with.
    prefix: String,
}

impl Wanted {
    /// What these kinds of events say, all when there are none; nothing when they say nothing of these.
    #[must_use]
    pub fn of(kinds: &[EventKind], prefix: String) -> Option<Self> {
        let has = |kind| kinds.is_empty() || kinds.contains(&kind);
        let (sessions, names, barriers) = (has(EventKind::Session), has(EventKind::Name), has(EventKind::Barrier));
        (sessions || names || barriers).then_some(Self { sessions, names, barriers, prefix })
    }

    fn standing(&self, access: Access<'_>) -> Standing {
        let Some(state) = access.state() else { return Standing::default() };
        let if_wanted = |wanted: bool| wanted.then_some(state).into_iter();
        Standing {
            sessions: if_wanted(self.sessions).flat_map(State::sessions).map(|known| session(known, access)).collect(),
            bindings: if_wanted(self.names)
                .flat_map(|state| bindings(state, &self.prefix, ""))
                .map(|bound| binding(&bound))
                .collect(),
            barriers: if_wanted(self.barriers).flat_map(|state| barriers(state, &self.prefix, "")).collect(),
        }
    }

    /// What changed, as events tell it; none when that is not wanted.
    #[must_use]
    pub fn event(&self, News { revision, what }: &News) -> Option<event::Kind> {
        let revision = revision.0;
        let named = |path: &str| path.starts_with(&self.prefix);
        Some(match what {
            What::Opened { session, about } if self.sessions => {
                let opened = v1::Session {
                    session_id: session.to_string(),
                    label: about.label.to_string(),
                    group: about.group.to_string(),
                    ttl: duration(about.ttl),
                    node_name: about.node.to_string(),
                    ..v1::Session::default()
                };
                let change = Some(session_change::Change::Opened(opened));
                event::Kind::Session(SessionChange { revision, change })
            }
            What::Ended { session, label, end } if self.sessions => {
                let (session_id, label) = (session.to_string(), label.to_string());
                let ended = SessionEnded { session_id, label, reason: reason(*end).into() };
                let change = Some(session_change::Change::Ended(ended));
                event::Kind::Session(SessionChange { revision, change })
            }
            What::Bound(bound) if self.names && named(bound.path.as_str()) => {
                let change = Some(name_change::Change::Bound(binding(bound)));
                event::Kind::Name(NameChange { revision, change })
            }
            What::Unbound { binding: was, end } if self.names && named(was.path.as_str()) => {
                let unbound = NameUnbound { binding: Some(binding(was)), reason: reason(*end).into() };
                event::Kind::Name(NameChange { revision, change: Some(name_change::Change::Unbound(unbound)) })
            }
            What::Barrier { path, generation, step } if self.barriers && named(path.as_str()) => {
                event::Kind::Barrier(barrier_step(revision, path.as_str(), *generation, step))
            }
            _ => return None,
        })
    }
}

fn barrier_step(revision: u64, path: &str, generation: u64, step: &BarrierStep) -> v1::BarrierStep {
    let (kind, session, broken) = match step {
        BarrierStep::Arrived(session) => (BarrierStepKind::Arrived, Some(session), None),
        BarrierStep::Gone(session) => (BarrierStepKind::Gone, Some(session), None),
        BarrierStep::Released => (BarrierStepKind::Released, None, None),
        BarrierStep::Left(session) => (BarrierStepKind::Left, Some(session), None),
        BarrierStep::Completed => (BarrierStepKind::Completed, None, None),
        BarrierStep::Aborted(why) => (BarrierStepKind::Broken, None, Some(why_broken(why))),
    };
    v1::BarrierStep {
        revision,
        path: path.to_owned(),
        generation,
        kind: kind.into(),
        session_id: session.map(ToString::to_string).unwrap_or_default(),
        broken: broken.unwrap_or_default(),
    }
}

/// How they stand.
#[derive(Clone, Default, Debug)]
pub struct Standing {
    sessions: Vec<v1::Session>,
    bindings: Vec<v1::Binding>,
    barriers: Vec<v1::Barrier>,
}

impl Standing {
    /// The messages of a snapshot: one at least.
    #[must_use]
    pub fn snapshot(self, at: Point, reason: SnapshotReason) -> Vec<CoordinationSnapshot> {
        let sessions = pack(self.sessions, |one| 128 + one.paths.iter().map(String::len).sum::<usize>());
        let bindings = pack(self.bindings, weight);
        let barriers = pack(self.barriers, |one| 256 + 32 * one.arrived_session_ids.len());
        let part =
            CoordinationSnapshot { reason: reason.into(), revision: at.revision.0, more: true, ..<_>::default() };
        let sessions = sessions.into_iter().map(|sessions| CoordinationSnapshot { sessions, ..part.clone() });
        let bindings = bindings.into_iter().map(|bindings| CoordinationSnapshot { bindings, ..part.clone() });
        let barriers = barriers.into_iter().map(|barriers| CoordinationSnapshot { barriers, ..part.clone() });
        let mut parts: Vec<_> = sessions.chain(bindings).chain(barriers).collect();
        match parts.last_mut() {
            Some(last) => last.more = false,
            None => parts.push(CoordinationSnapshot { more: false, ..part }),
        }
        parts
    }
}

/// The changes for one reader, who may have to wait for the first.
#[derive(Debug)]
pub struct StandingFeed {
    wanted: Wanted,
    /// Where the reader is; nowhere before the first snapshot.
    at: Option<Point>,
    feed: Option<NewsFeed<Standing>>,
    sure: watch::Receiver<Sure>,
}

impl StandingFeed {
    /// The changes after `cursor`, or from when this agent has a copy.
    #[must_use]
    pub fn new(context: &Context, wanted: Wanted, cursor: Option<Point>) -> Self {
        Self { wanted, at: cursor, feed: None, sure: context.handle.watch_sure() }
    }

    /// Where the reader is after all that was told.
    #[must_use]
    pub fn at(&self) -> Option<Point> {
        self.at
    }

    /// The next that is to be told, as messages with the point after each. Nothing is lost when the call is given up.
    ///
    /// # Errors
    /// [`ApiError::Stopping`] ends the stream.
    pub async fn next(&mut self, context: &Context) -> Result<Told, ApiError> {
        let step = loop {
            match self.step(context).await {
                Ok(step) => break step,
                // There is no copy now. The next one goes on from here, if it can.
                Err(ApiError::NotServed) => {
                    self.feed = None;
                    self.sure.changed().await.map_err(|_| ApiError::Stopping)?;
                }
                Err(error) => return Err(error),
            }
        };
        Ok(match step {
            Step::Begin(at, reason, standing) => {
                self.at = Some(at);
                Told::Snapshot(standing.snapshot(at, reason))
            }
            Step::News(news) => {
                self.at = news.last().map(|(at, _)| *at).or(self.at);
                Told::Events(news.iter().filter_map(|(at, one)| Some((*at, self.wanted.event(one)?))).collect())
            }
            Step::Quiet(at) => {
                self.at = Some(at);
                Told::Events(Vec::new())
            }
        })
    }

    async fn step(&mut self, context: &Context) -> Result<Step<Standing>, ApiError> {
        if let Some(feed) = &mut self.feed {
            return feed.next(context).await;
        }
        self.sure.wait_for(|sure| sure.origin != <_>::default()).await.map_err(|_| ApiError::Stopping)?;
        let wanted = self.wanted.clone();
        let feed = NewsFeed::open(context, self.at, move |access| wanted.standing(access)).await?;
        self.feed.insert(feed).next(context).await
    }
}

/// What a reader is told.
#[derive(Debug)]
pub enum Told {
    /// How all stands.
    Snapshot(Vec<CoordinationSnapshot>),
    /// What changed, with the point after each change.
    Events(Vec<(Point, event::Kind)>),
}
