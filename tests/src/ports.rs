//! Free ports, found before anybody is told of them.
//!
//! They come from below the range from which the kernel takes ports for outgoing connections, so that the port of an
//! agent that is down stays free until it is started again.

use std::{
    collections::BTreeSet,
    net::TcpListener,
    sync::{Mutex, PoisonError},
};

static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A port that is free on this address and that no other test of this process was given.
///
/// # Panics
/// When there is none.
pub fn free_port(host: &str) -> u16 {
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let free = |port: &u16| !given.contains(port) && TcpListener::bind((host, *port)).is_ok();
    let port = (0..10_000).map(|_| fastrand::u16(10_000..32_000)).find(free);
    let port = port.unwrap_or_else(|| panic!("no port of {host} is free"));
    given.insert(port);
    port
}

/// A free address on this host.
pub(crate) fn free_address(host: &str) -> String {
    format!("{host}:{}", free_port(host))
}
