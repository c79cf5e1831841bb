//! The cluster database as the state machine of the log.

use prost::Message;
use quorate_consensus::Machine;
use quorate_core::database::{Applied, Database};
use quorate_proto::store::v1 as pb;

use super::records;

/// Keeps the database.
#[derive(Clone, Debug, Default)]
pub struct Keeper(Database);

impl Keeper {
    /// The database.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.0
    }

    /// The cluster is formed anew from this copy, which may lack what others had (Q2).
    pub fn begin_anew(&mut self) {
        let known = self.0.epoch;
        self.0.skip_epochs(known);
    }
}

impl Machine for Keeper {
    fn apply(&mut self, _index: u64, change: &[u8]) -> Vec<u8> {
        // What a later version may propose and this one does not know changes nothing here, and says so.
        let applied = match records::change(change) {
            Ok(change) => self.0.apply(change),
            Err(why) => {
                tracing::error!("the log has a change that this version does not know: {why}");
                Applied::Unknown
            }
        };
        records::applied_out(applied)
    }

    fn snapshot(&self) -> Vec<u8> {
        records::database_out(&self.0).encode_to_vec()
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        let message = pb::Database::decode(snapshot).map_err(|why| why.to_string())?;
        self.0 = records::database(message).map_err(|why| why.to_string())?;
        Ok(())
    }
}
