//! TLS between real agents, and to them.

#![allow(clippy::unwrap_used)]

mod clients;
mod peers;
