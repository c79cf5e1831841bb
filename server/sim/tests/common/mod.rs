//! Clusters to begin with.

use quorate_core::types::Duration;
use quorate_sim::{network::Network, world::World};

/// A second.
pub const S: Duration = Duration::from_secs(1);

/// `n` agents on `networks` networks, all in one stable view, and with all the links that they need.
pub fn formed(seed: u64, n: usize, networks: usize) -> World {
    let network = Network::new(networks, Duration::from_micros(50), Duration::from_micros(100));
    let mut world = World::new(seed, n, network, |_| ());
    world.start_all();
    let all: Vec<usize> = (0..n).collect();
    assert!(world.run_while(S * 60, |world| world.agree(&all)), "{n} agents agree; {:?}", world.check.violation());
    world.run_for(S * 15);
    world
}

/// Fails when a checker found something.
pub fn clean(world: &World) {
    assert_eq!(world.check.violation(), None);
}
