//! Joins recovery to quorum and coordination below it, to the processes of this node, and to those who ask and watch.

use alloc::vec::Vec;

use super::{Effect, Node, Publication};
use crate::{
    coordination::Patience,
    recovery::{self, About, Call, Directive, Recovery, Site},
    types::{Candidacy, Epoch, Instant, Member, Now},
    wire::{Payload, Phase},
};

/// Tickets of what this node asks of coordination on its own behalf.
pub(super) const OWN: u64 = 1 << 63;

impl Node {
    /// What recovery decides is carried out at once: nothing that waits in this step comes between, such as a transition,
    /// which makes it void (R1).
    pub(super) fn recovery(
        &mut self,
        now: Now,
        out: &mut Vec<Effect>,
        act: impl FnOnce(&mut Recovery, &mut Vec<recovery::Effect>),
    ) {
        let mut effects = Vec::new();
        act(&mut self.recovery, &mut effects);
        for effect in effects {
            self.after_recovery(now, effect, out);
        }
    }

    fn after_recovery(&mut self, now: Now, effect: recovery::Effect, out: &mut Vec<Effect>) {
        use recovery::Effect as R;
        match effect {
            R::Say { peer, talk } => self.link(|links, out| {
                links.send(now.at, &peer, Payload::Recovery(talk), out);
            }),
            R::Ask { ticket, request, to_the_end } => {
                let patience = if to_the_end { Patience::Lost } else { Patience::Answer };
                self.coordination(|coordination, out| {
                    coordination.ask(now.at, OWN | ticket, request, patience, out);
                });
            }
            R::Order(order) => out.push(Effect::Process(order)),
            R::Tell { id, call } => out.push(Effect::Call { id, call }),
            R::Publish(news) => out.push(Effect::Publish(Publication::Recovery(news))),
        }
    }

    /// Tells recovery until when this node may act.
    pub(super) fn note_right(&mut self, now: Now) {
        let right = self.right(now);
        self.recovery.on_right(right);
    }

    fn right(&self, now: Now) -> Option<(Epoch, Instant)> {
        self.quorum.granted(now).map(|(epoch, _, left)| (epoch, now.at + left))
    }

    /// Tells recovery when more is known of names.
    pub(super) fn note_names(&mut self, now: Now, out: &mut Vec<Effect>) {
        let named = self.coordination.told_of();
        if self.named != named {
            self.named = named;
            let right = self.right(now);
            self.recovery(now, out, |recovery, out| recovery.on_named(now.at, named, right, out));
        }
    }

    /// The members of the view, as services are placed on them.
    pub(super) fn sites(&self) -> Vec<Site> {
        let (view, _) = self.integration.view();
        let members = view.into_iter().flat_map(|view| &view.members);
        let site = |Member { identity, .. }: &Member| {
            let profile = match self.integration.report(&identity.name) {
                _ if *identity == self.settings.identity => self.settings.profile.clone(),
                report => report.map(|report| report.profile.clone()).unwrap_or_default(),
            };
            let runs = profile.candidacy != Candidacy::Witness;
            Site { name: identity.name.clone(), labels: profile.labels.clone(), runs, leaving: false }
        };
        members.map(site).collect()
    }

    pub(super) fn on_join(&mut self, now: Now, id: u64, about: About, out: &mut Vec<Effect>) {
        self.recovery(now, out, |recovery, out| {
            if !recovery.on_join(now.at, id, about, out) {
                out.push(recovery::Effect::Tell { id, call: Call::Isolated { phase: Phase::Prepare } });
            }
        });
    }

    pub(super) fn direct(&mut self, now: Now, ticket: u64, directive: Directive, out: &mut Vec<Effect>) {
        let mut outcome = Ok(());
        self.recovery(now, out, |recovery, out| outcome = recovery.direct(now.at, directive, out));
        out.push(Effect::Directed { ticket, outcome });
    }

    /// Services and programs as they are here, and, where this node leads, everywhere.
    #[must_use]
    pub fn recovers(&self) -> &Recovery {
        &self.recovery
    }
}
