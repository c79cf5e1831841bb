//! Beginning, ending and beginning anew: each in one transaction.

use std::io;

use redb::WriteTransaction;

use super::{
    Disk,
    fault::Fault,
    snapshot,
    table::{self, CLUSTER, COMMITTED, LOG, META, PURGED, SNAPSHOT, VOTE},
};
use crate::{
    ids::ClusterUid,
    net::lock,
    raft::{Peer, SnapshotMeta, Vote},
};

impl Disk {
    /// The cluster taken part in.
    pub(crate) fn cluster(&self) -> io::Result<Option<ClusterUid>> {
        let cluster = self.read(|read| table::get_meta::<Peer>(&read.open_table(META)?, CLUSTER))?;
        Ok(cluster.map(|uid| ClusterUid(uid.0)))
    }

    /// Takes part in a cluster from now on, with an empty log.
    pub(crate) fn enter(&self, era: u64, cluster: ClusterUid) -> io::Result<()> {
        self.begin_anew(era, |write| name(write, cluster))
    }

    /// Takes part in nothing from now on.
    pub(crate) fn leave(&self, era: u64) -> io::Result<()> {
        self.begin_anew(era, |_| Ok(()))
    }

    /// Takes part in a new cluster from now on, which begins with this snapshot and this vote.
    pub(crate) fn enter_with(
        &self,
        era: u64,
        cluster: ClusterUid,
        vote: &Vote,
        meta: &SnapshotMeta,
        state: &[u8],
    ) -> io::Result<()> {
        self.begin_anew(era, |write| {
            name(write, cluster)?;
            snapshot::save(write, meta, state)?;
            let mut table = write.open_table(META)?;
            table::put_meta(&mut table, VOTE, vote)?;
            if let Some(last) = &meta.last_log_id {
                table::put_meta(&mut table, PURGED, last)?;
            }
            Ok(())
        })
    }

    fn begin_anew(&self, era: u64, then: impl FnOnce(&WriteTransaction) -> Result<(), Fault>) -> io::Result<()> {
        *lock(&self.committed) = None;
        self.write_in(era, |write| {
            write.open_table(LOG)?.retain(|_, _| false)?;
            write.open_table(SNAPSHOT)?.retain(|_, _| false)?;
            let mut meta = write.open_table(META)?;
            for key in [CLUSTER, VOTE, PURGED, COMMITTED] {
                meta.remove(key)?;
            }
            drop(meta);
            then(write)
        })
    }
}

fn name(write: &WriteTransaction, cluster: ClusterUid) -> Result<(), Fault> {
    table::put_meta(&mut write.open_table(META)?, CLUSTER, &Peer(cluster.0))
}
