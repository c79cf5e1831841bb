//! Looks all the time on which node the address is, as the kernel there sees it: also on a node that nobody can reach.

use std::{
    net::{Ipv4Addr, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::sightings::Sightings;
use crate::lab::Lab;

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(2);

/// A thread in each namespace. They end when this is dropped.
#[derive(Debug)]
pub struct Residence {
    seen: Sightings,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Residence {
    /// Looks at nodes 1 to `nodes` from now on.
    #[must_use]
    pub fn start(lab: &Lab, nodes: usize, address: Ipv4Addr) -> Self {
        let (seen, stop) = (Sightings::default(), Arc::new(AtomicBool::new(false)));
        let watch = |node: usize| {
            let (seen, stop, name) = (seen.clone(), stop.clone(), format!("n{node}"));
            lab.inside(node, move || {
                while !stop.load(Ordering::Relaxed) {
                    look(&name, address, &seen);
                    thread::sleep(PAUSE);
                }
            })
        };
        let threads = (1..=nodes).map(watch).collect();
        Self { seen, stop, threads }
    }

    /// What was seen.
    #[must_use]
    pub fn seen(&self) -> &Sightings {
        &self.seen
    }
}

/// Only an address of this machine can be bound to.
fn look(name: &str, address: Ipv4Addr, seen: &Sightings) {
    let asked = Instant::now();
    if UdpSocket::bind((address, 0)).is_ok() {
        seen.see(name, asked, Instant::now());
    }
}

impl Drop for Residence {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
