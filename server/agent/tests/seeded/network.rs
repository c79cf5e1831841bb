//! The network between the machines: streams that keep their order, as TCP does. What is sent into a cut arrives when it
//! heals; whoever sends to a machine without power gets no answer, and to one whose agent is gone, a reset.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use prost::Message;
use quorate_agent::{transport::Connections, wire};
use quorate_core::{
    Event,
    types::{Address, ConnId, Loss, Network as NetworkName},
    wire::Frame,
};
use quorate_proto::peer::v1 as pb;
use tokio::sync::mpsc;

use crate::{disk::Seed, host::Host};

/// How long opening a connection may take, in milliseconds: what an agent would allow.
const PATIENCE: u64 = 3000;

/// What an agent does with its connections.
#[derive(Debug)]
pub enum Said {
    Dial { conn: ConnId, address: Address },
    Frame { conn: ConnId, frame: Vec<u8> },
    Close { conn: ConnId },
}

/// An agent's connections.
#[derive(Debug)]
pub struct Plugs {
    pub say: mpsc::UnboundedSender<Said>,
    pub inbox: mpsc::UnboundedReceiver<Event>,
    pub open: BTreeSet<ConnId>,
}

impl Connections for Plugs {
    fn dial(&mut self, conn: ConnId, address: Address) {
        self.open.insert(conn);
        let _ = self.say.send(Said::Dial { conn, address });
    }

    fn send(&mut self, conn: ConnId, frame: Frame) {
        if self.open.contains(&conn) {
            let frame = wire::encode(&frame).encode_to_vec();
            let _ = self.say.send(Said::Frame { conn, frame });
        }
    }

    fn close(&mut self, conn: ConnId) {
        if self.open.remove(&conn) {
            let _ = self.say.send(Said::Close { conn });
        }
    }

    async fn next(&mut self) -> Event {
        loop {
            let Some(event) = self.inbox.recv().await else { return std::future::pending().await };
            let is_open = match &event {
                Event::Accepted { conn, .. } => self.open.insert(*conn),
                Event::DialFailed { conn, .. } | Event::Closed { conn, .. } => self.open.remove(conn),
                Event::Connected { conn } | Event::Frame { conn, .. } => self.open.contains(conn),
                _ => true,
            };
            if is_open {
                return event;
            }
        }
    }

    fn refusal(&self, _: &Address) -> Option<String> {
        None
    }

    async fn shutdown(mut self) {
        for conn in std::mem::take(&mut self.open) {
            let _ = self.say.send(Said::Close { conn });
        }
    }
}

#[derive(Debug)]
enum Parcel {
    Open,
    Opened,
    Refused,
    Frame(Vec<u8>),
    Closed,
}

#[derive(Debug)]
struct End {
    host: usize,
    id: ConnId,
    is_open: bool,
}

#[derive(Debug)]
struct Conn {
    /// Who dialled, and who was dialled.
    ends: [End; 2],
    /// What is on its way to each end, and when it is there.
    ways: [VecDeque<(u64, Parcel)>; 2],
    opened: bool,
    dialled: u64,
}

impl Conn {
    fn put(&mut self, end: usize, due: u64, parcel: Parcel) {
        let due = self.ways[end].back().map_or(due, |(last, _)| due.max(*last));
        self.ways[end].push_back((due, parcel));
    }

    /// An end closes, or its agent is gone: the other one learns of it.
    fn close(&mut self, end: usize, now: u64) {
        self.ends[end].is_open = false;
        self.put(1 - end, now + 1, Parcel::Closed);
    }

    fn tell(&self, end: usize, hosts: &[Host], event: impl FnOnce(ConnId) -> Event) {
        hosts[self.ends[end].host].tell(event(self.ends[end].id));
    }

    /// Something arrives at an end.
    fn arrive(&mut self, end: usize, parcel: Parcel, now: u64, hosts: &[Host]) {
        let (host, remote) = (&hosts[self.ends[end].host], &self.ends[1 - end]);
        if !host.has_power {
            return;
        }
        match parcel {
            Parcel::Open if host.agent.is_some() => {
                let remote = Address::new(&format!("n{}:{}", remote.host, 10_000 + remote.id.0));
                self.ends[end].is_open = true;
                self.tell(end, hosts, |conn| Event::Accepted { conn, network: network(), remote });
                self.put(1 - end, now + 1, Parcel::Opened);
            }
            Parcel::Open => self.put(1 - end, now + 1, Parcel::Refused),
            Parcel::Closed | Parcel::Refused if !self.ends[end].is_open => {}
            _ if !self.ends[end].is_open => self.put(1 - end, now + 1, Parcel::Closed),
            Parcel::Opened => {
                self.opened = true;
                self.tell(end, hosts, |conn| Event::Connected { conn });
            }
            Parcel::Refused => {
                self.ends[end].is_open = false;
                self.tell(end, hosts, |conn| Event::DialFailed { conn, loss: Loss::Refused });
            }
            Parcel::Frame(bytes) => {
                let frame = wire::decode(pb::Frame::decode(bytes.as_slice()).unwrap()).unwrap();
                self.tell(end, hosts, |conn| Event::Frame { conn, frame });
            }
            Parcel::Closed => {
                self.ends[end].is_open = false;
                let opened = end == 1 || self.opened;
                let loss = Loss::Reset;
                self.tell(end, hosts, |conn| {
                    if opened { Event::Closed { conn, loss } } else { Event::DialFailed { conn, loss } }
                });
            }
        }
    }
}

