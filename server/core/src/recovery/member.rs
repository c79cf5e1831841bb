//! What recovery does at each member: it carries out the orders of whoever leads, and says how things stand.
//!
//! An instance is started only by orders of the regime in force, and a transition ends them at once: from then on nothing
//! is started until the next regime's orders come (R1). An instance that needs quorum ends, or is frozen, when the right to
//! act is over and the service's grace too.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

use super::{
    Service,
    claims::{Claims, Outcome},
    effect::{Effect, News, Out, ProcessFact, ProcessFactKind, ProcessOrder},
    participants::Participants,
    service::{InTransition, WithoutQuorum},
    unit::{State, Unit, Want},
};
use crate::{
    coordination::Reply,
    types::{Duration, Epoch, Identity, Instant, NodeName, Secret, ServiceName, Slot, ViewId},
    wire::{Orders, RecoveryTalk, Stage, Standing, UnitOrder, UnitReport},
};

/// Most services of which definitions are kept (L1): those that the orders before named, and those that the next ones will.
const MAX_DEFINITIONS: usize = 3 * super::catalog::MAX_SERVICES;
/// Most instances at one node (L1).
const MAX_UNITS: usize = 2 * super::catalog::MAX_SERVICES;

/// The part of recovery that each member has.
#[derive(Clone, Hash, Debug)]
pub struct Member {
    name: NodeName,
    /// The view of this node; none from when it leaves one until it has the next.
    view: Option<ViewId>,
    /// Who leads, and in which regime; none in a transition.
    led: Option<(Epoch, NodeName)>,
    /// Orders of this regime or an earlier one are void.
    barred: Epoch,
    stage: Stage,
    definitions: BTreeMap<ServiceName, Arc<Service>>,
    units: BTreeMap<Slot, Unit>,
    pub(super) participants: Participants,
    claims: Claims,
    /// The right to act lasts until then.
    right: Instant,
    /// The same by regimes of which it is known here which names are held: those that began without this node may have
    /// ended them.
    named_right: Instant,
    /// All is known of names here up to the beginning of this regime.
    named: Epoch,
    runs: u64,
    /// This node is about to leave.
    leaving: bool,
    /// What others have not been told.
    dirty: BTreeSet<Slot>,
    unsaid: bool,
}

impl Member {
    /// Of a node that has just started.
    pub fn new(me: &Identity, secret: Secret) -> Self {
        Self {
            name: me.name.clone(),
            view: None,
            led: None,
            barred: Epoch::default(),
            stage: Stage::Prepare,
            definitions: BTreeMap::new(),
            units: BTreeMap::new(),
            participants: Participants::default(),
            claims: Claims::new(me.clone(), secret),
            right: Instant::ZERO,
            named_right: Instant::ZERO,
            named: Epoch::default(),
            runs: 0,
            leaving: false,
            dirty: BTreeSet::new(),
            unsaid: false,
        }
    }

    /// The regime whose orders count, or counted last.
    pub fn epoch(&self) -> Epoch {
        self.led.as_ref().map_or(self.barred, |(epoch, _)| *epoch)
    }

    /// How far recovery is, as this node was told; none while nobody leads.
    pub fn stage(&self) -> Option<(Epoch, Stage)> {
        self.led.as_ref().map(|(epoch, _)| (*epoch, self.stage))
    }

    /// How the instances stand here.
    pub fn units(&self) -> Vec<UnitReport> {
        self.units.iter().map(|(slot, unit)| unit.report(slot, self.claims.token(slot))).collect()
    }

    /// Until when each run may go on, if that is not renewed; those that are frozen, or end because they lost their name, are
    /// left out.
    pub fn rights(&self) -> impl Iterator<Item = (&Slot, u64, Option<Instant>)> {
        let ends = |slot: &Slot, unit: &Unit| {
            let named = !unit.service.is_exclusive() || self.claims.token(slot).is_some();
            matches!(unit.state, State::Stopping { .. }) && named
        };
        let on = self.units.iter().filter(move |(slot, unit)| unit.is_up() || ends(slot, unit));
        on.map(|(slot, unit)| (slot, unit.run, unit.needs_right().then(|| self.right_of(unit) + unit.service.grace)))
    }

