//! V5 to V8 in the cases that the design names, one by one.

mod common;

use common::{S, clean, formed};
use quorate_core::{status::LinkState, types::Duration};
use quorate_sim::{host::name, plan::Fault, world::World};

/// How many views were installed by anybody while `act` runs and for half a minute after it.
fn views_during(world: &mut World, act: impl FnOnce(&mut World)) -> usize {
    let before = world.check.installed.len();
    act(world);
    world.run_for(S * 30);
    clean(world);
    world.check.installed.len() - before
}

#[test]
fn v6_one_bad_pair_is_nothing_and_is_relayed() {
    for n in [3, 5, 10] {
        let mut world = formed(1, n, 1);
        let views = views_during(&mut world, |world| Fault::CutPair(0, 1, None).apply(world));
        assert_eq!(views, 0, "{n} nodes");
        if n <= 9 {
            let now = world.hosts[0].now(world.time);
            let node = world.hosts[0].node.as_ref().and_then(|node| node.node(now, &name(1)));
            let link = node.and_then(|node| node.link).expect("n0 has a link to n1");
            assert_eq!(link.state, LinkState::Up, "{n} nodes");
            assert!(!link.trusted, "a relayed peer does not count as reached");
            assert!(link.channels.iter().any(|channel| channel.relay.is_some()), "{n} nodes");
        }
    }
}

#[test]
fn v6_a_one_way_loss_is_nothing() {
    for n in [3, 5, 10] {
        let mut world = formed(2, n, 1);
        assert_eq!(views_during(&mut world, |world| Fault::CutOneWay(0, 1, None).apply(world)), 0, "{n} nodes");
    }
}

#[test]
fn v6_one_of_two_networks_is_nothing() {
    let mut world = formed(3, 5, 2);
    assert_eq!(views_during(&mut world, |world| Fault::CutNetwork(2, 0).apply(world)), 0);
    assert_eq!(views_during(&mut world, World::heal), 0);
    assert_eq!(views_during(&mut world, |world| Fault::CutNetwork(2, 1).apply(world)), 0);
}

#[test]
fn v6_a_flapping_node_costs_one_view_change() {
    for (down, up) in [(2, 2), (3, 3), (2, 4), (20, 20)] {
        let mut world = formed(4, 5, 1);
        let views = views_during(&mut world, |world| {
            for _ in 0..(120 / (down + up)) {
                Fault::CutNetwork(4, 0).apply(world);
                world.run_for(S * down);
                world.heal();
                world.run_for(S * up);
            }
            Fault::CutNetwork(4, 0).apply(world);
        });
        // One view without it, and the one it makes of itself alone.
        assert_eq!(views, 2, "down {down} s, up {up} s");
    }
}

/// An outage may end when the node has given the others up and they have not given it up yet.
#[test]
fn v6_a_node_that_flaps_for_about_the_time_of_a_silence_costs_one_view_change() {
    for down in (900..1500).step_by(10) {
        let mut world = formed(4, 4, 1);
        let views = views_during(&mut world, |world| {
            for _ in 0..20 {
                Fault::CutNetwork(3, 0).apply(world);
                world.run_for(S / 1000 * down);
                world.heal();
                world.run_for(S * 2);
            }
            Fault::CutNetwork(3, 0).apply(world);
        });
        assert_eq!(views, 2, "down {down} ms");
    }
}

/// An outage may end while the others are on their way to a view without the node, which has not given them up yet: that
/// was a view of all and, at the next outage, one without it. The seeds are two for which it came about.
#[test]
fn v6_a_node_that_is_back_while_the_others_agree_to_do_without_it_is_out() {
    for (seed, down) in [(376, 1076), (1298, 1098)] {
        let mut world = formed(seed, 4, 1);
        // Who dials is told at once that no way leads there, so it may be back at any time.
        world.network.connect = S / 50;
        let views = views_during(&mut world, |world| {
            Fault::CutNetwork(3, 0).apply(world);
            world.run_for(S / 1000 * down);
            world.heal();
            world.run_for(S * 2);
            Fault::CutNetwork(3, 0).apply(world);
        });
        assert_eq!(views, 2, "seed {seed}");
    }
}

