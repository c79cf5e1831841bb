//! Announcements by UDP multicast: this node's to all others, and all others' to this node.
//!
//! Anybody on the network can send here, so nothing is believed: a datagram is read with suspicion, the table of peers
//! is bounded, findings go out at a bounded rate, and who really answers at an address is decided by the handshake.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use quorate_core::types::Address;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    net::UdpSocket,
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    Announcement, Sink,
    announcement::{Datagram, MAX_DATAGRAM},
    table::{Heard, Table},
    watch::{Failing, jittered, listed},
};
use crate::config::MulticastConfig;

const SOURCE: &str = "multicast";
/// A peer is forgotten after this many announcements that did not come.
const MISSED: u32 = 5;
/// Shortest time between two findings, and between two announcements.
const HOLD: Duration = Duration::from_millis(100);

/// Announces and listens until it is cancelled or nobody takes the findings.
pub(super) async fn run(
    config: MulticastConfig,
    me: Announcement,
    sink: Sink,
    dropped: Arc<AtomicU64>,
    cancel: CancellationToken,
) {
    let me = Datagram { sender: fastrand::u64(..), announcement: me };
    let mut failing = Failing::default();
    let mut table = Table::new(config.interval * MISSED);
    let work = async {
        loop {
            let why = match open(&config) {
                Ok(socket) => {
                    let mut session = Session {
                        socket,
                        config: &config,
                        me: &me,
                        packet: me.encode(),
                        sink: &sink,
                        dropped: &dropped,
                        table: &mut table,
                        failing: &mut failing,
                        sent: Vec::new(),
                    };
                    match session.serve().await {
                        Ok(()) => return,
                        Err(why) => why,
                    }
                }
                Err(why) => why,
            };
            sleep(failing.again(SOURCE, why.to_string(), Duration::from_secs(5))).await;
        }
    };
    // Cancelled or not, there is nothing left to do.
    let _ = cancel.run_until_cancelled(work).await;
}

/// One open socket and what goes on over it.
struct Session<'a> {
    socket: UdpSocket,
    config: &'a MulticastConfig,
    me: &'a Datagram,
    packet: Vec<u8>,
    sink: &'a Sink,
    dropped: &'a AtomicU64,
    table: &'a mut Table,
    failing: &'a mut Failing,
    sent: Vec<Address>,
}

impl Session<'_> {
    /// Ends well when nobody takes the findings, with an error when the socket fails.
    async fn serve(&mut self) -> io::Result<()> {
        let mut buffer = [0; MAX_DATAGRAM + 1];
        let mut announce_at = Instant::now();
        let mut look_at = Instant::now() + HOLD;
        let mut announced = announce_at;
        loop {
            tokio::select! {
                received = self.socket.recv_from(&mut buffer) => {
                    let (length, from) = received?;
                    if self.receive(&buffer[..length], from) {
                        // A newcomer should not have to wait for the next round.
                        announce_at = announce_at.min(announced + HOLD + HOLD.mul_f64(fastrand::f64()));
                    }
                }
                () = sleep_until(announce_at) => {
                    self.announce().await;
                    announced = Instant::now();
                    announce_at = announced + jittered(self.config.interval);
                }
                () = sleep_until(look_at) => {
                    if !self.tell().await {
                        return Ok(());
                    }
                    look_at = Instant::now() + HOLD;
                }
            }
        }
    }

    /// Takes in a datagram. Returns whether its sender is new.
    fn receive(&mut self, bytes: &[u8], from: SocketAddr) -> bool {
        let fault = match Datagram::decode(bytes) {
            Ok(datagram) if datagram.sender == self.me.sender => return false,
            Ok(datagram) if datagram.announcement.cluster != self.me.announcement.cluster => return false,
            Ok(datagram) => match self.table.hear(Instant::now(), datagram) {
                Heard::Full => "too many peers",
                heard => return heard == Heard::New,
            },
            Err(fault) => fault,
        };
        // The first is worth a line; a flood of them is not worth a flood of lines.
        match self.dropped.fetch_add(1, Ordering::Relaxed) {
            0 => tracing::warn!(%from, fault, "multicast: dropped a datagram; more are only counted"),
            _ => tracing::trace!(%from, fault, "multicast: dropped a datagram"),
        }
        false
    }

    /// Sends the announcement. A failure may pass by itself, as when a network is down, so listening goes on.
    async fn announce(&mut self) {
        match self.socket.send_to(&self.packet, self.config.group).await {
            Ok(_) => self.failing.ended(SOURCE),
            Err(why) => drop(self.failing.again(SOURCE, format!("cannot send: {why}"), self.config.interval)),
        }
    }

    /// Tells what is known when it changed. Returns whether somebody takes it. When all fell silent, what was found last
    /// stays: addresses do no harm.
    async fn tell(&mut self) -> bool {
        self.table.expire(Instant::now());
        let found = self.table.addresses();
        if found == self.sent || found.is_empty() {
            return !self.sink.is_closed();
        }
        tracing::info!(source = SOURCE, addresses = %listed(&found), "discovery found addresses");
        self.sent.clone_from(&found);
        self.sink.send((SOURCE.into(), found)).await.is_ok()
    }
}

/// A socket that hears the group and can send to it, also beside others on this machine.
fn open(config: &MulticastConfig) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(config.group), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    match config.group {
        SocketAddr::V4(group) => {
            let interface = match config.interface {
                Some(IpAddr::V4(interface)) => interface,
                _ => Ipv4Addr::UNSPECIFIED,
            };
            socket.join_multicast_v4(group.ip(), &interface)?;
            socket.set_multicast_if_v4(&interface)?;
            socket.set_multicast_loop_v4(true)?;
            socket.set_multicast_all_v4(false)?;
        }
        SocketAddr::V6(group) => {
            socket.set_only_v6(true)?;
            socket.join_multicast_v6(group.ip(), group.scope_id())?;
            socket.set_multicast_if_v6(group.scope_id())?;
            socket.set_multicast_loop_v6(true)?;
            socket.set_multicast_all_v6(false)?;
        }
    }
    // Bound to the group, the socket hears nothing that was sent to this machine alone.
    socket.bind(&config.group.into())?;
    UdpSocket::from_std(socket.into())
}
