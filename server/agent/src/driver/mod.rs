//! The one task that owns the core.
//!
//! It takes what happened - on connections, timers, the disk, in discovery, from callers - hands it to the core, and
//! does what the core says, in that order. It decides nothing itself.
//!
//! ```text
//!   transport --+                                +--> transport, timers, writer
//!   consensus --+                                +--> consensus
//!   timers -----+                                +--> events (watchers)
//!   writer -----+--> Node::handle --> effects ---+--> replies
//!   discovery --+                                +--> log, metrics
//!   handles ----+
//! ```

mod clock;
mod coordination;
mod events;
#[cfg(test)]
pub(crate) mod fake;
mod handle;
mod happening;
mod notes;
mod recovery;
mod seen;
mod timers;
mod writer;

use std::{
    collections::HashMap,
    sync::{Arc, atomic::AtomicU64},
};

use quorate_core::{
    Command, Effect, Event, Node, Outcome, Publication, Timer,
    coordination::Update,
    recovery::MAX_PARTICIPANTS,
    status::{ChannelState, NodeStatus, ViewStatus},
    types::{Address, ClusterUid, Identity},
};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

pub use clock::{Clock, wall};
pub use coordination::{Access, Call, Sure};
pub use handle::{Departure, Handle, HandleError, Participation};
pub use happening::{Beginning, Happening, Listing, QuorumNews, Reason, Subscription, What};
pub use seen::Seen;
pub use writer::Writer;

use self::{
    coordination::Line,
    events::EventLog,
    handle::Request,
    recovery::{Asker, Desk},
    timers::Timers,
};
use crate::{
    consensus::{Council, Happened, Reply, Served},
    metrics::Metrics,
    services::Ways,
    transport::Connections,
};

/// Most requests that wait for the driver.
const REQUESTS: usize = 1024;
/// Most commands that wait for their outcome.
const COMMANDS: usize = 1024;

/// What a driver is made of.
#[derive(Debug)]
pub struct Parts<T> {
    /// The core.
    pub node: Node,
    /// Who the node is.
    pub identity: Identity,
    /// The connections.
    pub transport: T,
    /// The way to the disk.
    pub writer: Writer,
    /// The way to consensus.
    pub council: Council,
    /// What discovery finds.
    pub discovered: mpsc::Receiver<(String, Vec<Address>)>,
    /// The time.
    pub clock: Clock,
    /// The figures to keep.
    pub metrics: Metrics,
    /// How many events a watcher may lag behind.
    pub event_buffer: usize,
    /// The ways to the services of this node.
    pub services: Ways,
}

/// Why a driver ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The node has left the cluster.
    Departed {
        /// Whether the others agreed in time.
        confirmed: bool,
    },
    /// It was told to stop at once.
    Cancelled,
    /// Nothing can be made durable any more.
    StorageFailed,
}

/// The task that owns the core.
#[derive(Debug)]
pub struct Driver<T> {
    node: Node,
    clock: Clock,
    timers: Timers,
    transport: T,
    writer: Writer,
    council: Council,
    discovered: mpsc::Receiver<(String, Vec<Address>)>,
    requests: mpsc::Receiver<Request>,
    log: EventLog,
    notes: notes::Notes,
    commands: HashMap<u64, oneshot::Sender<Result<Outcome, HandleError>>>,
    /// Requests to the node that leads.
    asks: HashMap<u64, oneshot::Sender<Reply>>,
    recovery: Desk,
    /// Requests about sessions, names and barriers.
    lines: HashMap<u64, Line>,
    forgotten: mpsc::UnboundedReceiver<u64>,
    /// What changes there.
    updates: broadcast::Sender<Arc<Update>>,
    sure: watch::Sender<Sure>,
    next_ticket: u64,
    effects: Vec<Effect>,
    view: watch::Sender<ViewStatus>,
    departure: watch::Sender<Departure>,
    quorum: watch::Sender<QuorumNews>,
    cluster: watch::Sender<Option<ClusterUid>>,
    metrics: Metrics,
}

impl<T: Connections> Driver<T> {
    /// A driver that has not started, and the way to it.
    #[must_use]
    pub fn new(parts: Parts<T>) -> (Self, Handle) {
        let (ask, requests) = mpsc::channel(REQUESTS);
        let (view, watch_view) = watch::channel(parts.node.view());
        let (departure, watch_departure) = watch::channel(Departure::Staying);
        let (quorum, watch_quorum) = watch::channel(QuorumNews::default());
        let (cluster, watch_cluster) = watch::channel(parts.node.cluster());
        let (sure, watch_sure) = watch::channel(Sure::default());
        let (forget, forgotten) = mpsc::unbounded_channel();
        let driver = Self {
            node: parts.node,
            clock: parts.clock,
            timers: Timers::default(),
            transport: parts.transport,
            writer: parts.writer,
            council: parts.council,
            discovered: parts.discovered,
            requests,
            log: EventLog::new(parts.event_buffer),
            notes: notes::Notes::default(),
            commands: HashMap::new(),
            asks: HashMap::new(),
            recovery: Desk::new(parts.services),
            lines: HashMap::new(),
            forgotten,
            updates: broadcast::Sender::new(parts.event_buffer.max(1)),
            sure,
            next_ticket: 1,
            effects: Vec::new(),
            view,
            departure,
            quorum,
            cluster,
            metrics: parts.metrics,
        };
        let handle = Handle {
            requests: ask,
            view: watch_view,
            departure: watch_departure,
            quorum: watch_quorum,
            cluster: watch_cluster,
            sure: watch_sure,
            tickets: Arc::new(AtomicU64::new(1)),
            forgotten: forget,
        };
        (driver, handle)
    }

