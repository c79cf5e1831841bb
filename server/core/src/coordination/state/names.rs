//! What entries do to names.

use alloc::{sync::Arc, vec::Vec};

use super::{Clock, End, Holder, Limits, MAX_DELAY, Name, Session, State, Step, Waiter, What, limits::fits};
use crate::{
    types::{Duration, Path, Revision, SessionId, Token},
    wire::{Claim, Denial, Done, LimitKind, Mode, NameKind, RangeKind},
};

/// What a name, and what each place at it, takes beside its texts.
const NAME_BYTES: usize = 128;

impl Step<'_> {
    pub(super) fn bind(
        &mut self,
        session: SessionId,
        path: &Path,
        value: &Arc<[u8]>,
        shared: bool,
        expected: Option<Revision>,
    ) -> Result<Done, Denial> {
        let mode = if shared { Mode::Shared } else { Mode::Exclusive };
        let known = self.name_of_kind(path, NameKind::Binding)?;
        let own = known.and_then(|name| name.holders.get(&session)).map(|own| (own.mode, own.modified));
        let modified = own.map(|(_, modified)| modified).unwrap_or_default();
        if own.is_none() && !self.is_free(known, mode) {
            return Err(self.held_by(known));
        }
        if expected.is_some_and(|expected| expected != modified) {
            return Err(Denial::Changed { modified });
        }
        if let Some((mode, _)) = own.filter(|(held, _)| *held != mode) {
            return Err(Denial::OtherMode { mode });
        }
        if own.is_some() {
            self.revalue(session, path, value)?;
        } else {
            self.check_room(session, path, value)?;
            let claim = Claim {
                path: path.clone(),
                kind: NameKind::Binding,
                mode,
                value: value.clone(),
                wait: false,
                delay: Duration::ZERO,
            };
            self.grant_new(session, &claim);
        }
        let token = self.state.held(session, path).map(|held| held.token).unwrap_or_default();
        Ok(Done::Bound { token, modified: self.revision })
    }

    pub(super) fn unbind(
        &mut self,
        session: SessionId,
        path: &Path,
        expected: Option<Revision>,
    ) -> Result<Done, Denial> {
        self.name_of_kind(path, NameKind::Binding)?;
        let modified = self.state.held(session, path).ok_or(Denial::NotHeld)?.modified;
        if expected.is_some_and(|expected| expected != modified) {
            return Err(Denial::Changed { modified });
        }
        self.let_go(session, path, End::Closed);
        Ok(Done::Unbound)
    }

    pub(super) fn acquire(&mut self, session: SessionId, claim: &Claim) -> Result<Done, Denial> {
        if claim.delay > MAX_DELAY {
            return Err(Denial::OutOfRange(RangeKind::Delay));
        }
        if claim.mode == Mode::Counted(0) {
            return Err(Denial::OutOfRange(RangeKind::Holders));
        }
        let known = self.name_of_kind(&claim.path, claim.kind)?;
        if let Some(name) = known {
            if let Some(own) = name.holders.get(&session) {
                let same = own.mode == claim.mode;
                return if same {
                    Ok(Done::Held { token: own.token })
                } else {
                    Err(Denial::OtherMode { mode: own.mode })
                };
            }
            if let Some(waiter) = name.place(session) {
                return match name.ahead(session) {
                    _ if waiter.mode != claim.mode => Err(Denial::OtherMode { mode: waiter.mode }),
                    Some(ahead) if claim.wait => Ok(Done::Queued { ahead }),
                    _ => Err(self.held_by(known)),
                };
            }
            if !name.admits(claim.mode) {
                return Err(name.mode().map_or(Denial::NotHeld, |mode| Denial::OtherMode { mode }));
            }
        }
        let free = known.is_none_or(|name| name.queue.is_empty()) && self.is_free(known, claim.mode);
        if !free && !claim.wait {
            return Err(self.held_by(known));
        }
        if let (Some(Limits { queue, .. }), Some(name), false) = (self.limits, known, free) {
            fits(LimitKind::Queue, name.queue.len(), *queue)?;
        }
        self.check_room(session, &claim.path, &claim.value)?;
        if free {
            self.grant_new(session, claim);
            return Ok(Done::Held { token: self.token() });
        }
        let at = self.revision;
        let Claim { mode, value, delay, .. } = claim.clone();
        self.state.occupy(session, &claim.path, value.len());
        let name = self.state.names.entry(claim.path.clone()).or_insert_with(|| Name::new(claim.kind));
        name.enqueue(at, Waiter { session, mode, value, delay });
        Ok(Done::Queued { ahead: name.ahead(session).unwrap_or_default() })
    }

    pub(super) fn release(
        &mut self,
        session: SessionId,
        path: &Path,
        kind: NameKind,
        token: Option<Token>,
    ) -> Result<Done, Denial> {
        let Some(name) = self.name_of_kind(path, kind)? else { return Err(Denial::NotHeld) };
        if let Some(held) = name.holders.get(&session) {
            if token.is_some_and(|token| token != held.token) {
                return Err(Denial::NotHeld);
            }
            self.let_go(session, path, End::Closed);
        } else if name.place(session).is_some() && token.is_none() {
            self.unqueue(session, path);
            self.grant(path);
        } else {
            return Err(Denial::NotHeld);
        }
        Ok(Done::Released)
    }

    pub(super) fn proclaim(&mut self, session: SessionId, path: &Path, value: &Arc<[u8]>) -> Result<Done, Denial> {
        self.name_of_kind(path, NameKind::Election)?;
        self.state.held(session, path).ok_or(Denial::NotHeld)?;
        self.revalue(session, path, value)?;
        Ok(Done::Proclaimed { modified: self.revision })
    }

    /// A session is over that had a name, or queued for it.
    pub(super) fn drop_name(&mut self, session: SessionId, path: &Path, end: End) {
        if self.state.held(session, path).is_some() {
            self.let_go(session, path, end);
        } else {
            self.unqueue(session, path);
            self.grant(path);
        }
    }

    pub(super) fn delay_over(&mut self, path: &Path, since: Revision) {
        let Some(name) = self.state.names.get_mut(path) else { return };
        if name.delayed.is_some_and(|(from, _)| from == since) {
            name.delayed = None;
            self.grant(path);
        }
    }

    /// The sessions of a lost state are over: those who queue have their turn.
    pub(super) fn hold_off_over(&mut self) {
        self.state.held_off = false;
        let queued = self.state.names.iter().filter(|(_, name)| !name.queue.is_empty());
        let queued: Vec<Path> = queued.map(|(path, _)| path.clone()).collect();
        queued.iter().for_each(|path| self.grant(path));
    }

    /// Whether somebody may have a name in this mode now.
    fn is_free(&self, name: Option<&Name>, mode: Mode) -> bool {
        !self.state.held_off && name.is_none_or(|name| name.is_free(mode))
    }

    /// Why nobody else may have a name now.
    fn held_by(&self, name: Option<&Name>) -> Denial {
        let holder = name.and_then(|name| name.holders.keys().next().copied());
        let first = || name.and_then(|name| name.queue.values().next()).map(|waiter| waiter.session);
        match holder.or_else(first) {
            Some(by) if !self.state.is_delayed(name) => Denial::Held { by },
            _ => Denial::Delayed,
        }
    }

    /// The name, unless it is used as something else.
    fn name_of_kind(&self, path: &Path, kind: NameKind) -> Result<Option<&Name>, Denial> {
        match self.state.names.get(path) {
            Some(name) if name.kind != kind => Err(Denial::OtherKind { kind: name.kind }),
            known => Ok(known),
        }
    }

    /// Whether there is room for one more place at a name.
    fn check_room(&self, session: SessionId, path: &Path, value: &[u8]) -> Result<(), Denial> {
        let Some(limits) = self.limits else { return Ok(()) };
        self.check_value(value)?;
        let places = self.state.sessions.get(&session).map_or(0, Session::places);
        fits(LimitKind::SessionNames, places, limits.session_names)?;
        fits(LimitKind::StateBytes, self.state.bytes, limits.state_bytes)?;
        match self.state.names.get(path) {
            Some(name) => fits(LimitKind::Holders, name.holders.len(), limits.holders),
            None => fits(LimitKind::Names, self.state.paths(), limits.names),
        }
    }

    fn check_value(&self, value: &[u8]) -> Result<(), Denial> {
        let most = self.limits.map_or(usize::MAX, |limits| limits.value_bytes);
        if value.len() <= most {
            Ok(())
        } else {
            Err(Denial::Limit { what: LimitKind::ValueBytes, limit: most as u64 })
        }
    }

    fn revalue(&mut self, session: SessionId, path: &Path, value: &Arc<[u8]>) -> Result<(), Denial> {
        self.check_value(value)?;
        let (revision, state) = (self.revision, &mut *self.state);
        let Some(held) = state.names.get_mut(path).and_then(|name| name.holders.get_mut(&session)) else {
            return Err(Denial::NotHeld);
        };
        state.bytes = state.bytes + value.len() - held.value.len();
        held.value = value.clone();
        held.modified = revision;
        self.tell_bound(session, path);
        Ok(())
    }

    fn grant_new(&mut self, session: SessionId, claim: &Claim) {
        let Claim { path, kind, mode, value, delay, .. } = claim.clone();
        self.state.occupy(session, &path, value.len());
        self.state.names.entry(path.clone()).or_insert_with(|| Name::new(kind));
        self.hold(&path, Waiter { session, mode, value, delay });
    }

    fn hold(&mut self, path: &Path, waiter: Waiter) {
        let Waiter { session, mode, value, delay } = waiter;
        let holder = Holder { mode, token: self.token(), value, modified: self.revision, delay };
        if let Some(name) = self.state.names.get_mut(path) {
            name.holders.insert(session, holder);
        }
        self.tell_bound(session, path);
    }

    /// Gives the name to those whose turn it is.
    fn grant(&mut self, path: &Path) {
        while !self.state.held_off
            && let Some(waiter) = self.state.names.get_mut(path).and_then(Name::next)
        {
            self.hold(path, waiter);
        }
        if self.state.names.get(path).is_some_and(Name::is_idle) {
            self.state.names.remove(path);
        }
    }

    fn let_go(&mut self, session: SessionId, path: &Path, end: End) {
        let Some(name) = self.state.names.get_mut(path) else { return };
        let Some(binding) = name.binding(path, session) else { return };
        let Some(held) = name.holders.remove(&session) else { return };
        if end == End::Expired && !held.delay.is_zero() {
            name.delayed = Some((self.revision, held.delay));
            self.clocks.push(Clock::Delay(path.clone(), self.revision, held.delay));
        }
        self.state.vacate(session, path, held.value.len());
        self.tell(What::Unbound { binding, end });
        self.grant(path);
    }

    fn unqueue(&mut self, session: SessionId, path: &Path) {
        if let Some(waiter) = self.state.names.get_mut(path).and_then(|name| name.dequeue(session)) {
            self.state.vacate(session, path, waiter.value.len());
            self.tell(What::Unqueued { path: path.clone(), session });
        }
    }

    fn tell_bound(&mut self, session: SessionId, path: &Path) {
        if let Some(binding) = self.state.names.get(path).and_then(|name| name.binding(path, session)) {
            self.tell(What::Bound(binding));
        }
    }
}

impl State {
    /// A session's place at a name.
    fn held(&self, session: SessionId, path: &Path) -> Option<&Holder> {
        self.names.get(path).and_then(|name| name.holders.get(&session))
    }

    pub(super) fn occupy(&mut self, session: SessionId, path: &Path, value: usize) {
        self.bytes += NAME_BYTES + path.as_str().len() + value;
        if let Some(session) = self.sessions.get_mut(&session) {
            session.names.insert(path.clone());
        }
    }

    fn vacate(&mut self, session: SessionId, path: &Path, value: usize) {
        self.bytes -= NAME_BYTES + path.as_str().len() + value;
        if let Some(session) = self.sessions.get_mut(&session) {
            session.names.remove(path);
        }
    }
}
