//! Checks the two phases in every order of events, for three nodes.
//!
//! The simulator samples long runs; this looks at all short ones. The nodes are the core's own `Integration`, cloned and
//! driven state by state: what it wants sent goes into queues, what it wants durable onto a disk, and the checker
//! (stateright) takes every step that may come next, and knows where it has been by the hash of the whole.
//!
//! ```text
//!   steps: what may happen     world: links, disks, three hosts     witness: V1 to V4 by what is published
//! ```
//!
//! Any of these may come at any point, in any order: a message of the two phases (links are in order and lose nothing
//! while they are up), a write that becomes durable, a timer, a failed link that one of its ends notices (what was under
//! way to it is lost, what it took before is not), a link that comes up again, a crash (of the writes in flight any first
//! few may have arrived, and what the dead node sent may still come in), a start with a new boot.
//!
//! What is left out, and why that is sound or what it costs:
//!
//! - **Time** stands still and all spans are nil, so a timer is due as soon as it is armed, and fires whenever the checker
//!   likes: every real schedule is among these. Timers that end a wait, rather than start what is due, are bounded.
//!   Newcomers never interrupt a transition and no wait is ever over for a node that was never reached: both take time.
//! - **Channels and links** below integration are facts that it is given. The simulator checks those layers.
//! - **News** (reports, the views they refer to, the other end of a new link, who counts as reached, the batch) travel at
//!   once, but for as many as the bounds allow to be late. What nodes think of each other still differs while they have
//!   not noticed the same failures; what it does to the map is the simulator's business.
//! - **Faults** are bounded, and so are incarnations: beyond them a state is not followed.
//! - Evictions, leaving and how links failed do not occur; histories stay far below their limit.
//!
//! A state in which only a fault could change anything must be one in which all nodes have one stable view (V5), but
//! where nodes are blamed for not answering and kept out, since no step ends that. That the interesting views come about
//! at all is checked too, or a check of nothing would pass.
//!
//! `cargo test -p quorate-sim --test model -- --nocapture` prints how much each check explored; with
//! `--include-ignored` larger bounds are checked, for some minutes.

mod host;
mod shared;
mod steps;
mod witness;
mod world;

use quorate_sim::host::name;
use stateright::{Checker, HasDiscoveries, Model, Property};
use steps::Step;
use world::{Begin, Bounds, World};

/// Steps after which a check is given up as endless.
const MOST_STEPS: usize = 10_000_000;

/// Three nodes, from where they set out, what may go wrong, and a view that must come about on some way.
struct Protocol {
    begin: Begin,
    bounds: Bounds,
    comes_about: Property<Self>,
}

impl Model for Protocol {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self.begin, self.bounds)]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        steps.extend(world.steps());
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        world.after(step)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("V1 agreement", |_, world: &World| keeps(world, "V1")),
            Property::always("V2 membership", |_, world: &World| keeps(world, "V2")),
            Property::always("V3 transactional", |_, world: &World| keeps(world, "V3")),
            Property::always("V4 one history", |_, world: &World| keeps(world, "V4")),
            Property::always("assertions of the core", |_, world: &World| keeps(world, "core")),
            Property::always("V5 one view in the end", |_, world: &World| {
                let excused = world.left.blame || world.witness.violation().is_some();
                excused || !world.is_quiet() || world.has_common_view()
            }),
            self.comes_about.clone(),
        ]
    }
}

fn keeps(world: &World, invariant: &str) -> bool {
    world.witness.violation().is_none_or(|violation| violation.invariant != invariant)
}

/// Whether a view of these nodes, with so many parents, is stable or was.
fn was_stable(world: &World, nodes: &[usize], parents: usize) -> bool {
    world.witness.saw_stable(&nodes.iter().map(|&number| name(number)).collect::<Vec<_>>(), parents)
}

fn all_form() -> Property<Protocol> {
    Property::sometimes("all form one view", |_, world: &World| was_stable(world, &[0, 1, 2], 0))
}

