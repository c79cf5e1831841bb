//! How a client connects and how long it waits, checked once.

use std::ops::RangeInclusive;
use std::time::Duration;

use thiserror::Error;

use quorate_tls::{ClientTls, FileError};

use crate::address::Address;
use crate::tls::TlsOptions;

/// Most endpoints a client takes.
const MAX_ENDPOINTS: usize = 64;
const MILLISECOND: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Where the agents are, how a client connects to them and how long it waits.
///
/// Values are checked when the client is made: [`Client::new`](crate::Client::new) names a bad one with what is
/// allowed.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    pub(crate) endpoints: Vec<String>,
    pub(crate) tls: Option<TlsOptions>,
    pub(crate) connect_timeout: Duration,
    pub(crate) call_timeout: Duration,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) leave_timeout: Duration,
    pub(crate) rounds: u32,
    pub(crate) max_message_size: usize,
    pub(crate) keep_alive_interval: Duration,
    pub(crate) keep_alive_timeout: Duration,
}

impl ClientOptions {
    /// Options for these endpoints, everything else at its default.
    ///
    /// An endpoint is `host:port`, `[v6]:port`, or the same after `http://` or `https://`; without either it is reached
    /// in TLS when there are [`tls`](Self::tls) options. 1 to 64 of them; the first that answers is used until it fails,
    /// then the next, in this order and round again.
    pub fn new(endpoints: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            endpoints: endpoints.into_iter().map(Into::into).collect(),
            tls: None,
            connect_timeout: Duration::from_secs(1),
            call_timeout: Duration::from_secs(5),
            attempt_timeout: None,
            leave_timeout: MINUTE,
            rounds: 3,
            max_message_size: 16 << 20,
            keep_alive_interval: Duration::from_secs(10),
            keep_alive_timeout: Duration::from_secs(5),
        }
    }

    /// Speaks TLS with all endpoints but those after `http://`. Default: plain text.
    #[must_use]
    pub fn tls(mut self, tls: TlsOptions) -> Self {
        self.tls = Some(tls);
        self
    }

    /// How long one connection attempt may take: 10 ms to 60 s, default 1 s.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one call may take in all, over every endpoint and page: 10 ms to 1 h, default 5 s.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// How long one endpoint may take over a call that is safe to retry before the next is asked: 10 ms to 1 h.
    ///
    /// Default: an equal share of `call_timeout` for each endpoint, but no less than a third of it. With one endpoint
    /// that is all of it.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How long [`Client::leave`](crate::Client::leave) waits: 10 ms to 1 h, default 60 s.
    ///
    /// Make it longer than the agent's own `leave_timeout`, so that the agent's answer comes first.
    #[must_use]
    pub fn leave_timeout(mut self, timeout: Duration) -> Self {
        self.leave_timeout = timeout;
        self
    }

    /// How often each endpoint is tried in one call before the call fails as unavailable: 1 to 100, default 3.
    ///
    /// Between two rounds there is a pause with jitter, 50 to 100 ms at first and 2 to 4 s at most. Watches are not
    /// limited by it.
    #[must_use]
    pub fn rounds(mut self, rounds: u32) -> Self {
        self.rounds = rounds;
        self
    }

    /// Largest message to take, in bytes: 64 KiB to 1 GiB, default 16 MiB.
    #[must_use]
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = bytes;
        self
    }

    /// How often a connection is probed with an HTTP/2 ping, also while idle: 1 s to 1 h, default 10 s.
    #[must_use]
    pub fn keep_alive_interval(mut self, interval: Duration) -> Self {
        self.keep_alive_interval = interval;
        self
    }

    /// How long a ping may stay unanswered before the connection is given up: 100 ms to 1 h, default 5 s.
    #[must_use]
    pub fn keep_alive_timeout(mut self, timeout: Duration) -> Self {
        self.keep_alive_timeout = timeout;
        self
    }

    /// Checks every value and reads the endpoints.
    pub(crate) fn check(&self) -> Result<Vec<Address>, OptionsError> {
        check_duration("connect_timeout", self.connect_timeout, 10 * MILLISECOND..=MINUTE)?;
        check_duration("call_timeout", self.call_timeout, 10 * MILLISECOND..=HOUR)?;
        if let Some(timeout) = self.attempt_timeout {
            check_duration("attempt_timeout", timeout, 10 * MILLISECOND..=HOUR)?;
        }
        check_duration("leave_timeout", self.leave_timeout, 10 * MILLISECOND..=HOUR)?;
        check_duration("keep_alive_interval", self.keep_alive_interval, 1000 * MILLISECOND..=HOUR)?;
        check_duration("keep_alive_timeout", self.keep_alive_timeout, 100 * MILLISECOND..=HOUR)?;
        check_number("rounds", self.rounds as usize, 1..=100)?;
        check_number("max_message_size", self.max_message_size, 64 << 10..=1 << 30)?;
        check_number("number of endpoints", self.endpoints.len(), 1..=MAX_ENDPOINTS)?;
        self.endpoints.iter().map(|text| self.endpoint(text)).collect()
    }

    /// Reads the files for TLS, when it is wanted.
    pub(crate) fn load_tls(&self) -> Result<Option<ClientTls>, OptionsError> {
        self.tls.as_ref().map(TlsOptions::load).transpose()
    }

    fn endpoint(&self, text: &str) -> Result<Address, OptionsError> {
        let bad = |why| OptionsError::Endpoint { value: text.to_owned(), why };
        let address = Address::parse(text).map_err(bad)?;
        if address.is_secure(false) && self.tls.is_none() {
            return Err(bad("https needs to know the cluster's CA"));
        }
        Ok(address)
    }

    /// How long one endpoint may take over a call of `limit`, when there are `endpoints` to share it.
    pub(crate) fn share(&self, limit: Duration, endpoints: usize) -> Duration {
        let shares = endpoints.clamp(1, 3) as u32;
        self.attempt_timeout.unwrap_or(limit / shares).min(limit)
    }
}

