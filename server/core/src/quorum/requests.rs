//! Requests to whom leads, from wherever they are made: carried there and back, and never answered twice.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{Effect, Out, Quorum};
use crate::{types::NodeName, wire::Payload};

/// Most requests under way (L1).
const LIMIT: usize = 1024;

/// Why a request has no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unanswered {
    /// It was not sent: nobody is known to lead, there is no way to whom leads, or too many requests are under way.
    Unsent,
    /// The way to whom leads was lost: it may have been carried out or not.
    Lost,
}

/// Requests that wait for their answers.
#[derive(Clone, Hash, Debug, Default)]
pub struct Requests {
    /// By number: the ticket, and who is to answer.
    waiting: BTreeMap<u64, (u64, NodeName)>,
}

impl Requests {
    /// The answer came.
    pub fn on_answer(&mut self, from: &NodeName, number: u64, body: Vec<u8>, out: Out<'_>) {
        if self.waiting.get(&number).is_some_and(|(_, to)| to == from)
            && let Some((ticket, _)) = self.waiting.remove(&number)
        {
            out.push(Effect::Answered { ticket, answer: Ok(body) });
        }
    }

    /// There was no way to whom leads. Should it come back, nothing is sent again: so nobody waits for an answer.
    pub fn on_unsent(&mut self, number: u64, out: Out<'_>) {
        if let Some((ticket, _)) = self.waiting.remove(&number) {
            out.push(Effect::Answered { ticket, answer: Err(Unanswered::Unsent) });
        }
    }

    /// A link is down: what was asked there may or may not have been done.
    pub fn on_link_down(&mut self, peer: &NodeName, out: Out<'_>) {
        let lost = self.waiting.values().filter(|(_, to)| to == peer);
        out.extend(lost.map(|(ticket, _)| Effect::Answered { ticket: *ticket, answer: Err(Unanswered::Lost) }));
        self.waiting.retain(|_, (_, to)| to != peer);
    }
}

impl Quorum {
    /// Carries a request to whom leads.
    pub fn ask(&mut self, ticket: u64, body: Vec<u8>, out: Out<'_>) {
        let leader = self.leader().filter(|name| *name != self.me.name);
        match leader.filter(|_| self.requests.waiting.len() < LIMIT) {
            Some(peer) => {
                let number = self.next_number();
                self.requests.waiting.insert(number, (ticket, peer.clone()));
                out.push(Effect::Send { peer, payload: Payload::Request { number, body } });
            }
            None => out.push(Effect::Answered { ticket, answer: Err(Unanswered::Unsent) }),
        }
    }

    /// Carries an answer back.
    pub fn answer(&self, to: NodeName, number: u64, body: Vec<u8>, out: Out<'_>) {
        out.push(Effect::Send { peer: to, payload: Payload::Answer { number, body } });
    }

    /// Who leads the log, as far as known here: a member of the view.
    #[must_use]
    pub fn leader(&self) -> Option<NodeName> {
        if self.state.leading {
            return Some(self.me.name.clone());
        }
        let told = self.state.leader.and_then(|id| self.name_of(&id));
        let holder = self.right.regime().map(|regime| &regime.holder).filter(|holder| self.is_member(holder));
        told.or_else(|| holder.map(|holder| holder.name.clone()))
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::{Requests, Unanswered};
    use crate::{quorum::Effect, types::NodeName};

    #[test]
    fn what_was_not_sent_is_said_to_be_so_once() {
        let leader = NodeName::new("n1").expect("a name");
        let mut requests = Requests::default();
        requests.waiting.insert(7, (70, leader.clone()));
        requests.waiting.insert(8, (80, leader.clone()));
        let mut out = Vec::new();
        requests.on_unsent(7, &mut out);
        requests.on_unsent(7, &mut out);
        assert_eq!(out, vec![Effect::Answered { ticket: 70, answer: Err(Unanswered::Unsent) }]);
        out.clear();
        requests.on_link_down(&leader, &mut out);
        assert_eq!(out, vec![Effect::Answered { ticket: 80, answer: Err(Unanswered::Lost) }]);
    }
}
