//! Checks leases and the way from one regime to the next in every order of events, for three voters.
//!
//! The simulator samples long runs; this looks at all short ones. The nodes are the core's own `Quorum`, cloned and driven
//! state by state: views are given to it as integration would, what it wants sent goes into queues, what it wants recorded
//! into a log that keeps the contract of consensus, and the checker (stateright) takes every step that may come next, and
//! knows where it has been by the hash of the whole.
//!
//! ```text
//!   steps: what may happen     world: links, heartbeats, one clock     witness: Q1 to Q3 by what is answered and published
//!                              views: as integration gives them        consensus: one log, its leader, its answers
//! ```
//!
//! All three are in one view that has quorum, and their leases are fresh. From there, any of these may come at any point,
//! in any order: a tick of the clock (a lease lasts for two), links that fail and come up (the five ways to part three
//! nodes), a view of all who reach each other (all its members leave the one before, then each installs it when it likes),
//! a node that stands and is elected by a majority, a grant that a majority records, a leader that learns that it was
//! replaced, a crash, a start with a new boot, a suspended machine, a heartbeat that arrives any time after it was sent, messages
//! from one node to another that are late, a grant that is recorded and not told to who proposed it.
//!
//! Q1 is checked after all that happens, also in the middle of a step, and for all nodes that run, the suspended ones too:
//! whoever were asked would say the truth. Q2 and Q3 are checked as the simulator does it: when a node publishes.
//!
//! What is bounded or left out, and why that is sound or what it costs:
//!
//! - **Faults**, ticks, views, epochs and terms are bounded: beyond them a state is not followed.
//! - **Messages** of the quorum layer, news of consensus and of a view that has become stable arrive at once, unless they
//!   are among what the bounds allow to be late. Both ends notice at once that a link fails.
//! - **Heartbeats** go out with each tick and with each new lease, and arrive at once, but for one that is late or comes
//!   besides. Their words count from when they were sent, by the core's own `Pulse`: whatever it reckons with an answer that
//!   was under way is a shorter lease. What `Channels` does besides, as to keep words from whom it has not heard of for a
//!   while, is left out: more is said here, not less.
//! - **Clocks** all run at one rate, in whole ticks, though timers between them fire at their time. What rates change is in
//!   `surely`, which has a test of its own, and the simulator skews them.
//! - **Spans** other than the lease are nil, so that no turn is waited for: every real schedule is among these.
//! - **Founding, leaving, changes of voters** and the cluster that is formed anew do not occur: the simulator has them.
//!
//! That the interesting regimes come about at all is checked too, or a check of nothing would pass.
//!
//! `cargo test -p quorate-sim --test lease -- --nocapture` prints how much each check explored; with `--include-ignored`
//! larger bounds are checked, for some minutes.

mod consensus;
mod host;
#[path = "../model/shared.rs"]
mod shared;
mod steps;
mod views;
mod witness;
mod world;

use std::sync::{Mutex, PoisonError};

use stateright::{Checker, HasDiscoveries, Model, Property};
use steps::Step;
use world::{Bounds, World};

/// Steps after which a check is given up as endless.
const MOST_STEPS: usize = 20_000_000;

/// Three voters, what may go wrong, and which regimes must come about on some way.
struct Protocol {
    bounds: Bounds,
    comes_about: Vec<Property<Self>>,
}

impl Model for Protocol {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.bounds)]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        steps.extend(world.steps());
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        world.after(step)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always("Q1 exclusive", |_, world: &World| keeps(world, "Q1")),
            Property::always("Q2 fencing", |_, world: &World| keeps(world, "Q2")),
            Property::always("Q3 loser first", |_, world: &World| keeps(world, "Q3")),
            Property::always("assertions of the core", |_, world: &World| keeps(world, "core")),
        ];
        properties.extend(self.comes_about.iter().cloned());
        properties
    }
}

fn keeps(world: &World, invariant: &str) -> bool {
    world.witness.violation.as_ref().is_none_or(|violation| violation.invariant != invariant)
}

/// Whether somebody had quorum anew in a view of these nodes.
fn had_quorum(world: &World, nodes: &[usize]) -> bool {
    world.witness.epochs.iter().any(|(epoch, view)| epoch.0 > 1 && world.views.nodes[view] == nodes)
}