/// All connections, and how the ways between the machines are.
#[derive(Debug, Default)]
pub struct Network {
    conns: BTreeMap<u64, Conn>,
    /// Where nothing gets through, from one machine to another.
    cut: BTreeSet<(usize, usize)>,
    /// Milliseconds that everything to a machine takes longer.
    slow: BTreeMap<usize, u64>,
    next: u64,
    trace: crc32fast::Hasher,
}

impl Network {
    /// All that was sent, as one number: the same in two runs that went the same way.
    pub fn trace(&self) -> u32 {
        self.trace.clone().finalize()
    }

    /// Notes something else that a second run of a seed must do again.
    pub fn note(&mut self, what: u64) {
        self.trace.update(&what.to_le_bytes());
    }

    pub fn cut(&mut self, from: usize, to: usize) {
        self.cut.insert((from, to));
    }

    pub fn slow(&mut self, to: usize, by: u64) {
        self.slow.insert(to, by);
    }

    pub fn heal(&mut self) {
        self.cut.clear();
        self.slow.clear();
    }

    /// Connections between two machines are lost, and what was on its way with them.
    pub fn reset(&mut self, a: usize, b: usize, now: u64) {
        for conn in self.conns.values_mut() {
            let hosts = [conn.ends[0].host, conn.ends[1].host];
            if hosts == [a, b] || hosts == [b, a] {
                for end in 0..2 {
                    conn.ways[end].clear();
                    conn.put(end, now + 1, Parcel::Closed);
                }
            }
        }
    }

    /// An agent is gone. Others learn of it when its machine still has power.
    pub fn gone(&mut self, host: &Host, now: u64) {
        for conn in self.conns.values_mut() {
            for end in 0..2 {
                if conn.ends[end].host == host.number && conn.ends[end].is_open {
                    conn.ends[end].is_open = false;
                    if host.has_power {
                        conn.close(end, now);
                    } else {
                        conn.ways[1 - end].clear();
                    }
                }
            }
        }
    }

    /// Takes what an agent says.
    pub fn take(&mut self, host: usize, said: Said, now: u64, seed: &mut Seed) {
        let delay = |to: usize, seed: &mut Seed, slow: &BTreeMap<usize, u64>| {
            now + 1 + seed.below(3) + slow.get(&to).map_or(0, |by| by / 2 + seed.below(by / 2 + 1))
        };
        let at = |conns: &BTreeMap<u64, Conn>, id: ConnId| {
            let mut all = conns.iter().flat_map(|(number, conn)| [(*number, 0, conn), (*number, 1, conn)]);
            let mine = all.find(|(_, end, conn)| {
                conn.ends[*end].host == host && conn.ends[*end].id == id && conn.ends[*end].is_open
            });
            mine.map(|(number, end, _)| (number, end))
        };
        match said {
            Said::Dial { conn, address } => {
                let to = address.as_str().strip_prefix('n').and_then(|rest| rest.strip_suffix(":1")).unwrap();
                let to = to.parse().unwrap();
                self.next += 1;
                let ends = [
                    End { host, id: conn, is_open: true },
                    End { host: to, id: ConnId(2 * self.next + 1), is_open: false },
                ];
                let mut conn = Conn { ends, ways: Default::default(), opened: false, dialled: now };
                conn.put(1, delay(to, seed, &self.slow), Parcel::Open);
                self.conns.insert(self.next, conn);
            }
            Said::Frame { conn, frame } => {
                let Some((number, end)) = at(&self.conns, conn) else { return };
                let conn = self.conns.get_mut(&number).unwrap();
                let to = conn.ends[1 - end].host;
                let due = delay(to, seed, &self.slow);
                [&now.to_le_bytes()[..], &[host as u8, to as u8], &frame]
                    .iter()
                    .for_each(|part| self.trace.update(part));
                conn.put(1 - end, due, Parcel::Frame(frame));
            }
            Said::Close { conn } => {
                let Some((number, end)) = at(&self.conns, conn) else { return };
                self.conns.get_mut(&number).unwrap().close(end, now);
            }
        }
    }

    /// Lets arrive what is due.
    pub fn deliver(&mut self, now: u64, hosts: &[Host]) {
        for conn in self.conns.values_mut() {
            for end in 0..2 {
                let way = (conn.ends[1 - end].host, conn.ends[end].host);
                if self.cut.contains(&way) || hosts[way.1].is_stopped() {
                    continue;
                }
                while conn.ways[end].front().is_some_and(|(due, _)| *due <= now) {
                    let (_, parcel) = conn.ways[end].pop_front().unwrap();
                    conn.arrive(end, parcel, now, hosts);
                }
            }
            if conn.ends[0].is_open && !conn.opened && now >= conn.dialled + PATIENCE {
                conn.tell(0, hosts, |conn| Event::DialFailed { conn, loss: Loss::Unreachable });
                conn.close(0, now);
            }
        }
        self.conns.retain(|_, conn| conn.ends.iter().any(|end| end.is_open));
    }
}

/// The one network there is.
pub fn network() -> NetworkName {
    NetworkName::new("default").unwrap()
}