#[test]
fn v6_a_lossy_node_is_in_or_out_and_stays_so() {
    for loss in [0.1, 0.3, 0.8] {
        let mut world = formed(5, 5, 1);
        let views = views_during(&mut world, |world| {
            Fault::Lossy(3, loss).apply(world);
            world.run_for(S * 120);
        });
        assert!(views <= 2, "{views} views at a loss of {loss}");
    }
}

#[test]
fn v7_failures_that_come_together_are_one_transition() {
    let mut world = formed(6, 9, 1);
    let views = views_during(&mut world, |world| [1, 4, 7].map(|host| world.crash(host)).into_iter().collect());
    assert_eq!(views, 1);
    let views = views_during(&mut world, |world| [1, 4, 7].map(|host| world.start(host)).into_iter().collect());
    assert_eq!(views, 1);
}

#[test]
fn v7_silent_failures_that_come_together_are_one_transition() {
    let mut world = formed(7, 9, 1);
    let views = views_during(&mut world, |world| Fault::Split(vec![2, 5]).apply(world));
    // One on each side.
    assert_eq!(views, 2);
}

#[test]
fn v7_agents_that_start_together_form_one_view() {
    for n in [3, 9, 16] {
        let world = formed(8, n, 1);
        assert_eq!(world.check.installed.len(), 1, "{n} agents");
    }
}

#[test]
fn v8_idle_cost_does_not_depend_on_the_size() {
    let frames_of = |n: usize| {
        let mut world = formed(9, n, 1);
        world.run_for(S * 60);
        let before = world.traffic.clone();
        world.run_for(S * 30);
        clean(&world);
        let frames = |host: usize| world.traffic[host].frames - before[host].frames;
        let messages: u64 = (0..n).map(|host| world.traffic[host].messages - before[host].messages).sum();
        assert_eq!(messages, 0, "while nothing changes, nothing but heartbeats is sent");
        let mean = (0..n).map(frames).sum::<u64>() as f64 / n as f64;
        (mean, (0..n).map(frames).max().unwrap_or_default())
    };
    let ((small, _), (large, busiest)) = (frames_of(9), frames_of(40));
    assert!(large < small * 1.1, "a node sends {small} frames in 30 s among 9, {large} among 40");
    // Ten a second to each of eight watchers, and at most as much to all who merely keep a link.
    assert!(busiest < 2 * 8 * 10 * 30, "the busiest node sends {busiest} frames in 30 s");
}

#[test]
fn v5_a_cluster_that_was_split_in_three_comes_together_in_one_transition() {
    let mut world = formed(10, 7, 1);
    for a in 0..7usize {
        for b in 0..7usize {
            if a != b && a % 3 != b % 3 {
                world.network.change_all(a, b, |way| way.cut = true);
            }
        }
    }
    world.run_for(S * 10);
    for side in [[0usize, 3, 6].as_slice(), &[1, 4], &[2, 5]] {
        assert!(world.agree(side), "{side:?}");
    }
    let before = world.check.installed.len();
    world.heal();
    let all: Vec<usize> = (0..7).collect();
    assert!(world.run_while(S * 60, |world| world.agree(&all)));
    world.run_for(S * 10);
    clean(&world);
    let views = world.check.installed.len() - before;
    assert!(views <= 3, "{views} views to come together");
}

#[test]
fn a_clean_leave_needs_no_detection() {
    let mut world = formed(11, 5, 1);
    let begun = world.time;
    world.leave(2);
    assert!(world.run_while(S * 5, |world| world.agree(&[0, 1, 3, 4])));
    assert!(world.time.since(begun) < Duration::from_millis(400), "{:?}", world.time.since(begun));
    assert!(world.hosts[2].node.is_none(), "the node has departed");
    clean(&world);
}

#[test]
fn a_crashed_agent_is_noticed_at_once_and_a_silent_one_after_the_limit() {
    let mut world = formed(12, 5, 1);
    let begun = world.time;
    world.crash(1);
    assert!(world.run_while(S * 5, |world| world.agree(&[0, 2, 3, 4])));
    assert!(world.time.since(begun) < Duration::from_millis(200), "{:?}", world.time.since(begun));
    let begun = world.time;
    Fault::CutNetwork(2, 0).apply(&mut world);
    assert!(world.run_while(S * 5, |world| world.agree(&[0, 3, 4])));
    assert!(world.time.since(begun) < Duration::from_millis(1400), "{:?}", world.time.since(begun));
    clean(&world);
}