    /// Runs until the node has left the cluster, or `cancel`.
    pub async fn run(mut self, cancel: CancellationToken) -> Ended {
        self.handle(Event::Start);
        let ended = loop {
            if let Departure::Departed { confirmed } = *self.departure.borrow() {
                break Ended::Departed { confirmed };
            }
            let due = self.timers.next();
            tokio::select! {
                () = cancel.cancelled() => break Ended::Cancelled,
                () = self.clock.until(due) => self.fire(),
                event = self.transport.next() => self.handle(event),
                number = self.writer.persisted() => match number {
                    Some(number) => self.handle(Event::Persisted { number }),
                    None => break Ended::StorageFailed,
                },
                happened = self.council.next() => match happened {
                    Happened::Fact(fact) => self.handle(Event::Consensus(fact)),
                    Happened::Served(Served { to, number, body }) => {
                        self.handle(Event::Command(Command::Answer { to, number, body }));
                    }
                    Happened::Nothing => {}
                    Happened::Failed(why) => {
                        tracing::error!("consensus cannot go on: {why}");
                        break Ended::StorageFailed;
                    }
                },
                Some((source, addresses)) = self.discovered.recv() => {
                    self.handle(Event::Discovered { source, addresses });
                }
                Some(fact) = self.recovery.fact() => self.handle(Event::Process(fact)),
                Some(request) = self.requests.recv() => self.answer(request),
                Some(ticket) = self.forgotten.recv() => {
                    if self.lines.remove(&ticket).is_some() {
                        self.handle(Event::Command(Command::Forget { ticket }));
                    }
                }
            }
        };
        // Callers still waiting learn that nobody answers any more; the last frames and the last write get out.
        drop((self.requests, self.commands, self.asks, self.lines));
        match ended {
            Ended::Departed { .. } => {
                tokio::join!(self.transport.shutdown(), self.writer.finish(), self.council.close());
            }
            Ended::Cancelled | Ended::StorageFailed => {
                drop((self.transport, self.council));
                self.writer.abandon().await;
            }
        }
        ended
    }

