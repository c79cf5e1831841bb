//! A client on another machine: it asks for the page at the address all the time, and takes note of who answers.

use std::{
    io,
    net::Ipv4Addr,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot::{Receiver, Sender, channel},
    time::{MissedTickBehavior, interval, timeout},
};

use super::sightings::Sightings;
use crate::lab::Lab;

/// Time between two requests. The next one is made whether or not the last one was answered.
const EVERY: Duration = Duration::from_millis(5);
/// How long a request may take.
const PATIENCE: Duration = Duration::from_millis(300);

/// A client at work, in a thread of its own. It ends when this is dropped.
#[derive(Debug)]
pub struct Visitor {
    seen: Sightings,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Visitor {
    /// Asks from that node from now on.
    #[must_use]
    pub fn start(lab: &Lab, node: usize, address: Ipv4Addr, port: u16) -> Self {
        let (seen, (stop, stopped)) = (Sightings::default(), channel());
        let noted = seen.clone();
        let thread = lab.inside(node, move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(visit(address, port, noted, stopped));
        });
        Self { seen, stop: Some(stop), thread: Some(thread) }
    }

    /// Who answered.
    #[must_use]
    pub fn seen(&self) -> &Sightings {
        &self.seen
    }
}

async fn visit(address: Ipv4Addr, port: u16, seen: Sightings, mut stopped: Receiver<()>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = &mut stopped => return,
            _ = ticks.tick() => {}
        }
        let seen = seen.clone();
        tokio::spawn(async move {
            let asked = Instant::now();
            if let Ok(Ok(node)) = timeout(PATIENCE, ask(address, port)).await {
                seen.see(&node, asked, Instant::now());
            }
        });
    }
}

/// The name of the node that answers.
async fn ask(address: Ipv4Addr, port: u16) -> io::Result<String> {
    let mut stream = TcpStream::connect((address, port)).await?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: service\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let whole = answer.strip_prefix("HTTP/1.1 200 ").and_then(|rest| rest.split_once("\r\n\r\n"));
    let node = whole.and_then(|(_, body)| body.strip_suffix('\n'));
    node.map(str::to_owned).ok_or_else(|| io::Error::other("it is no answer"))
}

impl Drop for Visitor {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
