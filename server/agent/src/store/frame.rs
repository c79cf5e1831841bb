//! The shell around the body: magic, format version, length and checksum.
//!
//! ```text
//!   0        8         12       16      20
//!   | magic  | version | length | crc32 | body ...|
//! ```
//!
//! Numbers are little-endian; the checksum covers version, length and body.

use std::path::Path;

use super::StoreError;

const MAGIC: &[u8; 8] = b"QUORATE\n";
const VERSION: u32 = 1;
const HEADER: usize = 20;

/// What does not fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Another magic.
    Foreign,
    /// A later version.
    Newer(u32),
    /// Anything else.
    Damaged(String),
}

impl Fault {
    /// The error for the file `path`.
    pub(super) fn at(self, path: &Path) -> StoreError {
        let path = path.into();
        match self {
            Self::Foreign => StoreError::Foreign { path },
            Self::Newer(found) => StoreError::Newer { path, found, known: VERSION },
            Self::Damaged(what) => StoreError::Damaged { path, what },
        }
    }
}

/// Puts the shell around a body.
pub(super) fn pack(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("the core bounds what is durable");
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&checksum(VERSION, length, body).to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// Takes the shell off, when all of it fits. A version that is newer is only believed when its checksum fits too, so
/// that a flipped bit is not mistaken for one.
pub(super) fn unpack(bytes: &[u8]) -> Result<&[u8], Fault> {
    let shared = bytes.len().min(MAGIC.len());
    if bytes[..shared] != MAGIC[..shared] {
        return Err(Fault::Foreign);
    }
    let Some((header, body)) = bytes.split_at_checked(HEADER) else {
        return Err(Fault::Damaged(format!("it ends after {} bytes", bytes.len())));
    };
    let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let (version, length, sum) = (number(8), number(12), number(16));
    if body.len() as u64 != u64::from(length) {
        return Err(Fault::Damaged(format!("it holds {} bytes instead of {length}", body.len())));
    }
    if checksum(version, length, body) != sum {
        return Err(Fault::Damaged("its checksum does not fit".into()));
    }
    match version {
        VERSION => Ok(body),
        newer if newer > VERSION => Err(Fault::Newer(newer)),
        other => Err(Fault::Damaged(format!("there is no format {other}"))),
    }
}

fn checksum(version: u32, length: u32, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&version.to_le_bytes());
    hasher.update(&length.to_le_bytes());
    hasher.update(body);
    hasher.finalize()
}

/// The same body as a later version would write it.
#[cfg(test)]
pub(super) fn pack_newer(body: &[u8]) -> Vec<u8> {
    let mut bytes = pack(body);
    let length = u32::try_from(body.len()).unwrap();
    bytes[8..12].copy_from_slice(&(VERSION + 1).to_le_bytes());
    bytes[16..20].copy_from_slice(&checksum(VERSION + 1, length, body).to_le_bytes());
    bytes
}
