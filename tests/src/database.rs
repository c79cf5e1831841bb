//! The cluster database in the data folder of an agent that has ended.

use quorate_agent::{consensus::Council, store::Store};
use quorate_core::{database::Database, types::NodeName};

use crate::agent::Agent;

impl Agent {
    /// What its data folder has of the cluster database.
    ///
    /// # Panics
    /// When the folder is not good, or the agent still runs on it.
    pub async fn database(&self) -> Database {
        let name = NodeName::new(self.name()).expect("the name of a node");
        let spec = self.spec();
        let (_store, identity, _) = Store::open(&spec.data, &spec.cluster, &name).expect("a good folder");
        let lease = std::time::Duration::from_millis(400);
        let runtime = tokio::runtime::Handle::current();
        let council = Council::open(&spec.data, &identity, true, lease, &runtime).await.expect("a good file");
        let (reply, copy) = tokio::sync::oneshot::channel();
        council.copy(reply);
        let database = copy.await.ok().flatten();
        council.close().await;
        database.expect("a copy")
    }
}
