//! The tables in the file, and typed values in them.
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta` | one of the names below | see there |
//! | `log` | index | the entry |
//! | `snapshot` | 0 | what it holds, and how many bytes |
//! | `snapshot` | 1, 2, ... | its pieces, in order |

use redb::{ReadableTable, Table, TableDefinition};
use serde::{Serialize, de::DeserializeOwned};

use super::{fault::Fault, frame};
use crate::raft::codec;

pub(super) const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");
pub(super) const LOG: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("log");
pub(super) const SNAPSHOT: TableDefinition<'static, u32, &[u8]> = TableDefinition::new("snapshot");

/// Format of the file: a number. Its own form never changes.
pub(super) const FORMAT: &str = "format";
/// The node the file belongs to.
pub(super) const NODE: &str = "node";
/// How often the file was opened.
pub(super) const OPENED: &str = "opened";
/// The cluster taken part in.
pub(super) const CLUSTER: &str = "cluster";
/// The last vote given.
pub(super) const VOTE: &str = "vote";
/// Up to where the log was cut off at the beginning.
pub(super) const PURGED: &str = "purged";
/// Up to where the log was known to be committed, some while ago.
pub(super) const COMMITTED: &str = "committed";

pub(super) fn get_meta<T: DeserializeOwned>(
    table: &impl ReadableTable<&'static str, &'static [u8]>,
    key: &str,
) -> Result<Option<T>, Fault> {
    let Some(value) = table.get(key)? else { return Ok(None) };
    let place = || format!("`{key}`");
    let body = frame::unpack("meta", key.as_bytes(), value.value()).map_err(|why| damaged(place(), &why))?;
    codec::decode(body).map(Some).map_err(|why| damaged(place(), &why))
}

pub(super) fn put_meta<T: Serialize>(table: &mut Table<&str, &[u8]>, key: &str, value: &T) -> Result<(), Fault> {
    table.insert(key, frame::pack("meta", key.as_bytes(), &codec::encode(value)?).as_slice())?;
    Ok(())
}

pub(super) fn entry_bytes(index: u64, entry: &impl Serialize) -> Result<Vec<u8>, Fault> {
    Ok(frame::pack("log", &index.to_le_bytes(), &codec::encode(entry)?))
}

pub(super) fn entry_of<T: DeserializeOwned>(index: u64, bytes: &[u8]) -> Result<T, Fault> {
    let place = || format!("entry {index} of the log");
    let body = frame::unpack("log", &index.to_le_bytes(), bytes).map_err(|why| damaged(place(), &why))?;
    codec::decode(body).map_err(|why| damaged(place(), &why))
}

pub(super) fn piece_bytes(piece: u32, body: &[u8]) -> Vec<u8> {
    frame::pack("snapshot", &piece.to_le_bytes(), body)
}

pub(super) fn piece_of(piece: u32, bytes: &[u8]) -> Result<&[u8], Fault> {
    frame::unpack("snapshot", &piece.to_le_bytes(), bytes)
        .map_err(|why| damaged(format!("snapshot piece {piece}"), &why))
}

pub(super) fn damaged(place: String, why: &str) -> Fault {
    Fault::Damaged(format!("{place}: {why}"))
}
