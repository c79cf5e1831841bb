//! The shell around every value in the file: a checksum over the value and the place it belongs to.
//!
//! ```text
//!   0       4
//!   | crc32 | body ...|
//! ```
//!
//! The database has checksums of its own, but looks at them only after a crash; and they do not notice a value that was
//! put in the wrong place.

const HEADER: usize = 4;

/// Puts the shell around a body that belongs to `key` in `table`.
pub(super) fn pack(table: &str, key: &[u8], body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.extend_from_slice(&checksum(table, key, body).to_le_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// Takes the shell off, when all of it fits.
pub(super) fn unpack<'a>(table: &str, key: &[u8], bytes: &'a [u8]) -> Result<&'a [u8], String> {
    let Some((header, body)) = bytes.split_first_chunk::<HEADER>() else {
        return Err(format!("it ends after {} bytes", bytes.len()));
    };
    if u32::from_le_bytes(*header) != checksum(table, key, body) {
        return Err("its checksum does not fit".into());
    }
    Ok(body)
}

fn checksum(table: &str, key: &[u8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for part in [table.as_bytes(), key] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.update(body);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_or_moved_is_noticed() {
        let bytes = pack("log", b"7", b"body");
        assert_eq!(unpack("log", b"7", &bytes), Ok(b"body".as_slice()));
        assert!(unpack("log", b"8", &bytes).is_err());
        assert!(unpack("meta", b"7", &bytes).is_err());
        assert!(unpack("log", b"7", &bytes[..3]).is_err());
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert!(unpack("log", b"7", &bad).is_err(), "byte {at}");
        }
    }
}
