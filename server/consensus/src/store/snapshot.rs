//! The last snapshot, in pieces.

use redb::{ReadTransaction, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::{
    Disk,
    fault::Fault,
    table::{self, SNAPSHOT, damaged},
};
use crate::raft::{Snapshot, SnapshotMeta, codec};

/// Bytes in one piece: few enough that the database finds a place for them.
const PIECE: usize = 256 * 1024;

/// What stands before the pieces.
#[derive(Serialize, Deserialize)]
struct Head {
    meta: SnapshotMeta,
    size: u64,
    checksum: u32,
}

impl Disk {
    /// The last snapshot.
    pub(crate) fn snapshot(&self) -> std::io::Result<Option<Snapshot>> {
        self.read(load)
    }

    /// Puts this snapshot in place of the last one.
    pub(crate) fn save_snapshot(&self, era: u64, meta: &SnapshotMeta, bytes: &[u8]) -> std::io::Result<()> {
        self.write_in(era, |write| save(write, meta, bytes))
    }
}

pub(super) fn save(write: &WriteTransaction, meta: &SnapshotMeta, bytes: &[u8]) -> Result<(), Fault> {
    let mut table = write.open_table(SNAPSHOT)?;
    table.retain(|_, _| false)?;
    let head = Head { meta: meta.clone(), size: bytes.len() as u64, checksum: crc32fast::hash(bytes) };
    table.insert(0, table::piece_bytes(0, &codec::encode(&head)?).as_slice())?;
    for (number, piece) in (1..).zip(bytes.chunks(PIECE)) {
        table.insert(number, table::piece_bytes(number, piece).as_slice())?;
    }
    Ok(())
}

pub(super) fn load(read: &ReadTransaction) -> Result<Option<Snapshot>, Fault> {
    let table = read.open_table(SNAPSHOT)?;
    let Some(head) = table.get(0)? else { return Ok(None) };
    let head: Head =
        codec::decode(table::piece_of(0, head.value())?).map_err(|why| damaged("the snapshot's head".into(), &why))?;
    let mut bytes = Vec::new();
    for (expected, item) in (1..).zip(table.range(1..)?) {
        let (number, piece) = item?;
        if number.value() != expected {
            return Err(Fault::Damaged(format!("piece {expected} of the snapshot is missing")));
        }
        bytes.extend_from_slice(table::piece_of(expected, piece.value())?);
    }
    if bytes.len() as u64 != head.size || crc32fast::hash(&bytes) != head.checksum {
        return Err(Fault::Damaged(format!("its snapshot has {} of {} bytes, or other ones", bytes.len(), head.size)));
    }
    Ok(Some(Snapshot { meta: head.meta, snapshot: bytes }))
}