    /// Hands an event to the core and does what it says.
    fn handle(&mut self, event: Event) {
        let mut effects = std::mem::take(&mut self.effects);
        self.node.handle(self.clock.now(), event, &mut effects);
        self.void_orders();
        for effect in effects.drain(..) {
            self.perform(effect);
        }
        self.effects = effects;
        self.answer_recovery();
        let cluster = self.node.cluster();
        self.cluster.send_if_modified(|known| std::mem::replace(known, cluster) != cluster);
        let sure = coordination::sure(&self.node);
        self.sure.send_if_modified(|known| std::mem::replace(known, sure) != sure);
        let now = self.node.view();
        self.view.send_if_modified(|view| {
            let changed = *view != now;
            if changed {
                self.metrics.view(&now);
                *view = now;
            }
            changed
        });
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Dial { conn, address } => self.transport.dial(conn, address),
            Effect::Send { conn, frame } => self.transport.send(conn, frame),
            Effect::Close { conn } => self.transport.close(conn),
            Effect::Arm { timer, at } => self.timers.arm(timer, at),
            Effect::Persist { number, durable } => self.writer.write(number, durable),
            Effect::Publish(publication) => {
                notes::write_publication(&publication);
                self.metrics.publication(&publication);
                if let Publication::Quorum { granted, lack } = &publication {
                    self.quorum.send_replace(QuorumNews { granted: granted.clone(), lack: lack.clone() });
                }
                if let Publication::Coordination(update) = &publication {
                    // Nobody may be watching.
                    let _ = self.updates.send(Arc::new(update.clone()));
                }
                self.log.publish(publication, wall(), self.node.history());
            }
            Effect::Note(note) => {
                self.notes.write(&note);
                self.metrics.note(&note);
            }
            Effect::Reply { ticket, outcome } => {
                if let Some(reply) = self.commands.remove(&ticket) {
                    let _ = reply.send(Ok(outcome));
                }
            }
            Effect::Consensus(order) => self.council.order(order),
            Effect::Serve { from, number, body } => match recovery::request(&body) {
                Some(request) => self.serve_recovery(request, Asker::Node { name: from, number }),
                None => self.council.serve(from, number, body),
            },
            Effect::Process(order) => self.process(order),
            Effect::Call { id, call } => self.recovery.call(id, call),
            Effect::Directed { ticket, outcome } => self.directed(ticket, outcome),
            Effect::Answered { ticket, answer } => {
                if let Some(reply) = self.asks.remove(&ticket) {
                    let _ = reply.send(answer);
                }
            }
            Effect::Coordinated { ticket, reply, last } => {
                // A line has room for all replies that a request can have.
                if let Some(line) = self.lines.get(&ticket) {
                    let _ = line.try_send(reply);
                }
                if last {
                    self.lines.remove(&ticket);
                }
            }
            Effect::Departed { confirmed } => {
                self.departure.send_replace(Departure::Departed { confirmed });
            }
        }
    }

    fn fire(&mut self) {
        for timer in self.timers.due(self.clock.now().at) {
            self.handle(Event::Timer(timer));
            if timer == Timer::Beat {
                self.renew();
            }
        }
    }

    /// Answers a request. Who no longer waits for the answer is not missed.
    fn answer(&mut self, request: Request) {
        match request {
            Request::Nodes { names, reply } => {
                let now = self.clock.now();
                let mut nodes = match names {
                    None => self.node.nodes(now),
                    Some(names) => names.iter().filter_map(|name| self.node.node(now, name)).collect(),
                };
                nodes.iter_mut().for_each(|node| self.explain(node));
                let _ = reply.send(nodes);
            }
            Request::Quorum { reply } => drop(reply.send(self.node.quorum_status(self.clock.now()))),
            Request::Explain { failing, leaving, reply } => {
                let _ = reply.send(self.node.explain_quorum(self.clock.now(), &failing, &leaving));
            }
            Request::Lead { body, reply } => self.lead(body, reply),
            Request::Database { reply } if self.node.keeps_database() => self.council.copy(reply),
            Request::Database { reply } => drop(reply.send(None)),
            Request::MayRefound { reply } => drop(reply.send(self.node.may_refound(self.clock.now()))),
            Request::Refound { reply } => self.command(reply, |ticket| Command::Refound { ticket }),
            Request::Distrust { reply } => drop(reply.send(self.node.distrust())),
            Request::History { cursor, reply } => drop(reply.send(self.log.list(cursor, self.node.history()))),
            Request::Subscribe { cursor, reply } => {
                let _ = reply.send(self.log.subscribe(cursor, self.node.view(), self.node.history()));
            }
            Request::Coordinate { ticket, request, patience, line } => {
                self.lines.insert(ticket, line);
                let request = *request;
                self.handle(Event::Command(Command::Coordinate { ticket, request, patience }));
            }
            Request::Look(look) => look(Access::new(&self.node, self.clock.now(), &self.updates)),
            Request::Join { about, calls, reply } => {
                if let Some(id) = self.recovery.join(calls) {
                    let _ = reply.send(Ok(id));
                    self.handle(Event::Command(Command::Join { id, about }));
                } else {
                    let _ = reply.send(Err(HandleError::Busy { limit: MAX_PARTICIPANTS }));
                }
            }
            Request::Acknowledge { id, epoch, phase } => {
                self.handle(Event::Command(Command::Acknowledge { id, epoch, phase }));
            }
            Request::Part { id } => {
                self.recovery.part(id);
                self.handle(Event::Command(Command::Part { id }));
            }
            Request::Leave => {
                self.departure.send_replace(Departure::Leaving);
                self.handle(Event::Command(Command::Leave));
            }
            Request::Evict { name, reason, reply } => {
                self.command(reply, |ticket| Command::Evict { name, reason, ticket });
            }
            Request::Readmit { name, reply } => self.command(reply, |ticket| Command::Readmit { name, ticket }),
        }
    }

    /// Takes a request to the node that leads there.
    fn lead(&mut self, body: Vec<u8>, reply: oneshot::Sender<Reply>) {
        if self.node.leads() {
            return match recovery::request(&body) {
                Some(request) => self.serve_recovery(request, Asker::Here(reply)),
                None => self.council.serve_here(body, reply),
            };
        }
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.asks.insert(ticket, reply);
        self.handle(Event::Command(Command::Ask { ticket, body }));
    }

    /// Adds why a channel that is down could not be trusted: only the transport knows.
    fn explain(&self, node: &mut NodeStatus) {
        let channels = node.link.iter_mut().flat_map(|link| &mut link.channels);
        for channel in channels.filter(|channel| channel.state == ChannelState::Down) {
            if let Some(why) = channel.remote.as_ref().and_then(|remote| self.transport.refusal(remote)) {
                channel.last_failure = Some(why);
            }
        }
    }

    fn command(&mut self, reply: oneshot::Sender<Result<Outcome, HandleError>>, command: impl FnOnce(u64) -> Command) {
        if self.commands.len() >= COMMANDS {
            self.commands.retain(|_, waiting| !waiting.is_closed());
        }
        if self.commands.len() >= COMMANDS {
            let _ = reply.send(Err(HandleError::Busy { limit: COMMANDS }));
            return;
        }
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.commands.insert(ticket, reply);
        self.handle(Event::Command(command(ticket)));
    }
}
