//! How channels stand, for those who ask.

use alloc::vec::Vec;

use super::{Channels, table::ChannelId};
use crate::{
    status::{ChannelState, ChannelStatus},
    types::{Address, Duration, Instant, Network, NodeName},
};

impl Channels {
    /// How far the node distrusts its timers.
    pub fn distrust(&self) -> u32 {
        self.distrust.level()
    }

    /// Whether a peer says that it distrusts its timers.
    pub fn peer_distrusts(&self, peer: &NodeName) -> bool {
        self.peer_distrust.contains(peer)
    }

    /// How many channels and dial targets there are.
    pub fn sizes(&self) -> (usize, usize) {
        (self.table.len(), self.dialer.len())
    }

    /// The channels to a peer with their figures, also those that should be there and are not; `active` is the one that
    /// carries messages.
    pub fn status(
        &self,
        now: Instant,
        peer: &NodeName,
        endpoints: &[(Network, Address)],
        active: Option<&ChannelId>,
    ) -> Vec<ChannelStatus> {
        let mut channels = self.open_status(now, peer, active);
        for (network, address) in endpoints {
            if channels.iter().any(|channel| channel.network.as_ref() == Some(network)) {
                continue;
            }
            let record = self.damper.record(peer, network);
            channels.push(ChannelStatus {
                network: Some(network.clone()),
                remote: Some(address.clone()),
                relay: None,
                state: ChannelState::Down,
                rtt: None,
                loss: 1.0,
                active: false,
                trusted: false,
                hold: Duration::ZERO,
                failures: record.map_or(0, |record| record.failures),
                last_failure: record.map(|record| alloc::format!("{}", record.loss)),
            });
        }
        channels.sort_by(|a, b| (a.relay.is_some(), &a.network).cmp(&(b.relay.is_some(), &b.network)));
        channels
    }

    fn open_status(&self, now: Instant, peer: &NodeName, active: Option<&ChannelId>) -> Vec<ChannelStatus> {
        self.table
            .of_peer(peer)
            .into_iter()
            .filter_map(|id| {
                let channel = self.table.get(&id)?;
                let greeted = channel.peer()?;
                let record = channel.network.as_ref().and_then(|network| self.damper.record(peer, network));
                Some(ChannelStatus {
                    network: channel.network.clone(),
                    remote: channel.remote.clone(),
                    relay: id.relay().cloned(),
                    state: if greeted.up.is_some() { ChannelState::Up } else { ChannelState::Greeted },
                    rtt: greeted.pulse.rtt(),
                    loss: greeted.pulse.loss(),
                    active: active == Some(&id),
                    trusted: greeted.trusted,
                    hold: greeted.trusted_from.map_or(Duration::ZERO, |from| from.since(now)),
                    failures: record.map_or(0, |record| record.failures),
                    last_failure: record.map(|record| alloc::format!("{}", record.loss)),
                })
            })
            .collect()
    }
}