    /// Whether an instance has no right to run any more.
    fn is_over(&self, unit: &Unit, now: Instant) -> bool {
        unit.needs_right() && self.right_of(unit) + unit.service.grace <= now
    }

    fn right_of(&self, unit: &Unit) -> Instant {
        if unit.service.is_exclusive() { self.named_right } else { self.right }
    }

    /// This node has a view.
    pub fn on_view(&mut self, view: &ViewId) {
        self.view = Some(view.clone());
    }

    /// The members leave the old view.
    pub fn on_transition(&mut self, now: Instant, out: Out<'_>) {
        self.view = None;
        self.halt(now, out);
    }

    /// The old view is left, or the right to act was given anew: orders are void, and what is shared is left.
    fn halt(&mut self, now: Instant, out: Out<'_>) {
        self.bar();
        self.participants.prepare(now, self.barred, out);
        let live: Vec<Slot> =
            self.units.iter().filter(|(_, unit)| unit.is_live()).map(|(slot, _)| slot.clone()).collect();
        for slot in live {
            let Some(unit) = self.units.get(&slot) else { continue };
            match unit.service.in_transition {
                InTransition::Keep => {}
                InTransition::Signal => {
                    if unit.state == State::Ready {
                        out.push(Effect::Order(ProcessOrder::Signal { slot, run: unit.run }));
                    }
                }
                InTransition::Restart => {
                    let within = unit.service.stop_timeout;
                    self.stop(&slot, within, false, out);
                }
            }
        }
    }

    fn bar(&mut self) {
        self.barred = self.epoch();
        self.led = None;
        self.stage = Stage::Prepare;
        self.units.values_mut().for_each(|unit| unit.want = Want::Hold);
        self.unsaid = true;
    }

    /// Somebody leads recovery in a regime. That begins when all its members have its view: it is none of this node, or of
    /// an earlier start of it, if the view here is another.
    pub fn on_muster(&mut self, now: Instant, from: &NodeName, epoch: Epoch, view: &ViewId, out: Out<'_>) {
        if self.view.as_ref() != Some(view) {
            return;
        }
        let newer = epoch > self.epoch();
        if !newer && self.led != Some((epoch, from.clone())) {
            return;
        }
        if newer {
            if self.led.is_some() {
                self.halt(now, out);
            }
            self.led = Some((epoch, from.clone()));
            // A restart of this node's agent begins its runs anew, but never a regime's.
            self.runs = self.runs.max(epoch.0 << 20);
        }
        self.unsaid = true;
    }

    /// Services that orders will name.
    pub fn on_definitions(&mut self, from: &NodeName, epoch: Epoch, services: Vec<Arc<Service>>) {
        if self.led == Some((epoch, from.clone())) {
            for service in services {
                if self.definitions.len() < MAX_DEFINITIONS || self.definitions.contains_key(&service.name) {
                    self.definitions.insert(service.name.clone(), service);
                }
            }
        }
    }

    /// Orders came.
    pub fn on_orders(&mut self, now: Instant, from: &NodeName, orders: Orders, out: Out<'_>) {
        let Orders { epoch, stage, units, forget, participants } = orders;
        if self.led != Some((epoch, from.clone())) {
            return;
        }
        if self.stage != stage {
            self.stage = stage;
            out.push(Effect::Publish(News::Stage { epoch, stage }));
        }
        for slot in &forget {
            if self.units.get(slot).is_some_and(|unit| unit.state == State::Failed) {
                self.units.remove(slot);
                self.dirty.insert(slot.clone());
            }
        }
        let mut ordered = BTreeSet::new();
        for order in units.into_iter().take(MAX_UNITS) {
            ordered.insert(order.slot.clone());
            self.on_order(order, out);
        }
        // Whoever leads sends the others again with the next orders that name them.
        let named: BTreeSet<&ServiceName> = ordered.iter().map(|slot| &slot.service).collect();
        self.definitions.retain(|name, _| named.contains(name));
        for (slot, unit) in &mut self.units {
            if !ordered.contains(slot) {
                unit.want = Want::Stop;
            }
        }
        self.advance_all(now, out);
        for (id, phase) in participants {
            self.participants.order(now, id, epoch, phase, out);
        }
        self.unsaid = true;
    }

