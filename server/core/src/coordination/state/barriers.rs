//! What entries do to barriers.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

use super::{Abortion, Barrier, BarrierStep, Clock, Missing, Phase, Session, State, Step, What, limits::fits};
use crate::{
    types::{NodeName, Path, SessionId},
    wire::{Denial, Done, LimitKind, Participant, Parties, Plan, RangeKind},
};

/// What a barrier, and what each place at it, takes beside its texts.
const BARRIER_BYTES: usize = 256;
const PLACE_BYTES: usize = 64;

impl Step<'_> {
    pub(super) fn enter(
        &mut self,
        session: SessionId,
        path: &Path,
        plan: &Plan,
        node: &NodeName,
    ) -> Result<Done, Denial> {
        if plan.parties == Parties::Count(0) {
            return Err(Denial::OutOfRange(RangeKind::Parties));
        }
        if let Parties::Group { name, .. } = &plan.parties
            && self.state.sessions.get(&session).is_none_or(|session| session.group != *name)
        {
            return Err(Denial::OtherGroup);
        }
        if let Some(known) = self.state.barriers.get(path) {
            if !known.is_idle() && known.plan != *plan {
                return Err(Denial::OtherPlan);
            }
            if known.early.contains_key(&session) {
                return Ok(Done::Entered { generation: known.generation + 1 });
            }
            if known.arrived.contains_key(&session) {
                return Ok(Done::Entered { generation: known.generation });
            }
        }
        self.check_place(session, path, plan)?;
        self.visit(session, path, plan);
        let Some(barrier) = self.state.barriers.get_mut(path) else { return Err(Denial::NotThere) };
        if barrier.phase == Phase::Inside {
            barrier.early.insert(session, node.clone());
            let generation = barrier.generation + 1;
            self.tell_step(path, generation, BarrierStep::Arrived(session));
            return Ok(Done::Entered { generation });
        }
        let first = barrier.arrived.is_empty();
        barrier.arrived.insert(session, node.clone());
        let generation = barrier.generation;
        if first {
            self.begin_generation(path);
        }
        self.tell_step(path, generation, BarrierStep::Arrived(session));
        self.advance(path);
        Ok(Done::Entered { generation })
    }

    /// The barrier is there, is what this session says, and remembers it.
    fn visit(&mut self, session: SessionId, path: &Path, plan: &Plan) {
        let state = &mut *self.state;
        if state.barriers.get(path).is_some_and(|barrier| barrier.plan != *plan) {
            state.unlist(path);
        }
        match state.barriers.get_mut(path) {
            Some(barrier) => barrier.plan = plan.clone(),
            None => state.add_barrier(path.clone(), Barrier::new(plan.clone(), state.generations + 1)),
        }
        state.note_visit(session, path);
        if let Parties::Group { name, .. } = &plan.parties {
            state.gatherings.entry(name.clone()).or_default().insert(path.clone());
        }
    }

    /// Whom the generation waits for is settled now.
    fn begin_generation(&mut self, path: &Path) {
        let members = self.members();
        let state = &mut *self.state;
        let Some(barrier) = state.barriers.get_mut(path) else { return };
        let group = awaited(&state.groups, &barrier.plan).len();
        barrier.begin(&members, group);
        if let Some(span) = barrier.plan.deadline {
            self.clocks.push(Clock::Barrier(path.clone(), barrier.generation, span));
        }
    }

    fn check_place(&self, session: SessionId, path: &Path, plan: &Plan) -> Result<(), Denial> {
        let Some(limits) = self.limits else { return Ok(()) };
        // So many could never come.
        let wanted = match &plan.parties {
            Parties::Count(count) | Parties::Group { least: count, .. } => *count as usize,
            Parties::Members { .. } => 0,
        };
        fits(LimitKind::Participants, wanted.saturating_sub(1), limits.participants)?;
        let known = self.state.sessions.get(&session);
        if !known.is_some_and(|session| session.barriers.contains(path)) {
            fits(LimitKind::SessionNames, known.map_or(0, Session::places), limits.session_names)?;
        }
        fits(LimitKind::StateBytes, self.state.bytes, limits.state_bytes)?;
        match self.state.barriers.get(path) {
            Some(barrier) => fits(LimitKind::Participants, barrier.size(), limits.participants),
            None => fits(LimitKind::Names, self.state.paths(), limits.names),
        }
    }

    pub(super) fn leave(&mut self, session: SessionId, path: &Path) -> Result<Done, Denial> {
        let barrier = self.state.barriers.get_mut(path).ok_or(Denial::NotThere)?;
        let generation = barrier.generation;
        if barrier.early.remove(&session).is_some() {
            self.tell_step(path, generation + 1, BarrierStep::Gone(session));
            return Ok(Done::Left { generation: generation + 1 });
        }
        if !barrier.arrived.contains_key(&session) {
            return Err(Denial::NotThere);
        }
        if barrier.phase == Phase::Inside {
            if barrier.leaving.insert(session) {
                self.tell_step(path, generation, BarrierStep::Left(session));
            }
            self.advance(path);
            return Ok(Done::Leaving { generation });
        }
        // Who goes away from where it waits is not one that is lost: the others go on waiting.
        barrier.arrived.remove(&session);
        self.tell_step(path, generation, BarrierStep::Gone(session));
        Ok(Done::Left { generation })
    }

    pub(super) fn abort(&mut self, session: SessionId, path: &Path, reason: &Arc<str>) -> Result<Done, Denial> {
        let barrier = self.state.barriers.get(path).ok_or(Denial::NotThere)?;
        let generation = barrier.generation;
        if !barrier.arrived.contains_key(&session) {
            return Err(Denial::NotThere);
        }
        self.give_up(path, Abortion::Asked(reason.clone()));
        Ok(Done::Aborted { generation })
    }

    pub(super) fn overdue(&mut self, path: &Path, generation: u64) {
        let gathers = |barrier: &Barrier| {
            barrier.generation == generation && barrier.phase == Phase::Gathering && !barrier.arrived.is_empty()
        };
        if self.state.barriers.get(path).is_some_and(gathers) {
            self.give_up(path, Abortion::Overdue);
        }
    }

    /// A session is over that took part.
    pub(super) fn depart(&mut self, session: SessionId, path: &Path) {
        let Some(barrier) = self.state.barriers.get_mut(path) else { return };
        self.state.bytes -= PLACE_BYTES;
        barrier.visitors -= 1;
        let generation = barrier.generation;
        if barrier.early.remove(&session).is_some() {
            self.tell_step(path, generation + 1, BarrierStep::Gone(session));
        } else if let Some(node) = barrier.arrived.remove(&session) {
            barrier.leaving.remove(&session);
            let others = !barrier.arrived.is_empty();
            let is_member = !matches!(barrier.plan.parties, Parties::Group { .. });
            let ends = is_member && barrier.mourn(Some(&node));
            self.tell_step(path, generation, BarrierStep::Gone(session));
            if ends && others {
                self.give_up(path, Abortion::Departed(session));
            }
        }
        self.advance(path);
        self.forget_barrier(path);
    }

    /// A session of a group is over, whether it had come or not.
    pub(super) fn on_group_left(&mut self, group: &Arc<str>, session: SessionId) {
        if group.is_empty() {
            return;
        }
        let gatherings = self.state.gatherings.get(group);
        let waits = |path: &&Path| self.state.barriers.get(*path).is_some_and(|barrier| !barrier.arrived.is_empty());
        let paths: Vec<Path> = gatherings.into_iter().flatten().filter(waits).cloned().collect();
        for path in paths {
            if self.state.barriers.get_mut(&path).is_some_and(|barrier| barrier.mourn(None)) {
                self.give_up(&path, Abortion::Departed(session));
            }
            self.advance(&path);
        }
    }

    /// The view has other members: those that barriers wait for may be gone.
    pub(super) fn on_members(&mut self, members: &[Participant]) {
        let here: BTreeSet<&NodeName> = members.iter().map(|member| &member.identity.name).collect();
        let waits = |barrier: &Barrier| {
            barrier.phase == Phase::Gathering && barrier.nodes.iter().any(|node| !here.contains(node))
        };
        let concerned = self.state.barriers.iter().filter(|(_, barrier)| waits(barrier));
        let paths: Vec<Path> = concerned.map(|(path, _)| path.clone()).collect();
        for path in paths {
            let Some(barrier) = self.state.barriers.get_mut(&path) else { continue };
            let gone: Vec<NodeName> = barrier.nodes.iter().filter(|node| !here.contains(node)).cloned().collect();
            for node in gone {
                // Whoever came through it may still be there, and moves to another node.
                let came = barrier.arrived.values().any(|through| *through == node);
                if !came && barrier.mourn(Some(&node)) {
                    self.give_up(&path, Abortion::MemberDeparted(node));
                    break;
                }
            }
            self.advance(&path);
        }
    }

    /// Lets all pass when all are there, and ends the generation when all are out.
    fn advance(&mut self, path: &Path) {
        let State { barriers, groups, .. } = &mut *self.state;
        let Some(barrier) = barriers.get_mut(path) else { return };
        let group = awaited(groups, &barrier.plan);
        let generation = barrier.generation;
        if barrier.is_full(group) {
            let double = barrier.plan.double;
            if double {
                barrier.phase = Phase::Inside;
            } else {
                barrier.end(None);
            }
            self.tell_step(path, generation, BarrierStep::Released);
        } else if barrier.is_empty_inside() {
            barrier.end(None);
            self.tell_step(path, generation, BarrierStep::Completed);
            self.resume(path);
        }
    }

    fn give_up(&mut self, path: &Path, why: Abortion) {
        let Some(barrier) = self.state.barriers.get_mut(path) else { return };
        let generation = barrier.generation;
        barrier.end(Some(why.clone()));
        self.tell_step(path, generation, BarrierStep::Aborted(why));
        self.resume(path);
    }

    /// A generation begins with those who came early, if any did.
    fn resume(&mut self, path: &Path) {
        if self.state.barriers.get(path).is_some_and(|barrier| !barrier.arrived.is_empty()) {
            self.begin_generation(path);
            self.advance(path);
        }
    }

    /// A barrier is forgotten when no session is left that ever came to it.
    fn forget_barrier(&mut self, path: &Path) {
        if self.state.barriers.get(path).is_some_and(|barrier| barrier.visitors == 0) {
            self.state.unlist(path);
            if let Some(barrier) = self.state.barriers.remove(path) {
                self.state.generations = self.state.generations.max(barrier.generation);
            }
            self.state.bytes -= BARRIER_BYTES + path.as_str().len();
        }
    }

    fn tell_step(&mut self, path: &Path, generation: u64, step: BarrierStep) {
        self.tell(What::Barrier { path: path.clone(), generation, step });
    }
}

