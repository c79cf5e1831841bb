//! What is fuzzed: one function for each way in from outside. Each takes any bytes at all and panics when a rule is
//! broken; the fuzz targets and `server/agent/tests/fuzz.rs` call the same ones.

mod config;
mod handshake;
mod wire;

pub use config::config;
pub use handshake::handshake;
pub use wire::wire;