    fn on_order(&mut self, order: UnitOrder, out: Out<'_>) {
        let UnitOrder { slot, level, version, generation } = order;
        let defined = self.definitions.get(&slot.service).filter(|service| service.version == version).cloned();
        let known = self.units.get(&slot).map(|unit| (unit.service.version, unit.generation));
        match (known, defined) {
            (Some(known), _) if known == (version, generation) => {
                let Some(unit) = self.units.get_mut(&slot) else { return };
                (unit.want, unit.level) = (Want::Run, level);
            }
            (known, Some(service)) => {
                let live = known.is_some() && self.units.get(&slot).is_some_and(Unit::is_live);
                if live {
                    // Whoever leads first has the one before ended.
                    if let Some(unit) = self.units.get_mut(&slot) {
                        unit.want = Want::Stop;
                    }
                    return;
                }
                if known.is_some_and(|(known, _)| known != version) {
                    // The name was claimed for how long the earlier version may run on.
                    self.claims.release(&slot, out);
                }
                let mut unit = Unit::new(service, generation, level);
                unit.want = Want::Run;
                self.units.insert(slot.clone(), unit);
                self.dirty.insert(slot);
            }
            (_, None) => {}
        }
    }

    /// What coordination replied.
    pub fn on_reply(&mut self, now: Instant, ticket: u64, reply: Reply, last: bool, out: Out<'_>) {
        match self.claims.on_reply(ticket, reply, last, out) {
            Outcome::Held(slot, _) => {
                self.dirty.insert(slot.clone());
                self.advance(now, &slot, out);
            }
            Outcome::Lost(slots) => {
                for slot in slots {
                    self.lose(&slot, "another regime does not know its name any more", out);
                    self.advance(now, &slot, out);
                }
            }
            Outcome::Nothing => {}
        }
    }

    /// An instance has no right to run any more: it ends, and soon.
    fn lose(&mut self, slot: &Slot, why: &str, out: Out<'_>) {
        let Some(unit) = self.units.get_mut(slot) else { return };
        self.dirty.insert(slot.clone());
        if unit.is_live() {
            unit.say(why);
            let within = unit.service.loss_timeout;
            self.stop(slot, within, false, out);
        } else if matches!(unit.state, State::Claiming | State::Backoff(_)) {
            unit.state = State::Waiting;
        }
    }

    /// The right to act lasts until then, by this regime; none says that there is none now.
    pub fn on_right(&mut self, right: Option<(Epoch, Instant)>) {
        if let Some((epoch, until)) = right {
            self.right = until;
            if epoch == self.named && self.claims.is_sure() {
                self.named_right = until;
            }
        }
    }

    /// All is known of names here up to the beginning of a regime.
    pub fn on_named(&mut self, now: Instant, epoch: Epoch, right: Option<(Epoch, Instant)>, out: Out<'_>) {
        self.named = epoch;
        self.on_right(right);
        self.advance_all(now, out);
    }

    /// Comes once a heartbeat.
    pub fn on_timer(&mut self, now: Instant, out: Out<'_>) {
        self.claims.ask(out);
        self.unsaid |= self.participants.on_timer(now, out);
        self.check_rights(now, out);
        let slots: Vec<Slot> = self.units.keys().cloned().collect();
        for slot in slots {
            if let Some(unit) = self.units.get(&slot)
                && let State::Starting(due) = unit.state
                && due <= now
            {
                let why = alloc::format!("not ready within {:?}", unit.service.start_timeout);
                self.fail_live(&slot, &why, out);
            }
            self.advance(now, &slot, out);
        }
    }

    /// What needs the right to act ends, or is frozen, when that is over.
    fn check_rights(&mut self, now: Instant, out: Out<'_>) {
        let slots = self.units.iter().filter(|(_, unit)| unit.is_up() && self.is_over(unit, now));
        let slots: Vec<Slot> = slots.map(|(slot, _)| slot.clone()).collect();
        for slot in slots {
            let Some(unit) = self.units.get_mut(&slot) else { continue };
            if unit.service.without_quorum == WithoutQuorum::Freeze && unit.state == State::Ready {
                unit.state = State::Frozen;
                unit.say("there is no quorum");
                out.push(Effect::Order(ProcessOrder::Freeze { slot: slot.clone(), run: unit.run }));
                self.dirty.insert(slot);
            } else {
                self.lose(&slot, "there is no quorum", out);
            }
        }
    }

