//! Connections between hosts, and what travels on them.

use std::collections::VecDeque;

use quorate_core::{
    Event,
    types::{Address, ConnId, Duration, Loss},
    wire::Frame,
};

use super::{Happening, World};
use crate::{
    host::{self, Time},
    network::Fate,
};

/// One connection: its dialling end is end 0.
#[derive(Clone, Debug)]
pub(super) struct Conn {
    hosts: [usize; 2],
    starts: [u64; 2],
    ids: [Option<ConnId>; 2],
    network: usize,
    open: [bool; 2],
    /// Stream order: nothing arrives at an end before this.
    arrived: [Time; 2],
    /// What waits at an end for the way to heal.
    stalled: [VecDeque<Option<Frame>>; 2],
}

impl World {
    pub(super) fn dial(&mut self, host: usize, id: ConnId, address: &Address) {
        let start = self.hosts[host].identity.boot.count;
        let fail = |world: &mut Self, after: Duration, loss: Loss| {
            let event = Event::DialFailed { conn: id, loss };
            world.schedule(world.time + after, Happening::Event { host, start, event });
        };
        let Some((to, network)) = host::parse(address).filter(|(to, _)| *to < self.hosts.len()) else {
            return fail(self, Duration::ZERO, Loss::Unreachable);
        };
        let there = self.network.fate(host, to, network, &mut self.dice);
        let back = self.network.fate(to, host, network, &mut self.dice);
        let (Fate::Arrives(there), Fate::Arrives(_)) = (there, back) else {
            return fail(self, self.network.connect, Loss::Unreachable);
        };
        if there >= self.network.connect {
            return fail(self, self.network.connect, Loss::Unreachable);
        }
        self.next_conn += 1;
        let conn = self.next_conn;
        self.hosts[host].conns.insert(id, conn);
        self.conns.insert(
            conn,
            Conn {
                hosts: [host, to],
                starts: [start, 0],
                ids: [Some(id), None],
                network,
                open: [true, false],
                arrived: [self.time; 2],
                stalled: Default::default(),
            },
        );
        self.schedule(self.time + there, Happening::Connection { conn });
    }

    pub(super) fn connect(&mut self, number: u64) {
        let Some(conn) = self.conns.get(&number).cloned() else { return };
        let ([from, to], start, id) = (conn.hosts, conn.starts[0], conn.ids[0]);
        let Some(id) = id else { return };
        let back = self.time + self.network.way(to, from, conn.network).delay;
        if self.hosts[to].node.is_none() {
            self.conns.remove(&number);
            let event = Event::DialFailed { conn: id, loss: Loss::Refused };
            return self.schedule(back, Happening::Event { host: from, start, event });
        }
        let accepted = self.hosts[to].accept(number);
        if let Some(conn) = self.conns.get_mut(&number) {
            conn.ids[1] = Some(accepted);
            conn.starts[1] = self.hosts[to].identity.boot.count;
            conn.open[1] = true;
        }
        self.schedule(back, Happening::Event { host: from, start, event: Event::Connected { conn: id } });
        let network = host::network_name(conn.network);
        self.handle(to, Event::Accepted { conn: accepted, network, remote: host::address(from, conn.network) });
    }

    /// Sends a frame, or the end of the connection.
    pub(super) fn send(&mut self, host: usize, id: ConnId, frame: Option<Frame>) {
        if let Some(frame) = &frame {
            self.traffic[host].frames += 1;
            self.traffic[host].messages += u64::from(!matches!(frame, Frame::Beat(_)));
            self.traffic[host].bytes += self.weigh.map_or(0, |weigh| weigh(frame));
        }
        let Some(&number) = self.hosts[host].conns.get(&id) else { return };
        let Some(conn) = self.conns.get(&number) else { return };
        let from = usize::from(conn.ids[0] != Some(id) || conn.hosts[0] != host);
        let (to_host, network, ended) = (conn.hosts[1 - from], conn.network, frame.is_none());
        let copies = 1 + usize::from(self.network.datagrams && !ended && self.dice.chance(self.network.doubled));
        for _ in 0..copies {
            let fate = self.network.fate(host, to_host, network, &mut self.dice);
            let ordered = !self.network.datagrams || ended;
            let Some(conn) = self.conns.get_mut(&number) else { return };
            match fate {
                Fate::Lost if !ended => {}
                Fate::Lost | Fate::Stalled => conn.stalled[1 - from].push_back(frame.clone()),
                Fate::Arrives(_) if ordered && !conn.stalled[1 - from].is_empty() => {
                    conn.stalled[1 - from].push_back(frame.clone());
                }
                Fate::Arrives(delay) => {
                    let mut at = self.time + delay;
                    if ordered {
                        at = at.max(conn.arrived[1 - from]);
                        conn.arrived[1 - from] = at;
                    }
                    self.schedule(at, Happening::Arrival { conn: number, end: 1 - from, frame: frame.clone() });
                }
            }
        }
    }

    pub(super) fn arrive(&mut self, number: u64, end: usize, frame: Option<Frame>) {
        let Some(conn) = self.conns.get_mut(&number) else { return };
        if !conn.open[end] {
            return;
        }
        let (host, start, id) = (conn.hosts[end], conn.starts[end], conn.ids[end]);
        let Some(id) = id.filter(|_| self.hosts[host].identity.boot.count == start) else { return };
        match frame {
            Some(frame) => self.handle(host, Event::Frame { conn: id, frame }),
            None => {
                conn.open[end] = false;
                if conn.open == [false, false] {
                    self.conns.remove(&number);
                }
                self.hosts[host].conns.remove(&id);
                self.handle(host, Event::Closed { conn: id, loss: Loss::Reset });
            }
        }
    }

    pub(super) fn close(&mut self, host: usize, id: ConnId) {
        self.send(host, id, None);
        let Some(number) = self.hosts[host].conns.remove(&id) else { return };
        let Some(conn) = self.conns.get_mut(&number) else { return };
        let end = usize::from(conn.ids[0] != Some(id) || conn.hosts[0] != host);
        conn.open[end] = false;
        if conn.open == [false, false] {
            self.conns.remove(&number);
        }
    }

    /// After a change of the networks: what waited for a way that is open again goes on.
    pub fn flush(&mut self) {
        let numbers: Vec<u64> = self.conns.keys().copied().collect();
        for number in numbers {
            for end in [0, 1] {
                let Some(conn) = self.conns.get_mut(&number) else { continue };
                let (from, to) = (conn.hosts[1 - end], conn.hosts[end]);
                if self.network.way(from, to, conn.network).cut {
                    continue;
                }
                let at = (self.time + self.network.way(from, to, conn.network).delay).max(conn.arrived[end]);
                conn.arrived[end] = at;
                for frame in std::mem::take(&mut conn.stalled[end]) {
                    self.schedule(at, Happening::Arrival { conn: number, end, frame });
                }
            }
        }
    }
}