fn two_go_on() -> Property<Protocol> {
    Property::sometimes("the others go on", |_, world: &World| was_stable(world, &[1, 2], 1))
}

fn two_form() -> Property<Protocol> {
    Property::sometimes("two form a view", |_, world: &World| was_stable(world, &[0, 1], 0))
}

fn all_agree_anew() -> Property<Protocol> {
    Property::sometimes("all agree anew", |_, world: &World| was_stable(world, &[0, 1, 2], 1))
}

fn both_sides_meet() -> Property<Protocol> {
    Property::sometimes("both sides meet again", |_, world: &World| was_stable(world, &[0, 1, 2], 2))
}

/// Explores all there is, or up to the first state that is not as it should be.
fn check(begin: Begin, bounds: Bounds, comes_about: Property<Protocol>) {
    let wanted = comes_about.name;
    let protocol = Protocol { begin, bounds, comes_about };
    let started = std::time::Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let checker = protocol.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures);
    let checker = checker.target_state_count(MOST_STEPS).spawn_bfs().join();
    let (unique, all, depth) = (checker.unique_state_count(), checker.state_count(), checker.max_depth());
    println!("{begin:?}, {bounds:?}: {unique} states, {all} steps, depth {depth}, {:.1?}", started.elapsed());
    let mut failures = checker.discoveries().into_iter().filter(|(property, _)| *property != wanted);
    if let Some((property, path)) = failures.next() {
        let violation = path.last_state().witness.violation().cloned();
        panic!("{property}: {violation:?}\nfrom {begin:?}, after {:#?}", path.into_actions());
    }
    assert!(all < MOST_STEPS, "not all was explored");
    assert!(checker.discovery(wanted).is_some(), "on no way: {wanted}");
}

#[test]
fn nodes_that_meet() {
    check(Begin::Apart, Bounds { timeouts: 1, incarnation: 1, ..Bounds::default() }, all_form());
}

#[test]
fn a_crash_while_they_form() {
    check(Begin::Linked, Bounds { crashes: 1, incarnation: 1, ..Bounds::default() }, two_form());
}

#[test]
fn a_crash() {
    check(Begin::Formed, Bounds { crashes: 1, incarnation: 2, ..Bounds::default() }, two_go_on());
}

#[test]
fn links_fail() {
    check(Begin::Formed, Bounds { cuts: 2, incarnation: 2, ..Bounds::default() }, two_go_on());
}

#[test]
fn sides_meet_and_news_are_late() {
    check(Begin::Parted, Bounds { late: 2, incarnation: 3, ..Bounds::default() }, both_sides_meet());
}

#[test]
fn sides_meet_while_a_link_fails() {
    check(Begin::Parted, Bounds { cuts: 1, incarnation: 3, ..Bounds::default() }, both_sides_meet());
}

#[test]
fn sides_meet_and_limits_run_out() {
    let bounds = Bounds { timeouts: 1, incarnation: 4, blame: true, ..Bounds::default() };
    check(Begin::Parted, bounds, both_sides_meet());
}

#[test]
#[ignore = "takes minutes: make model"]
fn larger_bounds() {
    let bounds = |crashes, cuts, splits, late, timeouts, incarnation| Bounds {
        crashes,
        cuts,
        splits,
        late,
        timeouts,
        incarnation,
        blame: false,
    };
    check(Begin::Formed, bounds(1, 0, 0, 0, 0, 3), all_agree_anew());
    check(Begin::Formed, bounds(1, 0, 0, 0, 1, 2), two_go_on());
    check(Begin::Formed, bounds(0, 0, 1, 0, 0, 3), both_sides_meet());
    check(Begin::Parted, bounds(1, 0, 0, 0, 0, 3), both_sides_meet());
    check(Begin::Formed, bounds(1, 0, 0, 1, 0, 2), two_go_on());
}