    /// Something happened to processes. What is about an earlier run is void.
    pub fn on_fact(&mut self, now: Instant, fact: ProcessFact, out: Out<'_>) {
        let ProcessFact { slot, run, kind } = fact;
        if let ProcessFactKind::Adopted { service, generation, level, ready } = kind {
            return self.on_adopted(now, slot, run, Unit::new(service, generation, level), ready);
        }
        let lapsed = self.units.get(&slot).is_some_and(|unit| self.is_over(unit, now));
        let Some(unit) = self.units.get_mut(&slot).filter(|unit| unit.run == run) else { return };
        self.dirty.insert(slot.clone());
        match kind {
            ProcessFactKind::Ready => {
                if matches!(unit.state, State::Starting(_)) {
                    unit.state = State::Ready;
                    unit.say("");
                }
            }
            ProcessFactKind::Unwell(why) => {
                if unit.is_up() {
                    self.fail_live(&slot, &why, out);
                }
            }
            ProcessFactKind::Stuck(why) => unit.say(&why),
            ProcessFactKind::Lapsed => {
                unit.state = State::Waiting;
                unit.say("its right to run, or the regime that ordered it, was over");
            }
            ProcessFactKind::Gone(why) => match unit.state {
                State::Stopping { failed: false } => unit.state = State::Waiting,
                State::Stopping { failed: true } => {
                    let why = unit.why.clone();
                    unit.fail(now, &why);
                }
                // Its runner was first to see that there is no right any more: that is no failure.
                State::Starting(_) | State::Ready | State::Frozen if lapsed => unit.state = State::Waiting,
                _ => unit.fail(now, &why),
            },
            ProcessFactKind::Adopted { .. } => {}
        }
        self.advance(now, &slot, out);
    }

    fn on_adopted(&mut self, now: Instant, slot: Slot, run: u64, mut unit: Unit, ready: bool) {
        self.runs = self.runs.max(run);
        unit.run = run;
        unit.state = if ready { State::Ready } else { State::Starting(now + unit.service.start_timeout) };
        self.dirty.insert(slot.clone());
        self.units.insert(slot, unit);
    }

    /// A live instance failed: what is left of it ends before it is started again.
    fn fail_live(&mut self, slot: &Slot, why: &str, out: Out<'_>) {
        if let Some(unit) = self.units.get_mut(slot) {
            unit.say(why);
            let within = unit.service.stop_timeout;
            self.stop(slot, within, true, out);
        }
    }

    fn stop(&mut self, slot: &Slot, within: Duration, failed: bool, out: Out<'_>) {
        if let Some(unit) = self.units.get_mut(slot) {
            unit.state = State::Stopping { failed };
            self.dirty.insert(slot.clone());
            out.push(Effect::Order(ProcessOrder::Stop { slot: slot.clone(), run: unit.run, within }));
        }
    }

    fn advance_all(&mut self, now: Instant, out: Out<'_>) {
        let slots: Vec<Slot> = self.units.keys().cloned().collect();
        for slot in slots {
            self.advance(now, &slot, out);
        }
    }