/// The sessions of the group that a barrier waits for; none when it waits for others.
fn awaited<'a>(groups: &'a BTreeMap<Arc<str>, BTreeSet<SessionId>>, plan: &Plan) -> &'a BTreeSet<SessionId> {
    static NOBODY: BTreeSet<SessionId> = BTreeSet::new();
    match &plan.parties {
        Parties::Group { name, .. } => groups.get(name).unwrap_or(&NOBODY),
        _ => &NOBODY,
    }
}

impl State {
    /// Who is waited for at a barrier.
    #[must_use]
    pub fn missing(&self, barrier: &Barrier) -> Missing {
        barrier.missing(awaited(&self.groups, &barrier.plan))
    }

    pub(super) fn add_barrier(&mut self, path: Path, barrier: Barrier) {
        self.bytes += BARRIER_BYTES + path.as_str().len();
        self.barriers.insert(path, barrier);
    }

    /// The session has come to the barrier.
    pub(super) fn note_visit(&mut self, session: SessionId, path: &Path) {
        let Some(session) = self.sessions.get_mut(&session) else { return };
        if let Some(barrier) = self.barriers.get_mut(path)
            && session.barriers.insert(path.clone())
        {
            barrier.visitors += 1;
            self.bytes += PLACE_BYTES;
        }
    }

    /// The barrier does not wait for its group any more.
    fn unlist(&mut self, path: &Path) {
        let Some(Parties::Group { name, .. }) = self.barriers.get(path).map(|barrier| &barrier.plan.parties) else {
            return;
        };
        if let Some(paths) = self.gatherings.get_mut(name) {
            paths.remove(path);
            if paths.is_empty() {
                let name = name.clone();
                self.gatherings.remove(&name);
            }
        }
    }
}
