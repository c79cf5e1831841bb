//! The handshake: both ends introduce themselves, and each may refuse the other.

use alloc::{string::String, sync::Arc};

use super::{
    Channels, Effect, Out, hang_up, nonsense,
    table::{ChannelId, Stage},
};
use crate::{
    types::{Duration, Instant, Loss},
    wire::{Frame, Hello, Refusal},
};

/// Pause before a peer that refused the handshake is tried again.
const REFUSED_PAUSE: Duration = Duration::from_secs(5);

impl Channels {
    pub(super) fn on_hello(&mut self, now: Instant, id: &ChannelId, hello: Hello, out: Out<'_>) {
        let Some(channel) = self.table.get(id) else { return };
        if channel.dialled || !matches!(channel.stage, Stage::Greeting) {
            return nonsense(id, "a second introduction", out);
        }
        if let Err((reason, text)) = self.gate.check(&hello, self.table.live(&hello.identity.name)) {
            let (peer, remote) = (Some(hello.identity.name), channel.remote.clone());
            self.send(id, Frame::Refuse { reason, text: text.clone() }, out);
            self.drop_channel(id, out);
            if reason != Refusal::Myself {
                out.push(Effect::Refused { peer, remote, reason, text });
            }
            return;
        }
        let mut welcome = self.hello.clone();
        welcome.network.clone_from(&channel.network);
        self.send(id, Frame::Welcome(welcome), out);
        self.greet(now, id, hello, out);
    }

    pub(super) fn on_welcome(&mut self, now: Instant, id: &ChannelId, hello: Hello, out: Out<'_>) {
        let Some(channel) = self.table.get_mut(id) else { return };
        if !channel.dialled || !matches!(channel.stage, Stage::Greeting) {
            return nonsense(id, "a welcome to nothing", out);
        }
        if matches!(id, ChannelId::Direct(_)) {
            channel.network.clone_from(&hello.network);
        }
        let remote = channel.remote.clone();
        match self.gate.check(&hello, self.table.live(&hello.identity.name)) {
            Ok(()) => self.greet(now, id, hello, out),
            Err((reason, text)) => {
                self.send(id, Frame::Refuse { reason, text: text.clone() }, out);
                out.push(Effect::Refused { peer: Some(hello.identity.name), remote, reason, text });
                self.close_refused(now, id, out);
            }
        }
    }

    pub(super) fn on_refuse(&mut self, now: Instant, id: &ChannelId, reason: Refusal, text: String, out: Out<'_>) {
        let Some(channel) = self.table.get(id) else { return };
        let remote = channel.remote.clone();
        match (reason, remote.clone()) {
            (Refusal::Myself, Some(address)) => out.push(Effect::Myself { address }),
            _ => out.push(Effect::RefusedBy { remote, reason, text }),
        }
        self.close_refused(now, id, out);
    }

    /// A frame came before the handshake. The accepting end waits for an introduction and for nothing else; the
    /// dialling end may be sent a heartbeat that overtook the welcome.
    pub(super) fn on_early_frame(&mut self, id: &ChannelId, what: &'static str, out: Out<'_>) {
        if self.table.get(id).is_none_or(|channel| channel.dialled) {
            return;
        }
        self.send(id, Frame::Refuse { reason: Refusal::BadHello, text: String::from(what) }, out);
        nonsense(id, what, out);
        self.drop_channel(id, out);
    }

    /// Both ends know each other: from here on heartbeats decide.
    pub(super) fn greet(&mut self, now: Instant, id: &ChannelId, hello: Hello, out: Out<'_>) {
        for old in self.table.older_boots(&hello.identity) {
            self.fail(now, &old, Loss::Restarted, out);
        }
        let hello = Arc::new(hello);
        let Some(channel) = self.table.greet(now, id, hello.clone()) else { return };
        let dialled = if channel.dialled { channel.remote.clone() } else { None };
        out.push(Effect::Greeted { hello, dialled });
        self.beat(now, id, out);
    }

    pub(super) fn close_refused(&mut self, now: Instant, id: &ChannelId, out: Out<'_>) {
        let remote = self.table.get(id).and_then(|channel| channel.remote.clone());
        self.part(now, id, Loss::Rejected, out);
        if let Some(remote) = remote {
            self.dialer.on_failed(now, &remote, REFUSED_PAUSE);
        }
        hang_up(id, out);
    }

    /// Forgets a channel that was accepted and never greeted.
    pub(super) fn drop_channel(&mut self, id: &ChannelId, out: Out<'_>) {
        self.table.remove(id);
        hang_up(id, out);
    }
}
