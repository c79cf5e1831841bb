//! The address of one agent's API, as a user writes it.

use std::fmt;

/// Host and port of one agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    host: String,
    port: u16,
    /// Whether it is to be reached in TLS, when that was said.
    secure: Option<bool>,
}

impl Address {
    /// Reads `host:port`, `[v6]:port` or the same with `http://` or `https://` before it. The error says what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let (secure, bare) = match (text.strip_prefix("http://"), text.strip_prefix("https://")) {
            (Some(bare), _) => (Some(false), bare),
            (_, Some(bare)) => (Some(true), bare),
            _ => (None, text),
        };
        let bare = bare.strip_suffix('/').unwrap_or(bare);
        let (host, port) = bare.rsplit_once(':').ok_or("the port is missing")?;
        check_host(host)?;
        let port: u16 = port.parse().map_err(|_| "the port must be a number from 1 to 65535")?;
        if port == 0 {
            return Err("the port must be a number from 1 to 65535");
        }
        Ok(Self { host: host.to_owned(), port, secure })
    }

    /// Whether it is to be reached in TLS; `default` where nothing was said.
    pub(crate) fn is_secure(&self, default: bool) -> bool {
        self.secure.unwrap_or(default)
    }

    /// The address as the transport wants it.
    pub(crate) fn uri(&self, secure: bool) -> String {
        format!("http{}://{self}", if secure { "s" } else { "" })
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
            ("https://n1:7401", "n1:7401"),
            ("[::1]:7401", "[::1]:7401"),
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), shown);
        }
        assert_eq!(Address::parse("[::1]:1").unwrap().uri(false), "http://[::1]:1");
        for (text, otherwise_plain, otherwise_secure) in
            [("n1:1", false, true), ("http://n1:1", false, false), ("https://n1:1", true, true)]
        {
            let address = Address::parse(text).unwrap();
            assert_eq!(
                (address.is_secure(false), address.is_secure(true)),
                (otherwise_plain, otherwise_secure),
                "{text}"
            );
        }
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
            ("http://n1/path:1", "the host has characters that no host name has"),
        ] {
            assert_eq!(Address::parse(text).unwrap_err(), why, "{text}");
        }
    }
}
