//! A peer that says anything, to a node that has formed its first view: whether it is let in, and what it does then.
//!
//! ```text
//!   byte: bit 0 the node dialled, bit 1 it forms its view first | (byte: 10 ms to wait | frame with its length)*
//! ```

use std::collections::BTreeMap;

use prost::Message;
use quorate_agent::wire::decode;
use quorate_core::{
    Durable, Effect, Event, Node, Settings, Timer,
    types::{Address, Boot, ConnId, Duration, Identity, Instant, Network, NodeId, NodeName, Now, WallTime},
};
use quorate_proto::peer::v1 as pb;

/// Most frames of one run: enough for a handshake, a link and a transition.
const FRAMES: usize = 64;
/// Most effects of one event: a cluster of one has little to say.
const EFFECTS: usize = 10_000;
/// Most of anything that one peer makes a node hold (L1).
const HELD: usize = 10_000;
/// The connection that the peer opened.
const ACCEPTED: ConnId = ConnId(1);

/// Has a peer say what is in the bytes.
pub fn handshake(bytes: &[u8]) {
    let Some((&mode, mut rest)) = bytes.split_first() else { return };
    let mut bench = Bench::new();
    if mode & 2 != 0 {
        bench.wait(Duration::from_secs(5));
    }
    let conn = if mode & 1 == 0 { bench.accepted() } else { bench.dialled() };
    for _ in 0..FRAMES {
        let Some((&pause, after)) = rest.split_first() else { return };
        rest = after;
        bench.wait(Duration::from_millis(10) * u32::from(pause));
        let Ok(frame) = pb::Frame::decode_length_delimited(&mut rest) else { return };
        let Ok(frame) = decode(frame) else { return };
        bench.handle(Event::Frame { conn, frame });
    }
}

/// A node without sockets, clock or disk.
struct Bench {
    node: Node,
    now: Now,
    timers: BTreeMap<Timer, Instant>,
    dialled: Option<ConnId>,
}

impl Bench {
    fn new() -> Self {
        let identity = Identity {
            name: NodeName::new("n1").expect("a name"),
            id: NodeId([1; 16]),
            boot: Boot { count: 1, id: [1; 16] },
        };
        let network = Network::new("default").expect("a name");
        let settings = Settings {
            max_nodes: 64,
            history: 16,
            ..Settings::new("c", identity, vec![(network, Address::new("127.0.0.1:1"))])
        };
        let node = Node::new(settings, Durable::default(), 1).expect("good settings");
        let now = Now { at: Instant::ZERO, wall: WallTime(0) };
        let mut bench = Self { node, now, timers: BTreeMap::new(), dialled: None };
        bench.handle(Event::Start);
        bench
    }

    fn accepted(&mut self) -> ConnId {
        let network = Network::new("default").expect("a name");
        let remote = Address::new("127.0.0.1:9");
        self.handle(Event::Accepted { conn: ACCEPTED, network, remote });
        ACCEPTED
    }

    fn dialled(&mut self) -> ConnId {
        let addresses = vec![Address::new("127.0.0.1:2")];
        self.handle(Event::Discovered { source: "seeds".into(), addresses });
        self.wait(Duration::from_secs(1));
        let conn = self.dialled.expect("a found address is dialled");
        self.handle(Event::Connected { conn });
        conn
    }

    /// Lets time pass, and fires what is due meanwhile.
    fn wait(&mut self, span: Duration) {
        let end = self.now.at + span;
        while let Some((&timer, &at)) = self.timers.iter().min_by_key(|(_, at)| **at).filter(|(_, at)| **at <= end) {
            self.timers.remove(&timer);
            self.now.at = self.now.at.max(at);
            self.handle(Event::Timer(timer));
        }
        self.now.at = end;
    }

    /// Hands an event to the node. What is to be durable is so at once.
    fn handle(&mut self, event: Event) {
        let mut effects = Vec::new();
        self.node.handle(self.now, event, &mut effects);
        assert!(effects.len() <= EFFECTS, "{} effects of one event", effects.len());
        for (what, held) in self.node.load() {
            assert!(held <= HELD, "{held} {what} are held");
        }
        for effect in effects {
            match effect {
                Effect::Arm { timer, at } => drop(self.timers.insert(timer, at)),
                Effect::Persist { number, .. } => self.handle(Event::Persisted { number }),
                Effect::Dial { conn, .. } => self.dialled = self.dialled.or(Some(conn)),
                _ => {}
            }
        }
    }
}
