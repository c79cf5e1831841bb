//! TLS as agents and clients share it, below gRPC.
//!
//! Owns how certificates are read from files and taken anew when the files change ([`Renewed`]), what can be wrong with
//! them ([`FileError`]), what can be wrong with the other end ([`Fault`]), and the connection that remembers it
//! ([`Stream`]). Whom to trust is the caller's business: agents have rules of their own for each other, clients use
//! [`ClientTls`]. Knows nothing of what is said on a connection.
//!
//! ```text
//!   files --Renewed--> rustls configuration --handshake--> Stream --> HTTP/2
//!                                               `--> Fault (words for people, a kind for programs)
//! ```

#[cfg(any(test, feature = "authority"))]
mod authority;
mod client;
mod connect;
mod fault;
mod files;
mod names;
mod renewed;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

#[cfg(any(test, feature = "authority"))]
pub use authority::{Authority, Issued, Subject, Usage};
pub use client::ClientTls;
pub use connect::Connector;
pub use fault::Fault;
pub use files::{FileError, Pair, certified, roots};
pub use names::dns_names;
pub use renewed::Renewed;
pub use stream::{Faults, SPEAKS_TLS, Stream};

/// The cryptography in use: one for the whole program, and not one that a process can set.
#[must_use]
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