fn others_go_on() -> Property<Protocol> {
    Property::sometimes("those without the holder go on", |_, world: &World| had_quorum(world, &[1, 2]))
}

fn holder_goes_on() -> Property<Protocol> {
    Property::sometimes("the holder goes on with one", |_, world: &World| had_quorum(world, &[0, 1]))
}

fn all_go_on() -> Property<Protocol> {
    Property::sometimes("all go on", |_, world: &World| had_quorum(world, &[0, 1, 2]))
}

/// Held by the check that runs: each takes all processors, and a few gigabytes.
static ALONE: Mutex<()> = Mutex::new(());

/// Explores all there is, or up to the first state that is not as it should be.
fn check(bounds: Bounds, comes_about: Vec<Property<Protocol>>) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let wanted: Vec<&str> = comes_about.iter().map(|property| property.name).collect();
    let protocol = Protocol { bounds, comes_about };
    let started = std::time::Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = protocol.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures);
    let checker = checker.target_state_count(MOST_STEPS).spawn_bfs().join();
    let (unique, all, depth) = (checker.unique_state_count(), checker.state_count(), checker.max_depth());
    println!("{bounds:?}: {unique} states, {all} steps, depth {depth}, {:.1?}", started.elapsed());
    let mut failures = checker.discoveries().into_iter().filter(|(property, _)| !wanted.contains(property));
    if let Some((property, path)) = failures.next() {
        let violation = path.last_state().witness.violation.clone();
        panic!("{property}: {violation:?}\nafter {:#?}", path.into_actions());
    }
    assert!(all < MOST_STEPS, "not all was explored");
    for property in wanted {
        assert!(checker.discovery(property).is_some(), "on no way: {property}");
    }
}

/// One view after the first, with one grant by one new leader at most.
const SHORT: Bounds = Bounds {
    ticks: 3,
    partings: 0,
    crashes: 0,
    naps: 0,
    beats: 0,
    stalls: 0,
    late: 0,
    unanswered: 0,
    incarnation: 2,
    epoch: 2,
    term: 2,
};

#[test]
fn links_fail() {
    check(Bounds { ticks: 4, partings: 1, ..SHORT }, vec![others_go_on(), holder_goes_on()]);
}

#[test]
fn links_fail_and_come_up() {
    check(Bounds { ticks: 2, partings: 2, ..SHORT }, vec![others_go_on(), holder_goes_on()]);
}

#[test]
fn links_fail_and_a_heartbeat_comes_late() {
    check(Bounds { ticks: 2, partings: 1, late: 1, ..SHORT }, vec![others_go_on()]);
}

#[test]
fn links_fail_and_messages_are_late() {
    check(Bounds { partings: 1, stalls: 1, ..SHORT }, vec![others_go_on()]);
}

#[test]
fn links_fail_and_grants_are_not_answered() {
    let bounds = Bounds { partings: 1, unanswered: 1, epoch: 3, term: 3, ..SHORT };
    check(bounds, vec![others_go_on(), holder_goes_on()]);
}

#[test]
fn links_fail_between_heartbeats() {
    check(Bounds { partings: 1, beats: 1, ..SHORT }, vec![others_go_on(), holder_goes_on()]);
}

#[test]
fn a_crash() {
    check(Bounds { ticks: 2, crashes: 1, incarnation: 3, ..SHORT }, vec![others_go_on(), all_go_on()]);
}

#[test]
fn a_crash_while_links_fail() {
    check(Bounds { ticks: 2, partings: 2, crashes: 1, ..SHORT }, vec![others_go_on(), all_go_on()]);
}

#[test]
fn a_machine_sleeps() {
    check(Bounds { naps: 1, ..SHORT }, vec![others_go_on(), holder_goes_on()]);
}

#[test]
#[ignore = "takes minutes: make model"]
fn larger_bounds() {
    check(Bounds { ticks: 2, partings: 2, incarnation: 3, ..SHORT }, vec![all_go_on()]);
    check(Bounds { ticks: 2, partings: 1, crashes: 1, incarnation: 3, ..SHORT }, vec![all_go_on()]);
    check(Bounds { partings: 1, naps: 1, ..SHORT }, vec![others_go_on()]);
    check(Bounds { ticks: 2, partings: 1, late: 1, stalls: 1, ..SHORT }, vec![others_go_on()]);
}
