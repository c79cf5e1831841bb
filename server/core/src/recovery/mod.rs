//! Services and programs, started again in order after each change of the cluster: level by level, with a barrier between.
//!
//! ```text
//!   regime, catalog, members' words  -->  Lead: where everything runs, how far recovery is  -->  orders to members
//!   orders, names, right to act, processes  -->  Member: what is started, ended, told       -->  processes, programs
//! ```
//!
//! It stands on quorum, which grants the regimes in which it works, and on coordination, whose names make single instances
//! single. Whoever holds the regime leads (`lead`); every member carries orders out (`member`). What services there are is
//! in the cluster database (`catalog`); how a program is run only the agent knows.
//!
//! **Single instances.** Each is held by an exclusive name of a session that ends when a regime begins without its node.
//! The name is free again only after as long as the service's `grace` and `loss_timeout`, and a node ends the instance
//! within that time from when its right to act is over; the agent's runner does so even if the agent is frozen. So no two
//! ever run at once, and the token of the name is handed to the program, with which it can fence what it writes to.

mod catalog;
mod claims;
mod effect;
mod lead;
mod member;
mod participants;
mod placement;
mod service;
mod status;
#[cfg(test)]
mod tests;
mod unit;

use alloc::{collections::VecDeque, sync::Arc, vec::Vec};

pub use catalog::{Catalog, Edit, Fault, Intent, MAX_DRAINED, MAX_SERVICES};
pub use effect::{About, Call, Effect, News, ProcessFact, ProcessFactKind, ProcessOrder};
pub use participants::MAX_PARTICIPANTS;
pub use placement::{Facts, Goal, Obstacle, Site, place};
pub use service::{
    Count, InTransition, LEVEL, MARGIN, MAX_BODY, MAX_INSTANCES, MAX_LIST, MAX_LOSS, Placement, Restart, Service,
    TIMEOUT, WithoutQuorum,
};
pub use status::{Post as PostStatus, Question, RecoveryStatus, Shift, UnitStatus, Wait};

use crate::{
    coordination::Reply,
    settings::Settings,
    types::{Duration, Epoch, Instant, NodeName, Regime, ServiceName, Slot, ViewId},
    wire::{Phase, RecoveryTalk, Stage, UnitReport},
};
use effect::Out;
use lead::{Lead, Say};
use member::Member;

/// The recovery layer of a node.
#[derive(Clone, Hash, Debug)]
pub struct Recovery {
    member: Member,
    lead: Option<Lead>,
    catalog: Arc<Catalog>,
    regime: Option<Regime>,
}

/// What an operator asks of whoever leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Directive {
    /// End the instances of a service and start them again; its failures are forgotten.
    Restart(ServiceName),
    /// Have an instance run on a node.
    Move(Slot, NodeName),
}

/// Why a directive is not followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotDirected {
    /// This node does not lead.
    NotLeader,
    /// There is no such service or instance.
    Unknown,
    /// The node is not a member.
    NotMember,
    /// The instance cannot run there.
    Obstacle(Obstacle),
    /// It would go back at once, for it does not stay where it is and suits another node better.
    WouldReturn,
}

