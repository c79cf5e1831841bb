//! The endpoints of a client and the connection to each.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quorate_tls::{ClientTls, Connector, Faults};
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use crate::address::Address;
use crate::attempt::Attempt;
use crate::error::{Cause, Tried};
use crate::options::{ClientOptions, OptionsError};
use crate::rotation::Rotation;

const USER_AGENT: &str = concat!("quorate-rust/", env!("CARGO_PKG_VERSION"));

/// Endpoints in the order they are tried, sharing one set of options. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pool {
    slots: Arc<[Arc<Slot>]>,
    /// The endpoint that answered last.
    preferred: Arc<AtomicUsize>,
    options: Arc<ClientOptions>,
}

/// One endpoint and its connection, made when it is first used and replaced when it is found stuck.
struct Slot {
    name: String,
    endpoint: Endpoint,
    connector: Connector,
    faults: Faults,
    connection: Mutex<Connection>,
}

#[derive(Default)]
struct Connection {
    generation: u64,
    channel: Option<Channel>,
}

impl Pool {
    pub(crate) fn new(options: ClientOptions) -> Result<Self, OptionsError> {
        let addresses = options.check()?;
        let tls = options.load_tls()?;
        let slots = addresses
            .iter()
            .map(|address| Slot::new(address, &options, tls.as_ref()).map(Arc::new))
            .collect::<Result<Arc<[_]>, _>>()?;
        Ok(Self { slots, preferred: Arc::default(), options: Arc::new(options) })
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.options
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|slot| slot.name.as_str())
    }

    pub(crate) fn name(&self, index: usize) -> &str {
        &self.slots[index].name
    }

    /// A pool of this one endpoint alone, over the same connection.
    pub(crate) fn only(&self, index: usize) -> Self {
        let slots = Arc::from([Arc::clone(&self.slots[index])]);
        Self { slots, preferred: Arc::default(), options: Arc::clone(&self.options) }
    }

    /// The order to try endpoints in: first the one that answered last.
    pub(crate) fn rotation(&self) -> Rotation {
        Rotation::new(self.len(), self.preferred.load(Ordering::Relaxed))
    }

    pub(crate) fn prefer(&self, index: usize) {
        self.preferred.store(index, Ordering::Relaxed);
    }

    /// What one attempt at this endpoint needs. It connects when the first request is sent.
    pub(crate) fn attempt(&self, index: usize, limit: Option<Duration>) -> Attempt {
        let (generation, channel) = self.slots[index].channel();
        Attempt { channel, generation, limit, max_message_size: self.options.max_message_size }
    }

    /// Has the next attempt make a new connection, unless somebody else saw to that since `generation`.
    pub(crate) fn renew(&self, index: usize, generation: u64) {
        let mut connection = self.slots[index].lock();
        if connection.generation == generation {
            connection.channel = None;
        }
    }

    /// What went wrong with an attempt at this endpoint. That an end was not trusted is known to the connection alone
    /// when it showed only after the handshake.
    pub(crate) fn cause(&self, index: usize, status: &Status) -> Cause {
        let cause = Cause::of(status, self.name(index));
        match (&cause, self.slots[index].faults.last()) {
            (Cause::Connect(_) | Cause::Lost(_), Some(fault)) => Cause::Untrusted(fault),
            _ => cause,
        }
    }

    pub(crate) fn tried(&self, index: usize, cause: Cause) -> Tried {
        Tried { endpoint: self.name(index).to_owned(), cause }
    }
}

impl Slot {
    fn new(address: &Address, options: &ClientOptions, tls: Option<&ClientTls>) -> Result<Self, OptionsError> {
        let bad = || OptionsError::Endpoint { value: address.to_string(), why: "it makes no valid URI" };
        let tls = tls.filter(|_| address.is_secure(true)).cloned();
        let origin = address.uri(tls.is_some()).parse().map_err(|_| bad())?;
        // The connector sees to TLS: for the library below it the way is plain.
        let endpoint = Endpoint::from_shared(address.uri(false))
            .and_then(|endpoint| endpoint.user_agent(USER_AGENT))
            .map_err(|_| bad())?
            .origin(origin)
            .connect_timeout(options.connect_timeout)
            .http2_keep_alive_interval(options.keep_alive_interval)
            .keep_alive_timeout(options.keep_alive_timeout)
            .keep_alive_while_idle(true);
        let faults = Faults::default();
        let connector = Connector::new(tls, Some(options.connect_timeout), faults.clone());
        Ok(Self { name: address.to_string(), endpoint, connector, faults, connection: Mutex::default() })
    }

    fn channel(&self) -> (u64, Channel) {
        let mut connection = self.lock();
        if let Some(channel) = &connection.channel {
            return (connection.generation, channel.clone());
        }
        let channel = self.endpoint.connect_with_connector_lazy(self.connector.clone());
        connection.generation += 1;
        connection.channel = Some(channel.clone());
        (connection.generation, channel)
    }

    /// Nothing under the lock can leave it half changed, so a panic elsewhere does no harm.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_connection_is_replaced_once_however_many_find_it_stuck() {
        let pool = Pool::new(ClientOptions::new(["127.0.0.1:1"])).unwrap();
        let first = pool.attempt(0, None).generation;
        assert_eq!(pool.attempt(0, None).generation, first);
        pool.renew(0, first);
        let second = pool.attempt(0, None).generation;
        assert!(second > first);
        pool.renew(0, first);
        assert_eq!(pool.attempt(0, None).generation, second);
    }

    #[tokio::test]
    async fn a_pool_of_one_shares_the_connection() {
        let pool = Pool::new(ClientOptions::new(["127.0.0.1:1", "127.0.0.1:2"])).unwrap();
        let one = pool.only(1);
        assert_eq!(one.names().collect::<Vec<_>>(), ["127.0.0.1:2"]);
        let generation = one.attempt(0, None).generation;
        pool.renew(1, generation);
        assert!(one.attempt(0, None).generation > generation);
    }
}
