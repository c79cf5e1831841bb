//! The address of one agent's API, as a user writes it.

use std::fmt;

/// Host and port of one agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// Reads `host:port`, `[v6]:port` or the same with `http://` before it. The error says what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.starts_with("https://") {
            return Err("https is not supported");
        }
        let bare = text.strip_prefix("http://").unwrap_or(text);
        let bare = bare.strip_suffix('/').unwrap_or(bare);
        let (host, port) = bare.rsplit_once(':').ok_or("the port is missing")?;
        check_host(host)?;
        let port: u16 = port.parse().map_err(|_| "the port must be a number from 1 to 65535")?;
        if port == 0 {
            return Err("the port must be a number from 1 to 65535");
        }
        Ok(Self { host: host.to_owned(), port })
    }

    /// The address as the transport wants it.
    pub(crate) fn uri(&self) -> String {
        format!("http://{self}")
    }
}

fn check_host(host: &str) -> Result<(), &'static str> {
    if host.is_empty() {
        return Err("the host is missing");
    }
    match host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().map(|_| ()).map_err(|_| "not an IPv6 address in brackets"),
        None if host.contains(':') => Err("an IPv6 address needs brackets, as in [::1]:7401"),
        None if host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) => Ok(()),
        None => Err("the host has characters that no host name has"),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Address;

    #[test]
    fn reads_what_users_write() {
        for (text, shown) in [
            ("127.0.0.1:7401", "127.0.0.1:7401"),
            (" n1.example:80 ", "n1.example:80"),
            ("http://n1:7401/", "n1:7401"),
            ("[::1]:7401", "[::1]:7401"),
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), shown);
        }
        assert_eq!(Address::parse("[::1]:1").unwrap().uri(), "http://[::1]:1");
    }

    #[test]
    fn names_what_is_wrong() {
        for (text, why) in [
            ("", "the port is missing"),
            ("n1", "the port is missing"),
            (":7401", "the host is missing"),
            ("n1:0", "the port must be a number from 1 to 65535"),
            ("n1:70000", "the port must be a number from 1 to 65535"),
            ("::1:7401", "an IPv6 address needs brackets, as in [::1]:7401"),
            ("[n1]:7401", "not an IPv6 address in brackets"),
            ("https://n1:1", "https is not supported"),
            ("http://n1/path:1", "the host has characters that no host name has"),
        ] {
            assert_eq!(Address::parse(text).unwrap_err(), why, "{text}");
        }
    }
}
