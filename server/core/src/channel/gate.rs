//! Who is let in: the checks of the handshake, the same at both ends.

use alloc::{collections::BTreeMap, format, string::String, sync::Arc};

use crate::{
    types::{ClusterUid, Identity, NodeName, ViewRecord},
    wire::{Hello, MAX_VERSION, MIN_VERSION, Refusal},
};

/// What the handshake is checked against.
#[derive(Clone, Debug)]
pub struct Gate {
    cluster: Arc<str>,
    me: Identity,
    /// Which cluster of that name this node has become part of.
    pub uid: Option<ClusterUid>,
    /// Evicted names with the operator's reasons.
    pub evicted: BTreeMap<NodeName, String>,
    /// The view: its members hold their names.
    pub view: Option<Arc<ViewRecord>>,
    /// Whether this node is on its way out.
    pub leaving: bool,
}

impl Gate {
    /// The gate of a node.
    pub fn new(cluster: Arc<str>, me: Identity) -> Self {
        Self { cluster, me, uid: None, evicted: BTreeMap::new(), view: None, leaving: false }
    }

    /// Checks who the other end says it is. `live` is who an open channel to a node of that name leads to.
    pub fn check(&self, hello: &Hello, live: Option<&Identity>) -> Result<(), (Refusal, String)> {
        let peer = &hello.identity;
        if hello.min_version > MAX_VERSION || hello.max_version < MIN_VERSION {
            let (least, most) = (hello.min_version, hello.max_version);
            let text = format!("it speaks protocol {least} to {most}, this node {MIN_VERSION} to {MAX_VERSION}");
            return Err((Refusal::ProtocolVersion, text));
        }
        if hello.cluster != self.cluster {
            let text = format!("it is of cluster {:?}, this node of {:?}", hello.cluster, self.cluster);
            return Err((Refusal::WrongCluster, text));
        }
        if let (Some(theirs), Some(ours)) = (hello.uid, self.uid)
            && theirs != ours
        {
            let name = &self.cluster;
            let text = format!(
                "it is of the cluster {name:?} with uid {theirs}, this node of the one with uid {ours}: they were formed apart and never merge"
            );
            return Err((Refusal::ForeignCluster, text));
        }
        if *peer == self.me {
            return Err((Refusal::Myself, String::from("the address leads back to the same agent")));
        }
        if let Some(reason) = self.evicted.get(&peer.name) {
            let text = format!("{} was evicted ({reason}); an operator can readmit it", peer.name);
            return Err((Refusal::Evicted, text));
        }
        if self.leaving {
            return Err((Refusal::Leaving, format!("{} is leaving the cluster", self.me.name)));
        }
        let member = || Some(&self.view.as_ref()?.member(&peer.name)?.identity);
        let holder = if peer.name == self.me.name { Some(&self.me) } else { live.or_else(member) };
        holder.map_or(Ok(()), |holder| check_name(peer, holder))
    }
}

/// One name with two identities is refused on the newcomer; a later boot of the same data folder is the same node.
fn check_name(peer: &Identity, holder: &Identity) -> Result<(), (Refusal, String)> {
    let name = &peer.name;
    if peer.id != holder.id {
        let text = format!("the name {name} is held by another node: give this one a name of its own");
        return Err((Refusal::NameTaken, text));
    }
    if peer.boot.count == holder.boot.count && peer.boot.id != holder.boot.id {
        let text = format!("{name} runs on a copy of another node's data folder: start it with a fresh one");
        return Err((Refusal::NameTaken, text));
    }
    if peer.boot.count < holder.boot.count {
        let (old, new) = (peer.boot.count, holder.boot.count);
        let text = format!("start {old} of {name} is over: start {new} of the same data folder is known");
        return Err((Refusal::StaleBoot, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, sync::Arc, vec};

    use super::Gate;
    use crate::{
        types::{Boot, Identity, Incarnation, Member, NodeId, NodeName, ViewId, ViewRecord},
        wire::{Hello, Refusal},
    };

    fn identity(name: &str, id: u8, count: u64) -> Identity {
        let boot = Boot { count, id: [u8::try_from(count).unwrap(); 16] };
        Identity { name: NodeName::new(name).unwrap(), id: NodeId([id; 16]), boot }
    }

    fn hello(identity: Identity) -> Hello {
        Hello {
            min_version: 1,
            max_version: 1,
            cluster: Arc::from("c"),
            uid: None,
            identity,
            endpoints: vec![],
            network: None,
            features: 0,
        }
    }

    fn gate() -> Gate {
        let mut gate = Gate::new(Arc::from("c"), identity("me", 1, 1));
        let member = Member { identity: identity("peer", 2, 5), since: Incarnation(1) };
        let id = ViewId { incarnation: Incarnation(1), controller: member.identity.name.clone() };
        gate.view = Some(Arc::new(ViewRecord::plain(id, vec![member].into(), vec![])));
        gate.evicted.insert(NodeName::new("bad").unwrap(), "broken disk".to_string());
        gate
    }

    fn refusal(hello: &Hello) -> Option<Refusal> {
        gate().check(hello, None).err().map(|(reason, _)| reason)
    }

    #[test]
    fn each_misfit_has_its_own_reason() {
        let good = hello(identity("new", 3, 1));
        assert_eq!(refusal(&good), None);
        assert_eq!(refusal(&Hello { min_version: 2, max_version: 3, ..good.clone() }), Some(Refusal::ProtocolVersion));
        assert_eq!(refusal(&Hello { cluster: Arc::from("d"), ..good }), Some(Refusal::WrongCluster));
        assert_eq!(refusal(&hello(identity("me", 1, 1))), Some(Refusal::Myself));
        assert_eq!(refusal(&hello(identity("me", 9, 1))), Some(Refusal::NameTaken));
        assert_eq!(refusal(&hello(identity("bad", 4, 1))), Some(Refusal::Evicted));
    }

    #[test]
    fn a_name_belongs_to_one_data_folder_and_its_latest_start() {
        assert_eq!(refusal(&hello(identity("peer", 2, 6))), None);
        assert_eq!(refusal(&hello(identity("peer", 2, 5))), None);
        assert_eq!(refusal(&hello(identity("peer", 2, 4))), Some(Refusal::StaleBoot));
        assert_eq!(refusal(&hello(identity("peer", 7, 6))), Some(Refusal::NameTaken));
        let mut copied = identity("peer", 2, 5);
        copied.boot.id = [99; 16];
        assert_eq!(refusal(&hello(copied)), Some(Refusal::NameTaken));
    }
}
