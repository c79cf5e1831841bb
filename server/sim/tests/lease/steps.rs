//! What may happen next.

use crate::world::{NODES, World};

/// Which nodes can reach each other: those with the same number.
pub type Sides = [u8; NODES];

/// A step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The node installs the view it has agreed on.
    Install(usize),
    /// The node takes the lead of the log.
    Elect(usize),
    /// The node's oldest proposal is taken; it may not be told so.
    Commit(usize, bool),
    /// The node learns that it leads the log no more.
    Depose(usize),
    /// All who can reach the node, and it, agree on a view of themselves.
    Agree(usize),
    /// It is later by a tick; heartbeats go out.
    Tick,
    /// The node's heartbeats go out once more.
    Beat(usize),
    /// The first node's heartbeat to the second goes out, and arrives late.
    Late(usize, usize),
    /// It arrives.
    Hear(usize, usize),
    /// From now on all messages from the first node to the second are late; if they are one, what consensus tells it.
    Stall(usize, usize),
    /// They arrive, in order.
    Flow(usize, usize),
    /// The machine wakes up.
    Wake(usize),
    /// The agent comes back with a new boot.
    Start(usize),
    /// Links come up and fail.
    Part(Sides),
    /// The machine is suspended.
    Suspend(usize),
    /// The agent dies.
    Crash(usize),
}

impl World {
    /// All that may happen now. Time comes after all that may happen at once, and faults come last.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        for number in (0..NODES).filter(|number| self.hosts[*number].is_awake()) {
            self.steps_of(number, &mut steps);
        }
        if self.left.ticks > 0 {
            steps.push(Step::Tick);
        }
        self.faults(&mut steps);
        steps
    }

    fn steps_of(&self, number: usize, steps: &mut Vec<Step>) {
        let boot = self.boot(number);
        let seat = &self.log.seats[number];
        let may = |steps: &mut Vec<Step>, when: bool, step: Step| steps.extend(when.then_some(step));
        may(steps, self.views.to_install(number).is_some(), Step::Install(number));
        if self.has_majority(number) {
            may(steps, seat.stands && !self.log.leads(number, boot), Step::Elect(number));
            may(steps, self.log.can_commit(number, boot), Step::Commit(number, true));
        }
        may(steps, seat.told.leading && self.hears_leader(number), Step::Depose(number));
        let side = self.side(number);
        let first = side.first().is_some_and(|(first, _)| *first == number);
        may(steps, first && !self.views.is_agreed(&side), Step::Agree(number));
        for from in others(number) {
            may(steps, self.air[from][number].is_some(), Step::Hear(from, number));
        }
        for from in 0..NODES {
            may(steps, self.stalled[from][number], Step::Flow(from, number));
        }
    }

    fn faults(&self, steps: &mut Vec<Step>) {
        for number in 0..NODES {
            let host = &self.hosts[number];
            let boot = self.boot(number);
            if host.quorum.is_none() {
                steps.push(Step::Start(number));
                continue;
            }
            if host.asleep {
                steps.push(Step::Wake(number));
                continue;
            }
            if self.left.unanswered > 0 && self.has_majority(number) && self.log.can_commit(number, boot) {
                steps.push(Step::Commit(number, false));
            }
            if self.left.beats > 0 {
                steps.push(Step::Beat(number));
            }
            if self.left.late > 0 {
                let linked = others(number).filter(|other| self.are_linked(number, *other));
                steps.extend(linked.filter(|to| self.air[number][*to].is_none()).map(|to| Step::Late(number, to)));
            }
            if self.left.stalls > 0 {
                let from = (0..NODES).filter(|from| self.are_linked(*from, number) && !self.stalled[*from][number]);
                steps.extend(from.map(|from| Step::Stall(from, number)));
            }
            if self.left.naps > 0 {
                steps.push(Step::Suspend(number));
            }
            if self.left.crashes > 0 {
                steps.push(Step::Crash(number));
            }
        }
        if self.left.partings > 0 {
            let ways = [[0, 0, 0], [0, 1, 1], [0, 1, 0], [0, 0, 1], [0, 1, 2]];
            steps.extend(ways.into_iter().filter(|sides| *sides != self.sides).map(Step::Part));
        }
    }
}

/// The other nodes.
pub fn others(number: usize) -> impl Iterator<Item = usize> {
    (0..NODES).filter(move |other| *other != number)
}