/// Checks that a duration is in its range.
pub(crate) fn check_duration(
    name: &'static str,
    value: Duration,
    allowed: RangeInclusive<Duration>,
) -> Result<(), OptionsError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let allowed = format!("{:?} to {:?}", allowed.start(), allowed.end());
    Err(OptionsError::OutOfRange { name, value: format!("{value:?}"), allowed })
}

fn check_number(name: &'static str, value: usize, allowed: RangeInclusive<usize>) -> Result<(), OptionsError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let allowed = format!("{} to {}", allowed.start(), allowed.end());
    Err(OptionsError::OutOfRange { name, value: value.to_string(), allowed })
}

/// An option has a value that is not allowed. Nothing was tried; the caller has to change it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OptionsError {
    /// An endpoint cannot be read.
    #[error("{value:?} is no endpoint: {why}")]
    Endpoint {
        /// What was given.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A file for TLS cannot be used.
    #[error(transparent)]
    Tls(#[from] FileError),
    /// The name to look for in agents' certificates is none.
    #[error("{0:?} is no name that a certificate can have")]
    ServerName(String),
    /// A value is outside its range.
    #[error("{name} is {value}, allowed is {allowed}")]
    OutOfRange {
        /// Name of the option.
        name: &'static str,
        /// What was given.
        value: String,
        /// What is allowed, both ends included.
        allowed: String,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn defaults_are_valid() {
        assert_eq!(ClientOptions::new(["a:1", "b:2"]).check().unwrap().len(), 2);
    }

    #[test]
    fn bad_values_are_named_with_what_is_allowed() {
        let error = ClientOptions::new(["a:1"]).connect_timeout(Duration::ZERO).check().unwrap_err();
        assert_eq!(error.to_string(), "connect_timeout is 0ns, allowed is 10ms to 60s");
        let error = ClientOptions::new(["a:1"]).rounds(0).check().unwrap_err();
        assert_eq!(error.to_string(), "rounds is 0, allowed is 1 to 100");
        let error = ClientOptions::new(Vec::<String>::new()).check().unwrap_err();
        assert_eq!(error.to_string(), "number of endpoints is 0, allowed is 1 to 64");
        let error = ClientOptions::new(["a"]).check().unwrap_err();
        assert_eq!(error.to_string(), "\"a\" is no endpoint: the port is missing");
        let error = ClientOptions::new(["https://a:1"]).check().unwrap_err();
        assert_eq!(error.to_string(), "\"https://a:1\" is no endpoint: https needs to know the cluster's CA");
        let error =
            ClientOptions::new(["a:1"]).tls(TlsOptions::new("/none").server_name("a b")).load_tls().unwrap_err();
        assert_eq!(error.to_string(), "\"a b\" is no name that a certificate can have");
        let error = ClientOptions::new(["a:1"]).tls(TlsOptions::new("/none")).load_tls().unwrap_err();
        assert!(error.to_string().starts_with("cannot read /none: No such file"), "{error}");
    }

    #[test]
    fn endpoints_share_the_deadline() {
        let options = ClientOptions::new(["a:1"]);
        let limit = Duration::from_secs(6);
        assert_eq!(options.share(limit, 1), limit);
        assert_eq!(options.share(limit, 2), limit / 2);
        assert_eq!(options.share(limit, 9), limit / 3);
        let fixed = options.attempt_timeout(Duration::from_secs(1));
        assert_eq!(fixed.share(limit, 1), Duration::from_secs(1));
        assert_eq!(fixed.share(Duration::from_millis(10), 1), Duration::from_millis(10));
    }
}
