//! Whether something accepts connections.

use std::fmt::Display;

use tokio::net::{TcpStream, ToSocketAddrs};

use super::Unwell;

/// A connection to it.
pub(super) async fn probe(address: impl ToSocketAddrs + Display) -> Result<TcpStream, Unwell> {
    let to = address.to_string();
    TcpStream::connect(address).await.map_err(|why| Unwell::Unreachable { to, why: why.to_string() })
}
