//! Backup and restore of the cluster database.

use std::sync::Arc;

use futures_util::Stream;
use quorate_core::{database::Applied, types::ClusterUid};
use quorate_proto::v1::{BackupResponse, RestoreRequest, RestoreResponse};
use tonic::Streaming;
use uuid::Uuid;

use super::{context::Context, error::ApiError, map};
use crate::{
    consensus::backup::{self, Backup, MAX_BYTES},
    driver::wall,
};

/// Bytes of a backup that one message has.
const CHUNK: usize = 64 * 1024;

/// The whole database as a file, in pieces.
///
/// # Errors
/// Those of [`Context::database`].
pub async fn backup(context: &Arc<Context>) -> Result<impl Stream<Item = BackupResponse> + use<>, ApiError> {
    let database = context.database().await?;
    let header = context.header_of(&database);
    let backup = Backup {
        cluster: context.about.cluster.clone(),
        uid: context.handle.cluster().ok_or_else(ApiError::unformed)?,
        made: wall(),
        program: context.about.version.to_owned(),
        database,
    };
    let file = backup::write(&backup);
    let total_bytes = file.len() as u64;
    let chunks: Vec<Vec<u8>> = file.chunks(CHUNK).map(<[u8]>::to_vec).collect();
    let message = move |chunk| BackupResponse { header: header.clone(), chunk, total_bytes };
    Ok(futures_util::stream::iter(chunks.into_iter().map(message)))
}

/// What is asked with a backup.
#[derive(Debug)]
pub struct Restore {
    file: Vec<u8>,
    from: Option<String>,
    dry_run: bool,
}

impl Restore {
    /// Reads the whole request.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when there is too much of it.
    pub async fn read(mut messages: Streaming<RestoreRequest>) -> Result<Self, tonic::Status> {
        let mut restore: Option<Self> = None;
        while let Some(RestoreRequest { chunk, from_cluster_uid, dry_run }) = messages.message().await? {
            let from = (!from_cluster_uid.is_empty()).then_some(from_cluster_uid);
            let restore = restore.get_or_insert_with(|| Self { file: Vec::new(), from, dry_run });
            if restore.file.len() + chunk.len() > MAX_BYTES {
                return Err(ApiError::bad_request("chunk", format!("more than {MAX_BYTES} bytes in all")).into());
            }
            restore.file.extend(chunk);
        }
        Ok(restore.unwrap_or(Self { file: Vec::new(), from: None, dry_run: false }))
    }

    /// Looks whether the backup fits, and restores it.
    ///
    /// # Errors
    /// [`ApiError::BadBackup`], [`ApiError::Conflict`], and those of [`Context::propose`].
    pub async fn carry_out(self, context: &Context) -> Result<RestoreResponse, ApiError> {
        let here = context.handle.cluster().ok_or_else(ApiError::unformed)?;
        let backup = self.check(&context.about.cluster, here)?;
        if !self.dry_run {
            let id = Uuid::new_v4().as_u64_pair().0;
            for piece in backup::restoring(&self.file, id, backup.uid == here, wall()) {
                if context.propose(piece).await? == Applied::Unknown {
                    return Err(ApiError::Conflict("another restore came in between"));
                }
            }
        }
        Ok(RestoreResponse {
            header: context.header(),
            made_time: Some(map::timestamp(backup.made)),
            cluster_uid: backup.uid.to_string(),
            epoch: backup.database.epoch.0,
            record_count: u32::try_from(backup.database.history.iter().count()).unwrap_or(u32::MAX),
            program_version: backup.program,
        })
    }

    fn check(&self, cluster: &str, here: ClusterUid) -> Result<Backup, ApiError> {
        let backup = backup::read(&self.file).map_err(|why| ApiError::BadBackup(why.to_string()))?;
        if backup.cluster != cluster {
            let (theirs, ours) = (&backup.cluster, cluster);
            return Err(ApiError::BadBackup(format!("it is of cluster '{theirs}', and this one is '{ours}'")));
        }
        let confirmed = self.from.as_ref().is_some_and(|from| *from == backup.uid.to_string());
        if backup.uid != here && !confirmed {
            let theirs = backup.uid;
            return Err(ApiError::BadBackup(format!(
                "it is of another cluster of this name, {theirs}, and this one is {here}: to restore it all the same, name \
                 that cluster in from_cluster_uid"
            )));
        }
        Ok(backup)
    }
}
