//! Backups: the whole cluster database as a file, and the way back.
//!
//! A backup goes into the log in pieces, for an entry is small; the last piece puts it into force, everywhere in the same
//! place of the log.

use prost::Message;
use quorate_core::{
    database::Database,
    types::{ClusterUid, WallTime},
};
use quorate_proto::store::v1::{self as pb, change::Kind};

use super::{leader, records};
use crate::store::frame::{Fault, Shell};

/// How a backup file begins.
const SHELL: Shell = Shell { magic: b"QRTBKUP\n", version: 1 };
/// Most bytes of a backup file.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of a backup that one entry of the log has.
const PIECE: usize = 128 * 1024;

/// A backup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backup {
    /// Name of the cluster.
    pub cluster: String,
    /// Which cluster of that name.
    pub uid: ClusterUid,
    /// When it was made.
    pub made: WallTime,
    /// The program that made it.
    pub program: String,
    /// What it has.
    pub database: Database,
}

/// Why a file is no backup that can be restored.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BackupError {
    /// Something else.
    #[error("it is no backup of a cluster database")]
    Foreign,
    /// A later version wrote it.
    #[error("it has format {found}, and this agent knows up to {known}: restore it with a newer one")]
    Newer {
        /// Its format.
        found: u32,
        /// The newest format known.
        known: u32,
    },
    /// It is not as it was written.
    #[error("it is damaged: {0}")]
    Damaged(String),
}

/// Writes a backup.
#[must_use]
pub fn write(backup: &Backup) -> Vec<u8> {
    let Backup { cluster, uid, made, program, database } = backup;
    let message = pb::Backup {
        cluster_id: cluster.clone(),
        cluster_uid: uid.0.to_vec(),
        made_unix_millis: made.0,
        program_version: program.clone(),
        database: Some(records::database_out(database)),
    };
    SHELL.pack(&message.encode_to_vec())
}

/// Reads a backup.
///
/// # Errors
/// [`BackupError`] for whatever does not fit.
pub fn read(bytes: &[u8]) -> Result<Backup, BackupError> {
    let body = SHELL.unpack(bytes).map_err(|fault| match fault {
        Fault::Foreign => BackupError::Foreign,
        Fault::Newer { found, known } => BackupError::Newer { found, known },
        Fault::Damaged(what) => BackupError::Damaged(what),
    })?;
    let message = pb::Backup::decode(body).map_err(|why| BackupError::Damaged(why.to_string()))?;
    let uid = <[u8; 16]>::try_from(message.cluster_uid.as_slice());
    let database = records::database(message.database.unwrap_or_default());
    Ok(Backup {
        cluster: message.cluster_id,
        uid: ClusterUid(uid.map_err(|_| BackupError::Damaged("it does not name its cluster".into()))?),
        made: WallTime(message.made_unix_millis),
        program: message.program_version,
        database: database.map_err(|why| BackupError::Damaged(why.to_string()))?,
    })
}

