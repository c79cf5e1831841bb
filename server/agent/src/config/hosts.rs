//! `host:port` texts: seeds and advertised addresses.

use std::net::{IpAddr, SocketAddr};

/// Splits `host:port`; an IPv6 address stands in brackets, which the host is returned without.
pub(super) fn split(text: &str) -> Result<(String, u16), String> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return port_allowed(address.port()).map(|port| (address.ip().to_string(), port));
    }
    let (host, port) = text.rsplit_once(':').ok_or("it must be host:port")?;
    let port = port.parse().map_err(|_| "its port must be 1 to 65535")?;
    host_allowed(host)?;
    port_allowed(port).map(|port| (host.into(), port))
}

/// Reads an advertised address: one that others can dial. Without a port it takes `port`.
pub(super) fn advertised(text: &str, port: u16) -> Result<String, String> {
    let (host, port) = match text.parse::<IpAddr>() {
        Ok(ip) => (ip.to_string(), port),
        Err(_) if host_allowed(text).is_ok() => (text.into(), port),
        Err(_) => split(text)?,
    };
    match host.parse::<IpAddr>() {
        Ok(ip) if ip.is_unspecified() => Err("nobody can dial that: name an address of this machine".into()),
        Ok(ip) if ip.is_multicast() => Err("nobody can dial a multicast address".into()),
        Ok(ip) => Ok(SocketAddr::new(ip, port).to_string()),
        Err(_) => Ok(format!("{host}:{port}")),
    }
}

fn port_allowed(port: u16) -> Result<u16, String> {
    if port == 0 { Err("its port must be 1 to 65535".into()) } else { Ok(port) }
}

/// Takes DNS names, also those with underscores that are common inside clusters.
pub(super) fn host_allowed(host: &str) -> Result<(), String> {
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    if name.len() <= 253 && name.split('.').all(label) {
        return Ok(());
    }
    Err("its host must be a DNS name or an IP address (IPv6 in brackets)".into())
}

#[cfg(test)]
mod tests {
    use super::{advertised, split};

    #[test]
    fn seeds_are_host_and_port() {
        assert_eq!(split("n1.example.org:7501"), Ok(("n1.example.org".into(), 7501)));
        assert_eq!(split("10.0.0.1:7501"), Ok(("10.0.0.1".into(), 7501)));
        assert_eq!(split("[fd00::1]:7501"), Ok(("fd00::1".into(), 7501)));
        for bad in ["", "n1", ":1", "n1:", "n1:0", "n1:65536", "n 1:2", "fd00::1:7501", "http://n1:1", "[::1", "a..b:1"]
        {
            assert!(split(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_nobody_can_dial_is_not_advertised() {
        assert_eq!(advertised("10.0.0.1", 7501).as_deref(), Ok("10.0.0.1:7501"));
        assert_eq!(advertised("10.0.0.1:1", 7501).as_deref(), Ok("10.0.0.1:1"));
        assert_eq!(advertised("fd00::1", 7501).as_deref(), Ok("[fd00::1]:7501"));
        assert_eq!(advertised("n1.example.org", 7501).as_deref(), Ok("n1.example.org:7501"));
        for bad in ["0.0.0.0", "0.0.0.0:7501", "[::]:7501", "10.0.0.1:0", "239.1.1.1:5", "", "n1:"] {
            assert!(advertised(bad, 7501).is_err(), "{bad}");
        }
    }
}
