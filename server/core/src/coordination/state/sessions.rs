//! What entries do to sessions.

use alloc::{sync::Arc, vec::Vec};

use super::{Clock, End, Session, Step, TTL, What, limits::fits};
use crate::{
    types::{Identity, SessionId},
    wire::{Denial, Done, LimitKind, Opening, Participant, RangeKind},
};

impl Step<'_> {
    pub(super) fn open(&mut self, opening: &Opening, request: Option<&Arc<str>>) -> Result<Done, Denial> {
        if let Some(id) = request.and_then(|request| self.state.opened.get(request))
            && let Some(known) = self.state.sessions.get(id)
        {
            if known.client != opening.client {
                return Err(Denial::OtherRequest);
            }
            // Its client is heard of again.
            let (id, known) = (*id, known.clone());
            self.run_session(id);
            return Ok(Done::Opened { session: id, secret: known.secret, ttl: known.ttl });
        }
        if !TTL.contains(&opening.ttl) {
            return Err(Denial::OutOfRange(RangeKind::Ttl));
        }
        if let Some(limits) = self.limits {
            fits(LimitKind::Sessions, self.state.sessions.len(), limits.sessions)?;
            let own = self.state.clients.get(&opening.client).copied().unwrap_or_default();
            fits(LimitKind::ClientSessions, own, limits.client_sessions)?;
            fits(LimitKind::StateBytes, self.state.bytes, limits.state_bytes)?;
        }
        let id = SessionId { epoch: self.epoch, number: self.revision.0 };
        let session = Session::new(id, opening, request.cloned());
        let about = session.about();
        self.state.admit(session);
        self.run_session(id);
        self.tell(What::Opened { session: id, about });
        Ok(Done::Opened { session: id, secret: opening.secret, ttl: opening.ttl })
    }

    /// The time of the session begins anew; that of a member needs none.
    pub(super) fn run_session(&mut self, id: SessionId) {
        if let Some(session) = self.state.sessions.get(&id).filter(|session| session.member.is_none()) {
            self.clocks.push(Clock::Session(id, session.ttl));
        }
    }

    /// A regime begins: sessions of members that are not in its view are over.
    pub(super) fn end_departed(&mut self, members: &[Participant]) {
        let is_gone = |member: &Identity| members.iter().all(|participant| participant.identity != *member);
        let gone = self.state.sessions.values().filter(|session| session.member.as_ref().is_some_and(is_gone));
        let gone: Vec<SessionId> = gone.map(|session| session.id).collect();
        for session in gone {
            self.end_session(session, End::Expired);
        }
    }

    /// The session is over, and with it all it has.
    pub(super) fn end_session(&mut self, id: SessionId, end: End) {
        let Some(session) = self.state.dismiss(id) else { return };
        for path in &session.names {
            self.drop_name(id, path, end);
        }
        for path in &session.barriers {
            self.depart(id, path);
        }
        self.on_group_left(&session.group, id);
        self.tell(What::Ended { session: id, label: session.label, end });
    }
}

impl super::State {
    pub(super) fn admit(&mut self, session: Session) {
        self.bytes += session.bytes();
        *self.clients.entry(session.client.clone()).or_default() += 1;
        if let Some(request) = &session.request {
            self.opened.insert(request.clone(), session.id);
        }
        if !session.group.is_empty() {
            self.groups.entry(session.group.clone()).or_default().insert(session.id);
        }
        self.sessions.insert(session.id, session);
    }

    fn dismiss(&mut self, id: SessionId) -> Option<Session> {
        let session = self.sessions.remove(&id)?;
        self.bytes -= session.bytes();
        if let Some(count) = self.clients.get_mut(&session.client) {
            *count -= 1;
            if *count == 0 {
                self.clients.remove(&session.client);
            }
        }
        if let Some(request) = &session.request {
            self.opened.remove(request);
        }
        if let Some(group) = self.groups.get_mut(&session.group) {
            group.remove(&id);
            if group.is_empty() {
                self.groups.remove(&session.group);
            }
        }
        Some(session)
    }
}