/// The entries of the log that restore a backup file, each to be proposed after the one before. `own`: it is a backup of
/// this very cluster.
pub fn restoring(file: &[u8], id: u64, own: bool, wall: WallTime) -> impl Iterator<Item = Vec<u8>> {
    let count = file.len().div_ceil(PIECE);
    file.chunks(PIECE).zip(0_u32..).map(move |(bytes, number)| {
        let last = number as usize + 1 == count;
        let piece = pb::RestorePiece { restore_id: id, number, last, bytes: bytes.to_vec(), own };
        leader::propose(pb::Change { unix_millis: wall.0, kind: Some(Kind::Restore(piece)) }.encode_to_vec())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use prost::Message as _;
    use quorate_consensus::Machine as _;
    use quorate_core::{
        database::{Applied, Change, ChangeKind, Database},
        quorum::consensus::Policy,
        types::{ClusterUid, Epoch, NodeName, WallTime},
    };

    use quorate_proto::store::v1::{self as pb, leader_request::Kind as Asked};

    use super::{Backup, BackupError, PIECE, SHELL, Shell, read, restoring, write};
    use crate::consensus::machine::Keeper;

    fn backup(records: usize) -> Backup {
        let mut database = Database::default();
        let policy = Policy::Pinned { names: [NodeName::new(&"n".repeat(60)).unwrap()].into() };
        for n in 0..records {
            database.apply(Change { wall: WallTime(n as u64), kind: ChangeKind::Policy(policy.clone()) });
        }
        let (uid, program) = (ClusterUid([7; 16]), "0.1.0".to_owned());
        Backup { cluster: "prod".into(), uid, made: WallTime(5), program, database }
    }

    fn propose(keeper: &mut Keeper, request: &[u8]) -> Applied {
        let Some(Asked::Propose(change)) = pb::LeaderRequest::decode(request).unwrap().kind else { panic!() };
        super::records::applied(&keeper.apply(1, &change)).unwrap()
    }

    #[test]
    fn a_backup_is_read_as_it_was_written_and_nothing_else_is() {
        let backup = backup(3);
        let file = write(&backup);
        assert_eq!(read(&file), Ok(backup));
        assert_eq!(read(b"quorum, please"), Err(BackupError::Foreign));
        assert_eq!(read(&Shell { version: 9, ..SHELL }.pack(b"")), Err(BackupError::Newer { found: 9, known: 1 }));
        assert!(matches!(read(&SHELL.pack(b"\xff\xff")), Err(BackupError::Damaged(_))));
        assert!(matches!(read(&SHELL.pack(b"")), Err(BackupError::Damaged(_))));
        for end in 9..file.len() {
            assert!(matches!(read(&file[..end]), Err(BackupError::Damaged(_))), "{end}");
        }
    }

    #[test]
    fn a_restore_is_whole_or_not_at_all() {
        let backup = backup(4000);
        let entries: Vec<_> = restoring(&write(&backup), 1, false, WallTime(9)).collect();
        assert!(entries.len() > 2, "{} pieces of {PIECE}", entries.len());
        let mut keeper = Keeper::default();
        for entry in &entries[..entries.len() - 1] {
            assert_eq!(propose(&mut keeper, entry), Applied::Done);
            // The same again, as after an answer that was lost.
            assert_eq!(propose(&mut keeper, entry), Applied::Done);
        }
        assert_eq!(keeper.database(), &Database::default());
        // It survives as a snapshot, too.
        let mut other = Keeper::default();
        other.restore(&keeper.snapshot()).unwrap();
        for keeper in [&mut keeper, &mut other] {
            let last = entries.last().unwrap();
            assert_eq!(propose(keeper, last), Applied::Done);
            assert_eq!(keeper.database().rules.policy, backup.database.rules.policy);
            assert!(keeper.database().epoch > Epoch(999_999_999));
            let revision = keeper.database().revision;
            assert_eq!(propose(keeper, last), Applied::Done);
            assert_eq!(keeper.database().revision, revision, "restored twice");
        }
        assert_eq!(keeper.snapshot(), other.snapshot());
    }

    #[test]
    fn pieces_of_two_restores_do_not_mix() {
        let mut keeper = Keeper::default();
        let [a, b] = [1, 2].map(|id| restoring(&write(&backup(4000)), id, false, WallTime(9)).collect::<Vec<_>>());
        assert_eq!(propose(&mut keeper, &a[0]), Applied::Done);
        assert_eq!(propose(&mut keeper, &b[0]), Applied::Done);
        assert_eq!(propose(&mut keeper, &a[1]), Applied::Unknown);
        assert_eq!(propose(&mut keeper, &b[2]), Applied::Unknown, "a piece is missing");
        assert_eq!(keeper.database(), &Database::default());
    }

    proptest! {
        #[test]
        fn no_file_that_was_changed_is_read(at in 0..400_usize, flip in 1..=255_u8) {
            let mut file = write(&backup(3));
            let at = at % file.len();
            file[at] ^= flip;
            prop_assert!(read(&file).is_err());
        }
    }
}
