//! Connections to peers: a dumb shell around gRPC.
//!
//! Owns sockets and queues, and turns `Dial`, `Send` and `Close` into IO and IO into the core's events. It does not
//! know what a frame means, except that with TLS the name in an introduction must be one of the certificate's; it keeps
//! no peer in mind and never dials anew by itself.
//!
//! ```text
//!   driver --dial, send, close--> Transport --queue of 4,096--> connection --> peer
//!   driver <------- next() ------ Transport <--- one inbox ---- reader task <-- peer
//! ```
//!
//! What a closed connection still has to say is dropped, so no frame is delivered after its end.

mod connection;
mod dialler;
mod entrance;
mod guard;
mod line;
mod listener;
mod refusals;
mod socket;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use quorate_core::{
    Event,
    types::{Address, ConnId, Loss, Network},
    wire::Frame,
};
use tokio::{
    net::TcpListener,
    sync::mpsc::{self, error::TrySendError},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use dialler::Dial;
pub use entrance::{Admission, Entrance, TurnedAway};
pub use guard::Guard;
use line::{Arrival, Control, GRACE, Line, QUEUE, What};
pub use refusals::Refusals;
pub use socket::{Socket, SocketInfo, incoming};

use crate::{logging::Throttle, tls::PeerTls};

/// Most arrivals that wait for the driver; readers wait when it is full. With 32, heartbeats of 64 agents on two cores
/// waited so long behind reports that members took each other for dead.
const INBOX: usize = 256;

/// What the driver has of the connections to peers: gRPC in the agent, memory in seeded runs.
pub trait Connections: Send {
    /// Opens a connection; `Connected` or `DialFailed` answers.
    fn dial(&mut self, conn: ConnId, address: Address);
    /// Queues a frame. When the queue is full the connection is closed and [`Loss::Overflow`] reported.
    fn send(&mut self, conn: ConnId, frame: Frame);
    /// Closes a connection after what is queued; no event answers.
    fn close(&mut self, conn: ConnId);
    /// What happens next. Nothing is lost when the call is given up.
    fn next(&mut self) -> impl Future<Output = Event> + Send;
    /// Why nobody at this address could be trusted when it was last tried; none when somebody was, or none was tried.
    fn refusal(&self, address: &Address) -> Option<String>;
    /// Lets queued frames out and closes everything, in bounded time.
    fn shutdown(self) -> impl Future<Output = ()> + Send;
}

/// How many frames went out and came in.
#[derive(Debug, Default)]
pub struct Traffic {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Traffic {
    fn sent(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    fn received(&self) {
        self.received.fetch_add(1, Ordering::Relaxed);
    }

    /// Frames sent and received since the start.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        (self.sent.load(Ordering::Relaxed), self.received.load(Ordering::Relaxed))
    }
}

/// What the tasks of all connections share.
#[derive(Debug)]
struct Shared {
    arrivals: mpsc::Sender<Arrival>,
    accepted: AtomicU64,
    open_timeout: Duration,
    tasks: TaskTracker,
    stop: CancellationToken,
    cut: CancellationToken,
    traffic: Arc<Traffic>,
    tls: Option<PeerTls>,
    refusals: Refusals,
    /// Of whom it was told that its frames cannot be read.
    unreadable: Throttle,
}

/// All connections of a node.
#[derive(Debug)]
pub struct Transport {
    lines: HashMap<ConnId, Line>,
    inbox: mpsc::Receiver<Arrival>,
    overflowed: VecDeque<ConnId>,
    shared: Arc<Shared>,
}

impl Transport {
    /// Serves the listeners, each with such an entrance. A dialled connection must be open within `open_timeout`. With
    /// `tls` nothing else is spoken, without it plain text.
    #[must_use]
    pub fn start(
        listeners: Vec<(Network, TcpListener)>,
        open_timeout: Duration,
        entrance: &Entrance,
        tls: Option<PeerTls>,
    ) -> Self {
        let (arrivals, inbox) = mpsc::channel(INBOX);
        let shared = Arc::new(Shared {
            arrivals,
            accepted: AtomicU64::new(1),
            open_timeout,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            cut: CancellationToken::new(),
            traffic: Arc::default(),
            tls,
            refusals: Refusals::new("peer", entrance.turned_away.untrusted.clone()),
            unreadable: Throttle::default(),
        });
        for (network, listener) in listeners {
            tokio::spawn(listener::serve(Arc::clone(&shared), network, listener, entrance.clone()));
        }
        Self { lines: HashMap::new(), inbox, overflowed: VecDeque::new(), shared }
    }

    /// The counters of frames.
    #[must_use]
    pub fn traffic(&self) -> Arc<Traffic> {
        Arc::clone(&self.shared.traffic)
    }

    /// Turns an arrival into an event, unless its connection is closed here already.
    fn admit(&mut self, arrival: Arrival) -> Option<Event> {
        let conn = arrival.conn;
        if let What::Accepted { network, remote, line } = arrival.what {
            self.lines.insert(conn, line);
            return Some(Event::Accepted { conn, network, remote: Address::new(&remote) });
        }
        if !self.lines.contains_key(&conn) {
            return None;
        }
        Some(match arrival.what {
            What::Accepted { .. } => return None,
            What::Connected => Event::Connected { conn },
            What::Frame(frame) => Event::Frame { conn, frame },
            What::DialFailed(loss) => {
                self.lines.remove(&conn);
                Event::DialFailed { conn, loss }
            }
            What::Closed(loss) => {
                self.lines.remove(&conn);
                Event::Closed { conn, loss }
            }
        })
    }
}

impl Connections for Transport {
    fn refusal(&self, address: &Address) -> Option<String> {
        self.shared.refusals.of(address.as_str())
    }

    fn dial(&mut self, conn: ConnId, address: Address) {
        let (queue, frames) = mpsc::channel(QUEUE);
        let control = Control { closing: CancellationToken::new(), cut: self.shared.cut.child_token() };
        let shared = Arc::clone(&self.shared);
        let dial = Dial { conn, address, answers: queue.downgrade(), control: control.clone() };
        self.lines.insert(conn, Line { queue, control });
        self.shared.tasks.spawn(dialler::run(shared, dial, frames));
    }

    fn send(&mut self, conn: ConnId, frame: Frame) {
        let Some(line) = self.lines.get(&conn) else { return };
        // A queue that is closed belongs to a connection that has ended; its reader says so.
        if let Err(TrySendError::Full(_)) = line.queue.try_send(frame) {
            line.control.cut.cancel();
            self.lines.remove(&conn);
            self.overflowed.push_back(conn);
        }
    }

    fn close(&mut self, conn: ConnId) {
        if let Some(line) = self.lines.remove(&conn) {
            line.control.closing.cancel();
        }
    }

    async fn next(&mut self) -> Event {
        loop {
            if let Some(conn) = self.overflowed.pop_front() {
                return Event::Closed { conn, loss: Loss::Overflow };
            }
            // The transport itself holds a sender, so the inbox never ends.
            if let Some(arrival) = self.inbox.recv().await
                && let Some(event) = self.admit(arrival)
            {
                return event;
            }
        }
    }

    async fn shutdown(mut self) {
        self.shared.stop.cancel();
        for (_, line) in self.lines.drain() {
            line.control.closing.cancel();
        }
        self.inbox.close();
        while self.inbox.try_recv().is_ok() {}
        self.shared.tasks.close();
        let _ = timeout(GRACE, self.shared.tasks.wait()).await;
        self.shared.cut.cancel();
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        self.shared.stop.cancel();
        self.shared.cut.cancel();
    }
}
