//! The cluster database as the state machine of the log.

use prost::Message;
use quorate_consensus::Machine;
use quorate_core::{
    database::{Applied, Database, RecordKind},
    types::{NodeName, WallTime},
};
use quorate_proto::store::v1::{self as pb, change::Kind};

use super::{backup, records};

/// Keeps the database.
#[derive(Clone, Debug, Default)]
pub struct Keeper {
    database: Database,
    /// A backup that is being restored, or was last.
    restore: pb::PartialRestore,
    /// Rises whenever what operators decided may have changed; not kept.
    decided: u64,
}

impl Keeper {
    /// The database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Differs whenever what operators decided may have changed.
    #[must_use]
    pub fn decided(&self) -> u64 {
        self.decided
    }

    /// The cluster is formed anew from this copy, which may lack what others had (Q2).
    pub fn begin_anew(&mut self, by: &NodeName, wall: WallTime) {
        let known = self.database.epoch;
        self.database.skip_epochs(known);
        self.database.note(wall, RecordKind::Forced { by: by.clone() });
        self.decided += 1;
    }

    /// What a later version may propose and this one does not know changes nothing here, and says so.
    fn take(&mut self, change: &[u8]) -> Result<Applied, records::RecordError> {
        let message = pb::Change::decode(change)?;
        if let Some(Kind::Restore(piece)) = message.kind {
            return Ok(self.take_piece(WallTime(message.unix_millis), piece));
        }
        let is_grant = matches!(message.kind, Some(Kind::Grant(_)));
        let applied = self.database.apply(records::change(message)?);
        self.decided += u64::from(!is_grant);
        Ok(applied)
    }

    /// The last piece restores the backup. A piece that comes again changes nothing.
    fn take_piece(&mut self, wall: WallTime, piece: pb::RestorePiece) -> Applied {
        let pb::RestorePiece { restore_id, number, last, bytes, own } = piece;
        if number == 0 && self.restore.restore_id != restore_id {
            self.restore = pb::PartialRestore { restore_id, ..pb::PartialRestore::default() };
        }
        let gathered = &mut self.restore;
        if gathered.restore_id != restore_id || gathered.next_number < number {
            return Applied::Unknown;
        }
        if gathered.next_number > number {
            return Applied::Done;
        }
        if gathered.bytes.len() + bytes.len() > backup::MAX_BYTES {
            return Applied::Unknown;
        }
        gathered.bytes.extend(bytes);
        gathered.next_number += 1;
        if !last {
            return Applied::Done;
        }
        match backup::read(&std::mem::take(&mut gathered.bytes)) {
            Ok(backup) => {
                self.database.restore(wall, backup.database, backup.made, own);
                self.decided += 1;
                Applied::Done
            }
            Err(why) => {
                tracing::error!("a backup in the log cannot be restored: {why}");
                Applied::Unknown
            }
        }
    }
}

impl Machine for Keeper {
    fn apply(&mut self, _index: u64, change: &[u8]) -> Vec<u8> {
        let applied = self.take(change).unwrap_or_else(|why| {
            tracing::error!("the log has a change that this version does not know: {why}");
            Applied::Unknown
        });
        records::applied_out(applied)
    }

    fn snapshot(&self) -> Vec<u8> {
        let restore = Some(self.restore.clone());
        pb::Database { restore, ..records::database_out(&self.database) }.encode_to_vec()
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        let mut message = pb::Database::decode(snapshot).map_err(|why| why.to_string())?;
        let restore = message.restore.take().unwrap_or_default();
        let database = records::database(message).map_err(|why| why.to_string())?;
        *self = Self { database, restore, decided: self.decided + 1 };
        Ok(())
    }
}