    /// Takes an instance one step towards what is wanted of it.
    fn advance(&mut self, now: Instant, slot: &Slot, out: Out<'_>) {
        let Some(unit) = self.units.get(slot) else { return };
        let (want, state, exclusive) = (unit.want, unit.state, unit.service.is_exclusive());
        let idle = matches!(state, State::Waiting | State::Claiming | State::Backoff(_));
        if want == Want::Run && idle && !self.stage.reaches(unit.level) {
            // It was told to run on, and is gone: it starts anew when its level is reached again.
            return;
        }
        let known = self.led.as_ref().is_some_and(|(epoch, _)| *epoch == self.named);
        let has_name = !exclusive || self.claims.token(slot).is_some() && known;
        let right = self.right_of(unit);
        match (want, state) {
            (Want::Stop, State::Starting(_) | State::Ready | State::Frozen) => {
                let within = unit.service.stop_timeout;
                self.stop(slot, within, false, out);
            }
            (Want::Stop, State::Waiting | State::Claiming | State::Backoff(_)) => {
                self.claims.release(slot, out);
                self.units.remove(slot);
                self.dirty.insert(slot.clone());
            }
            (_, State::Failed) => self.claims.release(slot, out),
            (Want::Run, State::Waiting | State::Claiming) if !has_name => {
                let delay = unit.service.delay();
                self.claims.claim(slot, delay, out);
                self.become_(slot, State::Claiming);
            }
            (Want::Run, State::Waiting | State::Claiming) => self.start(now, slot, out),
            (Want::Run, State::Backoff(due)) if due <= now && has_name => self.start(now, slot, out),
            (Want::Run, State::Backoff(due)) if due <= now => self.become_(slot, State::Waiting),
            (Want::Run, State::Frozen) if has_name && right > now => {
                let run = unit.run;
                out.push(Effect::Order(ProcessOrder::Thaw { slot: slot.clone(), run }));
                self.become_(slot, State::Ready);
            }
            _ => {}
        }
    }

    fn become_(&mut self, slot: &Slot, state: State) {
        if let Some(unit) = self.units.get_mut(slot).filter(|unit| unit.state != state) {
            unit.state = state;
            self.dirty.insert(slot.clone());
        }
    }

    fn start(&mut self, now: Instant, slot: &Slot, out: Out<'_>) {
        let Some(unit) = self.units.get(slot) else { return };
        if unit.needs_right() && self.right_of(unit) <= now {
            // It starts with the next heartbeat that brings the right.
            return;
        }
        let Some(unit) = self.units.get_mut(slot) else { return };
        self.runs += 1;
        unit.run = self.runs;
        unit.state = State::Starting(now + unit.service.start_timeout);
        self.dirty.insert(slot.clone());
        out.push(Effect::Order(ProcessOrder::Launch {
            slot: slot.clone(),
            run: unit.run,
            service: unit.service.clone(),
            generation: unit.generation,
            level: unit.level,
            token: self.claims.token(slot),
            epoch: self.led.as_ref().map_or(self.barred, |(epoch, _)| *epoch),
        }));
    }

    /// What happened since this was called last: told to those who watch here, and to whoever leads.
    pub fn say(&mut self, out: Out<'_>) -> Option<(NodeName, RecoveryTalk)> {
        for slot in core::mem::take(&mut self.dirty) {
            self.unsaid = true;
            out.push(Effect::Publish(match self.units.get(&slot) {
                Some(unit) => News::Unit(unit.report(&slot, self.claims.token(&slot))),
                None => News::Over(slot),
            }));
        }
        let (epoch, leader) = self.led.clone().filter(|_| self.unsaid)?;
        self.unsaid = false;
        let (leaving, units, participants) = (self.leaving, self.units(), self.participants.reports());
        let standing = Standing { epoch, leaving, units, participants };
        Some((leader, RecoveryTalk::Standing(standing)))
    }

    /// The link to a peer is up: what was said before may be lost.
    pub fn on_link_up(&mut self, peer: &NodeName) {
        self.unsaid |= self.led.as_ref().is_some_and(|(_, leader)| leader == peer);
    }

    /// A program takes part.
    pub fn join(&mut self, now: Instant, id: u64, about: super::About, out: Out<'_>) -> bool {
        self.unsaid = true;
        let epoch = self.epoch();
        self.participants.join(now, id, epoch, about, out)
    }

    /// A program has done what it was told, or takes part no more.
    pub fn on_participant(&mut self, news: bool) {
        self.unsaid |= news;
    }

    /// This node is about to leave: what runs here shall run elsewhere.
    pub fn on_leave(&mut self) {
        self.leaving = true;
        self.unsaid = true;
    }

    /// How long what runs here may need to end; none when nothing runs.
    pub fn patience(&self) -> Option<Duration> {
        self.units.values().filter(|unit| unit.is_live()).map(|unit| unit.service.stop_timeout).max()
    }

    /// This node's name.
    pub fn name(&self) -> &NodeName {
        &self.name
    }
}

impl Unit {
    /// Whether it may run only with the right to act.
    fn needs_right(&self) -> bool {
        self.service.without_quorum != WithoutQuorum::CarryOn
    }
}