impl Recovery {
    /// The layer of a node that has just started.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            member: Member::new(&settings.identity, settings.secret),
            lead: None,
            catalog: Arc::default(),
            regime: None,
        }
    }

    /// The members leave the old view.
    pub fn on_transition(&mut self, now: Instant, out: Out<'_>) {
        self.member.on_transition(now, out);
        self.speak(now, Say::new(), out);
    }

    /// This node has a view: it takes orders of the regimes of this one alone.
    pub fn on_view(&mut self, view: &ViewId) {
        self.member.on_view(view);
    }

    /// Another regime is in force here, or none. When this node holds it, `sites` are the members of its view.
    pub fn on_regime(&mut self, now: Instant, regime: Option<&Regime>, sites: Option<Vec<Site>>, out: Out<'_>) {
        let same = self.regime.as_ref() == regime && self.lead.is_some() == sites.is_some();
        self.regime = regime.cloned();
        if same {
            return;
        }
        self.lead = None;
        if let (Some(regime), Some(sites)) = (regime, sites) {
            let lead = Lead::new(now, regime, self.catalog.clone(), sites);
            let say = lead.muster();
            self.lead = Some(lead);
            self.speak(now, say, out);
        }
    }

    /// The cluster database has another catalog.
    pub fn on_catalog(&mut self, now: Instant, catalog: Arc<Catalog>, out: Out<'_>) {
        self.catalog = catalog.clone();
        if let Some(lead) = &mut self.lead {
            let say = lead.on_catalog(now, catalog);
            self.speak(now, say, out);
        }
    }

    /// A link is up: what was said before may be lost.
    pub fn on_link_up(&mut self, now: Instant, peer: &NodeName, out: Out<'_>) {
        self.member.on_link_up(peer);
        let say = self.lead.as_mut().map(|lead| lead.on_link_up(peer)).unwrap_or_default();
        self.speak(now, say, out);
    }

    /// The right to act lasts until then, by this regime; none says that there is none now.
    pub fn on_right(&mut self, right: Option<(Epoch, Instant)>) {
        self.member.on_right(right);
    }

    /// All is known of names here up to the beginning of this regime: whatever an earlier one ended was told.
    pub fn on_named(&mut self, now: Instant, epoch: Epoch, right: Option<(Epoch, Instant)>, out: Out<'_>) {
        self.member.on_named(now, epoch, right, out);
        self.speak(now, Say::new(), out);
    }

    /// Comes once a heartbeat.
    pub fn on_timer(&mut self, now: Instant, out: Out<'_>) {
        self.member.on_timer(now, out);
        self.speak(now, Say::new(), out);
    }

    /// This node is about to leave: what runs here shall run elsewhere.
    pub fn on_leave(&mut self, now: Instant, out: Out<'_>) {
        self.member.on_leave();
        self.speak(now, Say::new(), out);
    }

    /// How long what runs here may need to end; none when nothing runs.
    #[must_use]
    pub fn patience(&self) -> Option<Duration> {
        self.member.patience()
    }

    /// A message of a peer's recovery layer.
    pub fn on_talk(&mut self, now: Instant, from: &NodeName, talk: RecoveryTalk, out: Out<'_>) {
        let say = self.hear(now, from, talk, out);
        self.speak(now, say, out);
    }

    /// What this node asked of coordination was answered.
    pub fn on_reply(&mut self, now: Instant, ticket: u64, reply: Reply, last: bool, out: Out<'_>) {
        self.member.on_reply(now, ticket, reply, last, out);
        self.speak(now, Say::new(), out);
    }

    /// Something happened to processes.
    pub fn on_fact(&mut self, now: Instant, fact: ProcessFact, out: Out<'_>) {
        self.member.on_fact(now, fact, out);
        self.speak(now, Say::new(), out);
    }

    /// A program takes part. Returns whether there is room.
    pub fn on_join(&mut self, now: Instant, id: u64, about: About, out: Out<'_>) -> bool {
        let joined = self.member.join(now, id, about, out);
        self.speak(now, Say::new(), out);
        joined
    }

    /// A program has done what it was told.
    pub fn on_done(&mut self, now: Instant, id: u64, epoch: Epoch, phase: Phase, out: Out<'_>) {
        let news = self.member.participants.on_done(id, epoch, phase);
        self.member.on_participant(news);
        self.speak(now, Say::new(), out);
    }

    /// A program takes part no more.
    pub fn on_part(&mut self, now: Instant, id: u64, out: Out<'_>) {
        let news = self.member.participants.leave(id);
        self.member.on_participant(news);
        self.speak(now, Say::new(), out);
    }

    /// An operator asks for something.
    ///
    /// # Errors
    /// [`NotDirected`] says why it is not done.
    pub fn direct(&mut self, now: Instant, directive: Directive, out: Out<'_>) -> Result<(), NotDirected> {
        let lead = self.lead.as_mut().ok_or(NotDirected::NotLeader)?;
        let say = match directive {
            Directive::Restart(service) if lead.catalog.services.contains_key(&service) => lead.restart(now, &service),
            Directive::Restart(_) => return Err(NotDirected::Unknown),
            Directive::Move(slot, node) => {
                lead.check_move(&slot, &node)?;
                lead.relocate(now, slot, node)
            }
        };
        self.speak(now, say, out);
        Ok(())
    }

    fn hear(&mut self, now: Instant, from: &NodeName, talk: RecoveryTalk, out: Out<'_>) -> Say {
        match talk {
            RecoveryTalk::Muster { epoch, view } => self.member.on_muster(now, from, epoch, &view, out),
            RecoveryTalk::Definitions { epoch, services } => self.member.on_definitions(from, epoch, services),
            RecoveryTalk::Orders(orders) => self.member.on_orders(now, from, orders, out),
            RecoveryTalk::Standing(standing) => {
                return self.lead.as_mut().map(|lead| lead.on_standing(now, from, standing)).unwrap_or_default();
            }
        }
        Say::new()
    }

    /// Says what is to be said, and what the member here has to tell; what is for this node itself is heard at once.
    fn speak(&mut self, now: Instant, say: Say, out: Out<'_>) {
        let me = self.member.name().clone();
        let mut queue: VecDeque<(NodeName, RecoveryTalk)> = say.into();
        loop {
            while let Some((peer, talk)) = queue.pop_front() {
                if peer == me {
                    queue.extend(self.hear(now, &me, talk, out));
                } else {
                    out.push(Effect::Say { peer, talk });
                }
            }
            match self.member.say(out) {
                Some(word) => queue.push_back(word),
                None => return,
            }
        }
    }

    /// Until when each run may go on, if that is not renewed; without an end when none. Runs that are frozen, or end because
    /// they lost their name, are left out.
    pub fn rights(&self) -> impl Iterator<Item = (&Slot, u64, Option<Instant>)> {
        self.member.rights()
    }

    /// How far recovery is, as this node was told; none while nobody leads.
    #[must_use]
    pub fn stage(&self) -> Option<(Epoch, Stage)> {
        self.member.stage()
    }

    /// What services there are, as far as this node was told: whoever leads is.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// How the instances of this node stand.
    #[must_use]
    pub fn units(&self) -> Vec<UnitReport> {
        self.member.units()
    }

    /// How everything stands, if this node leads.
    #[must_use]
    pub fn status(&self, now: Instant) -> Option<RecoveryStatus> {
        self.lead.as_ref().map(|lead| lead.status(now))
    }

    /// Rises whenever that changes; none if this node does not lead.
    #[must_use]
    pub fn revision(&self) -> Option<(Epoch, u64)> {
        self.lead.as_ref().map(|lead| (lead.epoch, lead.revision))
    }

    /// What would run where, if this were so; none if this node does not lead.
    #[must_use]
    pub fn what_if(&self, question: &Question) -> Option<Vec<Shift>> {
        self.lead.as_ref().map(|lead| lead.what_if(question))
    }
}
