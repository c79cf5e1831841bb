//! The shell around the body of a file: magic, format version, length and checksum.
//!
//! ```text
//!   0        8         12       16      20
//!   | magic  | version | length | crc32 | body ...|
//! ```
//!
//! Numbers are little-endian; the checksum covers version, length and body.

const HEADER: usize = 20;

/// A kind of file, in the format that this version writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shell {
    /// How its files begin.
    pub magic: &'static [u8; 8],
    /// Version of the format, from 1.
    pub version: u32,
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Another magic.
    #[error("it is of another kind")]
    Foreign,
    /// A later version.
    #[error("it has format {found}, and this version knows formats up to {known}")]
    Newer {
        /// The file's.
        found: u32,
        /// The latest known.
        known: u32,
    },
    /// Anything else.
    #[error("{0}")]
    Damaged(String),
}

impl Shell {
    /// Puts the shell around a body.
    pub(crate) fn pack(self, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).expect("what is kept is bounded");
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend_from_slice(self.magic);
        bytes.extend_from_slice(&self.version.to_le_bytes());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&checksum(self.version, length, body).to_le_bytes());
        bytes.extend_from_slice(body);
        bytes
    }

    /// Takes the shell off, when all of it fits. A version that is newer is only believed when its checksum fits too, so
    /// that a flipped bit is not mistaken for one.
    pub(crate) fn unpack(self, bytes: &[u8]) -> Result<&[u8], Fault> {
        let shared = bytes.len().min(self.magic.len());
        if bytes[..shared] != self.magic[..shared] {
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
            found if found == self.version => Ok(body),
            found if found > self.version => Err(Fault::Newer { found, known: self.version }),
            other => Err(Fault::Damaged(format!("there is no format {other}"))),
        }
    }
}

fn checksum(version: u32, length: u32, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&version.to_le_bytes());
    hasher.update(&length.to_le_bytes());
    hasher.update(body);
    hasher.finalize()
}
