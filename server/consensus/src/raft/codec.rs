//! Values as bytes and back: `MessagePack` with named fields, so that a later version can add some.

use std::io;

use serde::{Serialize, de::DeserializeOwned};

/// The bytes of a value.
pub(crate) fn encode<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    rmp_serde::to_vec_named(value).map_err(|why| io::Error::new(io::ErrorKind::InvalidInput, why))
}

/// The value of some bytes; all of them must belong to it.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let mut rest = bytes;
    let value = rmp_serde::from_read(&mut rest).map_err(|why| why.to_string())?;
    if rest.is_empty() { Ok(value) } else { Err(format!("{} bytes too many", rest.len())) }
}
