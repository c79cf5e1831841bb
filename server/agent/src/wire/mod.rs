//! The core's wire vocabulary as protobuf, one to one, both ways.
//!
//! Owns the mapping and its bounds, and nothing else: it knows neither connections nor what a frame means. Whatever
//! comes from outside is checked here once, so the core only ever sees well-formed values; what is not gives a
//! [`WireError`].
//!
//! ```text
//!   core::wire::Frame  --encode-->  peer.v1.Frame  --tonic-->  bytes
//!   core::wire::Frame  <--decode--  peer.v1.Frame  <--tonic--  bytes
//! ```

mod bounds;
mod coordination;
mod frame;
mod payload;
mod quorum;
mod recovery;
#[cfg(test)]
mod tests;
mod words;

pub use bounds::WireError;

/// The words that the records of the database share with what nodes say to each other.
pub(crate) mod parts {
    pub(crate) use super::{
        bounds::{name, names},
        payload::{evictions, evictions_out},
        quorum::{regime, regime_out},
        recovery::{service, service_name, service_out},
        words::{identity, identity_out, view, view_id, view_id_out, view_out},
    };
}

pub use frame::{decode, encode};

/// Most bytes of one encoded frame.
pub const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;
/// Most entries of any list in a frame.
pub const MAX_ENTRIES: usize = 10_000;
/// Most bytes of any text in a frame.
pub const MAX_TEXT_BYTES: usize = 1024;
