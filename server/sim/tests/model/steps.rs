//! What may happen next.

use quorate_core::wire::Payload;

use crate::world::{End, NODES, World};

/// News under way. They travel at once, unless they are late.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum News {
    /// The first node's end of the link to the second comes up: the other end is up already.
    Connect(usize, usize),
    /// The second node counts as reached at the first.
    Trust(usize, usize),
    /// A report, a view it refers to, or what is known; from the first node to the second.
    Message(usize, usize),
    /// The node passes on what it gathered, and looks at the map.
    Batch(usize),
}

/// A step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// News arrive.
    News(News),
    /// News are late, and arrive at any time from now on.
    Late(News),
    /// The timer of the node's transition fires.
    Timer(usize),
    /// The node's oldest write becomes durable.
    Sync(usize),
    /// The second node is given the oldest message from the first, one of the two phases.
    Deliver(usize, usize),
    /// The link between two nodes comes up, at the first one first.
    Connect(usize, usize),
    /// The first node notices that its link to the second has failed; what was under way to it is lost.
    Notice(usize, usize),
    /// The link between two nodes fails.
    Cut(usize, usize),
    /// Both links of a node fail.
    Split(usize),
    /// The node dies; this many of its writes in flight have arrived.
    Crash(usize, usize),
    /// It comes back with a new boot.
    Start(usize),
}

impl World {
    /// All that may happen now. Faults come last.
    pub fn steps(&self) -> Vec<Step> {
        if let Some(news) = self.prompt() {
            return vec![Step::News(news), Step::Late(news)];
        }
        let mut steps: Vec<Step> = self.news().into_iter().map(Step::News).collect();
        for (one, other) in pairs() {
            self.steps_of_link(one, other, &mut steps);
        }
        for number in 0..NODES {
            self.steps_of(number, &mut steps);
        }
        self.faults(&mut steps);
        steps
    }

    /// The news that travel next.
    pub fn prompt(&self) -> Option<News> {
        self.news().into_iter().find(|news| !self.late.contains(news))
    }

    /// All news under way.
    pub fn news(&self) -> Vec<News> {
        let connect =
            pairs().filter(|&(one, other)| self.may_connect(one, other) && self.ends[other][one] != End::Down);
        let trust = pairs().filter(|&(one, other)| self.ends[one][other] == End::Up);
        let messages = pairs().filter(|&(one, other)| self.next_message(one, other).is_some_and(is_news));
        let batches = (0..NODES).filter(|&number| self.hosts[number].batch);
        let links = connect.map(|(one, other)| News::Connect(one, other));
        let links = links.chain(trust.map(|(one, other)| News::Trust(one, other)));
        links.chain(messages.map(|(one, other)| News::Message(one, other))).chain(batches.map(News::Batch)).collect()
    }

    /// The message that the second node is given next by the first.
    fn next_message(&self, from: usize, to: usize) -> Option<&Payload> {
        self.sent[from][to].front().filter(|_| self.ends[to][from] != End::Down)
    }

    fn steps_of_link(&self, one: usize, other: usize, steps: &mut Vec<Step>) {
        if self.next_message(one, other).is_some_and(|payload| !is_news(payload)) {
            steps.push(Step::Deliver(one, other));
        }
        // Which end comes first shows only when the other is late.
        let first = one < other || self.left.late > 0;
        if first && self.may_connect(one, other) && self.ends[other][one] == End::Down {
            steps.push(Step::Connect(one, other));
        }
        if self.ends[one][other] == End::Lost {
            steps.push(Step::Notice(one, other));
        }
    }

    fn may_connect(&self, one: usize, other: usize) -> bool {
        let run = self.hosts[one].node.is_some() && self.hosts[other].node.is_some();
        run && self.ends[one][other] == End::Down && self.ends[other][one] != End::Lost
    }

    fn steps_of(&self, number: usize, steps: &mut Vec<Step>) {
        let host = &self.hosts[number];
        if host.node.is_none() {
            return steps.push(Step::Start(number));
        }
        if !host.writes.is_empty() {
            steps.push(Step::Sync(number));
        }
        steps.push(Step::Timer(number));
    }

    fn faults(&self, steps: &mut Vec<Step>) {
        if self.left.cuts > 0 {
            let pairs = pairs().filter(|(one, other)| one < other && self.is_up(*one, *other));
            steps.extend(pairs.map(|(one, other)| Step::Cut(one, other)));
        }
        for number in (0..NODES).filter(|&number| self.hosts[number].node.is_some()) {
            if self.left.splits > 0 && others(number).all(|other| self.is_up(number, other)) {
                steps.push(Step::Split(number));
            }
            if self.left.crashes > 0 {
                let kept = 0..=self.hosts[number].writes.len();
                steps.extend(kept.map(|kept| Step::Crash(number, kept)));
            }
        }
    }

    fn is_up(&self, one: usize, other: usize) -> bool {
        let up = |end| matches!(end, End::Up | End::Trusted);
        up(self.ends[one][other]) && up(self.ends[other][one])
    }
}

fn is_news(payload: &Payload) -> bool {
    matches!(payload, Payload::Summary { .. } | Payload::Reports(_) | Payload::Views(_) | Payload::Evictions(_))
}

/// The other nodes.
pub fn others(number: usize) -> impl Iterator<Item = usize> {
    (0..NODES).filter(move |other| *other != number)
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..NODES).flat_map(|one| others(one).map(move |other| (one, other)))
}
