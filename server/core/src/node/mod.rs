//! Joins the layers: an effect of one becomes an event of the next. Only this module knows them all.
//!
//! ```text
//!   Event --> Channels --> Links --> Integration --> Quorum --> Coordination --> Recovery --> Publication
//!                ^           ^            |            |              |
//!                +-- orders -+------------+------------+--------------+          orders end as Effect
//! ```

mod api;
mod coordinate;
mod recover;
mod standing;
mod status;
mod wants;

use alloc::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    vec::Vec,
};

use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg32;

use standing::Departure;

pub use api::{Command, Durable, Effect, Event, Note, Outcome, Publication, Timer};

use crate::{
    channel::{self, ChannelId, Channels},
    coordination::{self, Coordination},
    discovery::Discovery,
    integration::{self, Integration, Want},
    link::{self, Links},
    quorum::{self, Ground, Quorum},
    recovery::Recovery,
    settings::{Settings, SettingsError},
    types::{Address, Duration, Epoch, Instant, Loss, Network, NodeName, Now, ViewId, ViewRecord},
    wire::Goodbye,
};

/// How often the addresses to be connected to are looked at anew, if nothing else makes for it.
const RETARGET: Duration = Duration::from_secs(1);

/// One node: all pure layers of an agent. One task owns it.
#[derive(Clone, Debug)]
pub struct Node {
    settings: Settings,
    channels: Channels,
    links: Links,
    discovery: Discovery,
    integration: Integration,
    quorum: Quorum,
    coordination: Coordination,
    recovery: Recovery,
    /// What coordination stands on.
    ground: Ground,
    /// The links that integration needs, and those it and quorum need together.
    needs: BTreeMap<NodeName, Want>,
    kin: BTreeSet<NodeName>,
    wants: BTreeMap<NodeName, Want>,
    departure: Departure,
    pending: VecDeque<Step>,
    changed: BTreeSet<NodeName>,
    replies: Vec<(u64, u64)>,
    /// Up to the beginning of which regime recovery was told of names.
    named: Epoch,
    /// What those who watch were told of quorum last.
    granted: Option<(Epoch, ViewId)>,
    durable: u64,
    retargeted: Instant,
}

/// An effect of a layer, on its way to its neighbour.
#[derive(Clone, Debug)]
enum Step {
    Channel(channel::Effect),
    Link(link::Effect),
    Integration(integration::Effect),
    Quorum(quorum::Effect),
    Coordination(coordination::Effect),
}

impl Node {
    /// A node that has not started. `seed` feeds its random choices (jitter only).
    ///
    /// # Errors
    /// [`SettingsError`] when a setting is out of range.
    pub fn new(settings: Settings, durable: Durable, seed: u64) -> Result<Self, SettingsError> {
        settings.check()?;
        let networks = settings.endpoints.iter().map(|(network, _)| network.clone()).collect();
        let own = settings.endpoints.iter().map(|(_, address)| address.clone());
        let mut random = Pcg32::seed_from_u64(seed);
        let discovery = Discovery::new(own, random.next_u32());
        let mut channels = Channels::new(&settings, random);
        channels.set_uid(durable.cluster);
        Ok(Self {
            discovery,
            channels,
            links: Links::new(networks),
            integration: Integration::new(&settings, durable.promised, durable.evictions, durable.cluster),
            quorum: Quorum::new(&settings, durable.cluster),
            recovery: Recovery::new(&settings),
            coordination: Coordination::new(&settings, durable.cluster, durable.promised),
            ground: Ground::default(),
            needs: BTreeMap::new(),
            kin: BTreeSet::new(),
            wants: BTreeMap::new(),
            departure: Departure::Staying,
            pending: VecDeque::new(),
            changed: BTreeSet::new(),
            replies: Vec::new(),
            named: Epoch::default(),
            granted: None,
            durable: 0,
            retargeted: Instant::ZERO,
            settings,
        })
    }

    /// Takes what happened and says what to do. Never blocks.
    pub fn handle(&mut self, now: Now, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Start => self.on_start(now, out),
            Event::Accepted { conn, network, remote } => {
                self.channel(|channels, out| channels.on_accepted(now.at, conn, network, remote, out));
            }
            Event::Connected { conn } => self.channel(|channels, out| channels.on_connected(now.at, conn, out)),
            Event::DialFailed { conn, loss } | Event::Closed { conn, loss } => {
                self.channel(|channels, out| channels.on_gone(now.at, conn, loss, out));
            }
            Event::Frame { conn, frame } => self.channel(|channels, out| channels.on_frame(now.at, conn, frame, out)),
            Event::Timer(timer) => self.on_timer(now, timer, out),
            Event::Persisted { number } => self.on_persisted(now, number, out),
            Event::Discovered { source, addresses } => self.on_discovered(now, source, addresses, out),
            Event::Command(command) => self.on_command(now, command, out),
            Event::Process(fact) => self.recovery(now, out, |recovery, out| recovery.on_fact(now.at, fact, out)),
            Event::Consensus(fact) => self.quorum(|quorum, out| quorum.on_fact(now, fact, out)),
        }
        self.settle(now, out);
        self.publish_quorum(now, out);
        self.ground(now, out);
    }

    fn on_start(&mut self, now: Now, out: &mut Vec<Effect>) {
        self.integration(|integration, out| integration.on_start(now, out));
        self.quorum.on_start(now);
        out.push(Effect::Arm { timer: Timer::Beat, at: now.at + self.settings.heartbeat });
    }

    fn on_timer(&mut self, now: Now, timer: Timer, out: &mut Vec<Effect>) {
        match timer {
            Timer::Beat => {
                out.push(Effect::Arm { timer: Timer::Beat, at: now.at + self.settings.heartbeat });
                let coming = self.quorum.coming();
                self.quorum.note_held(coming.is_some_and(|coming| self.coordination.is_held_by(&coming)));
                // News of a lease go out as heartbeats, which are then not due any more.
                self.told(|quorum, told, out| quorum.on_timer(now, told, out));
                self.record(now);
                self.settle(now, out);
                self.channel(|channels, out| channels.on_timer(now.at, out));
                self.link(|links, out| links.on_timer(now.at, out));
                self.integration(|integration, out| integration.on_timer(now, out));
                let settled = self.is_settled();
                self.coordination(|coordination, out| coordination.on_timer(now.at, settled, out));
                self.note_right(now);
                self.recovery(now, out, |recovery, out| recovery.on_timer(now.at, out));
                self.depart(now);
                if now.at.since(self.retargeted) >= RETARGET {
                    self.retargeted = now.at;
                    self.retarget(now.at);
                }
            }
            Timer::Silence => self.channel(|channels, out| channels.on_silence(now.at, out)),
            Timer::Batch => self.integration(|integration, out| integration.on_batch(now, out)),
            Timer::Transition(token) => {
                self.integration(|integration, out| integration.on_transition_timer(now, token, out));
            }
            Timer::Leave => self.integration(Integration::on_leave_timeout),
            Timer::Quorum => self.quorum(|quorum, out| quorum.on_due(now, out)),
            Timer::Round => self.coordination(|coordination, out| coordination.on_round(now.at, out)),
        }
    }

    fn on_persisted(&mut self, now: Now, number: u64, out: &mut Vec<Effect>) {
        self.durable = self.durable.max(number);
        let done = |(_, write): &(u64, u64)| *write <= self.durable;
        out.extend(self.replies.iter().filter(|reply| done(reply)).map(|(ticket, _)| reply(*ticket, Outcome::Done)));
        let durable = self.durable;
        self.replies.retain(|(_, write)| *write > durable);
        self.integration(|integration, out| integration.on_persisted(now, number, out));
    }

    fn on_discovered(
        &mut self,
        now: Now,
        source: alloc::string::String,
        addresses: Vec<Address>,
        out: &mut Vec<Effect>,
    ) {
        if !self.discovery.on_found(source, addresses) {
            out.push(Effect::Note(Note::LimitReached { what: "discovered addresses", limit: 4096 }));
        }
        self.retarget(now.at);
    }

    fn on_command(&mut self, now: Now, command: Command, out: &mut Vec<Effect>) {
        match command {
            Command::Leave => self.on_leave(now, out),
            Command::Refound { ticket } => {
                let mut steps = Vec::new();
                let outcome = match self.quorum.refound(now, &mut steps) {
                    Ok(cluster) => Outcome::Refounded(cluster),
                    Err(why) => Outcome::NotRefounded(why),
                };
                self.pending.extend(steps.into_iter().map(Step::Quorum));
                out.push(reply(ticket, outcome));
            }
            Command::Coordinate { ticket, request, patience } => {
                self.coordination(|coordination, out| coordination.ask(now.at, ticket, request, patience, out));
            }
            Command::Forget { ticket } => self.coordination.forget_ask(ticket),
            Command::Join { id, about } => self.on_join(now, id, about, out),
            Command::Acknowledge { id, epoch, phase } => {
                self.recovery(now, out, |recovery, out| recovery.on_done(now.at, id, epoch, phase, out));
            }
            Command::Part { id } => self.recovery(now, out, |recovery, out| recovery.on_part(now.at, id, out)),
            Command::Direct { ticket, directive } => self.direct(now, ticket, directive, out),
            Command::Ask { ticket, body } => self.quorum(|quorum, out| quorum.ask(ticket, body, out)),
            Command::Answer { to, number, body } => self.quorum(|quorum, out| quorum.answer(to, number, body, out)),
            Command::Evict { name, reason, ticket } if name != self.settings.identity.name => {
                self.evict(now, &name, true, reason, ticket, out);
            }
            Command::Evict { ticket, .. } => out.push(reply(ticket, Outcome::Myself)),
            Command::Readmit { name, ticket } => {
                self.evict(now, &name, false, alloc::string::String::new(), ticket, out);
            }
        }
    }

    fn evict(
        &mut self,
        now: Now,
        name: &NodeName,
        evicted: bool,
        reason: alloc::string::String,
        ticket: u64,
        out: &mut Vec<Effect>,
    ) {
        let mut steps = Vec::new();
        match self.integration.evict(now, name, evicted, reason, &mut steps) {
            Ok(write) => self.replies.push((ticket, write)),
            Err(integration::NotTaken::WrongState) => out.push(reply(ticket, Outcome::WrongState)),
            Err(integration::NotTaken::TooMany) => out.push(reply(ticket, Outcome::TooMany)),
        }
        self.pending.extend(steps.into_iter().map(Step::Integration));
    }

    /// Carries effects from layer to layer until none is left.
    fn settle(&mut self, now: Now, out: &mut Vec<Effect>) {
        while let Some(step) = self.pending.pop_front() {
            match step {
                Step::Channel(effect) => self.after_channels(now, effect, out),
                Step::Link(effect) => self.after_links(now, effect, out),
                Step::Integration(effect) => self.after_integration(now, effect, out),
                Step::Quorum(effect) => self.after_quorum(now, effect, out),
                Step::Coordination(effect) => self.after_coordination(now, effect, out),
            }
        }
        let changed = core::mem::take(&mut self.changed);
        out.extend(changed.into_iter().map(|name| Effect::Publish(Publication::NodeChanged { name })));
    }

    fn channel(&mut self, act: impl FnOnce(&mut Channels, &mut Vec<channel::Effect>)) {
        let mut effects = Vec::new();
        act(&mut self.channels, &mut effects);
        self.pending.extend(effects.into_iter().map(Step::Channel));
    }

    fn link(&mut self, act: impl FnOnce(&mut Links, &mut Vec<link::Effect>)) {
        let mut effects = Vec::new();
        act(&mut self.links, &mut effects);
        self.pending.extend(effects.into_iter().map(Step::Link));
    }

    fn integration(&mut self, act: impl FnOnce(&mut Integration, &mut Vec<integration::Effect>)) {
        let mut effects = Vec::new();
        act(&mut self.integration, &mut effects);
        self.pending.extend(effects.into_iter().map(Step::Integration));
    }

    fn after_channels(&mut self, now: Now, effect: channel::Effect, out: &mut Vec<Effect>) {
        match effect {
            channel::Effect::Dial { conn, address } => out.push(Effect::Dial { conn, address }),
            channel::Effect::Send { conn, frame } => out.push(Effect::Send { conn, frame }),
            channel::Effect::Close { conn } => out.push(Effect::Close { conn }),
            channel::Effect::Greeted { hello, dialled } => {
                self.discovery.on_greeted(&hello, dialled);
                self.changed.insert(hello.identity.name.clone());
                self.retarget(now.at);
            }
            channel::Effect::Myself { address } => {
                self.discovery.on_myself(address);
                self.retarget(now.at);
            }
            channel::Effect::Up { id, hello, network, trusted_from } => {
                let (peer, path) = (hello.identity.clone(), path(&id, network.as_ref()));
                out.push(Effect::Note(Note::ChannelUp { peer, path }));
                self.link(|links, out| {
                    links.on_channel_up(now.at, id, &hello, network.as_ref(), trusted_from, out);
                });
            }
            channel::Effect::Down { id, peer, network, loss, hold } => {
                let (name, path) = (peer.name.clone(), path(&id, network.as_ref()));
                out.push(Effect::Note(Note::ChannelDown { peer, path, loss, hold }));
                self.link(|links, out| links.on_channel_down(now.at, &id, &name, loss, out));
            }
            channel::Effect::Unreachable { owner, address, loss } => self.on_unreachable(&owner, &address, loss),
            channel::Effect::Trusted { id, peer } => {
                self.link(|links, out| links.on_channel_trusted(&id, &peer, out));
            }
            channel::Effect::Fresh { id, peer, fresh } => {
                self.link(|links, out| links.on_channel_fresh(now.at, &id, &peer, fresh, out));
            }
            channel::Effect::PeerWants { peer, wanted } => self.links.on_peer_wants(now.at, &peer, wanted),
            channel::Effect::Deliver { id, peer, frame } => {
                self.link(|links, out| links.on_frame(now.at, &id, &peer, frame, out));
            }
            channel::Effect::Refused { peer, remote, reason, text } => {
                out.push(Effect::Note(Note::Refused { peer, remote, reason, text }));
            }
            channel::Effect::RefusedBy { remote, reason, text } => {
                out.push(Effect::Note(Note::RefusedBy { remote, reason, text }));
            }
            channel::Effect::Vowed { peer, lease, pledge } => self.quorum.on_vowed(now, &peer, lease, pledge),
            channel::Effect::Vow { peer, lease, pledge } => {
                self.quorum(|quorum, out| quorum.on_vow(now, &peer, lease, pledge, out));
            }
            channel::Effect::ArmSilence { at } => out.push(Effect::Arm { timer: Timer::Silence, at }),
            channel::Effect::Distrust { late, level } => {
                self.integration.on_late(late);
                self.coordination.on_late(late);
                out.push(Effect::Note(Note::Distrust { late, level }));
            }
            channel::Effect::Nonsense { conn, what } => out.push(Effect::Note(Note::Nonsense { conn, what })),
        }
    }

    fn after_links(&mut self, now: Now, effect: link::Effect, out: &mut Vec<Effect>) {
        match effect {
            link::Effect::Send { id, frame } => self.channel(|channels, out| channels.send(&id, frame, out)),
            link::Effect::OpenRelay { via, peer } => {
                self.channel(|channels, out| channels.open_relay(now.at, &via, &peer, out));
            }
            link::Effect::CloseChannel { id, goodbye } => {
                self.channel(|channels, out| channels.close(now.at, &id, goodbye, out));
            }
            link::Effect::Up { hello } => {
                out.push(Effect::Note(Note::LinkUp { peer: hello.identity.clone() }));
                self.integration(|integration, out| integration.on_link_up(now, &hello, out));
                self.quorum(|quorum, out| quorum.on_link_up(now, &hello.identity, out));
                self.coordination(|coordination, out| coordination.on_link_up(now.at, &hello.identity, out));
                self.recovery(now, out, |recovery, out| recovery.on_link_up(now.at, &hello.identity.name, out));
            }
            link::Effect::Down { peer, losses } => {
                let loss = losses.first().map_or(Loss::Reset, |(_, loss)| *loss);
                out.push(Effect::Note(Note::LinkDown { peer: peer.clone(), loss }));
                self.integration(|integration, out| integration.on_link_down(now, &peer.name, losses, out));
                self.quorum(|quorum, out| quorum.on_link_down(now, &peer, out));
            }
            link::Effect::Trusted { peer, trusted } => {
                let losses = self.links.get(&peer.name).map(link::Link::losses).unwrap_or_default();
                self.integration(|integration, out| {
                    integration.on_link_trusted(now, &peer.name, trusted, losses, out);
                });
            }
            link::Effect::Fresh { peer, fresh } => {
                self.integration(|integration, out| integration.on_link_fresh(now, peer, fresh, out));
            }
            link::Effect::Expected { peer, at } => self.integration.on_link_expected(peer, at),
            link::Effect::Deliver { peer, session, seq, payload } => {
                out.push(Effect::Note(Note::Delivered { peer: peer.clone(), session, seq }));
                use crate::wire::Payload as P;
                match payload {
                    P::Coordination(talk) => {
                        self.coordination(|coordination, out| coordination.on_talk(now.at, &peer, talk, out));
                    }
                    P::Recovery(talk) => {
                        self.recovery(now, out, |recovery, out| recovery.on_talk(now.at, &peer.name, talk, out));
                    }
                    P::Quorum(_) | P::Consensus(_) | P::Request { .. } | P::Answer { .. } => {
                        self.quorum(|quorum, out| quorum.on_message(now, &peer, payload, out));
                    }
                    _ => self.integration(|integration, out| integration.on_message(now, &peer, payload, out)),
                }
            }
            link::Effect::Changed { peer } => {
                self.changed.insert(peer);
            }
        }
    }

    fn after_integration(&mut self, now: Now, effect: integration::Effect, out: &mut Vec<Effect>) {
        use integration::Effect as I;
        match effect {
            I::Send { peer, payload } => self.link(|links, out| {
                links.send(now.at, &peer, payload, out);
            }),
            I::Persist { number, promised, evictions, cluster } => {
                out.push(Effect::Persist { number, durable: Durable { promised, evictions, cluster } });
            }
            I::Want { links } => {
                self.needs = links;
                self.want(now.at);
            }
            I::Nudge { peer } => self.channel(|channels, out| channels.nudge(now.at, &peer, out)),
            I::Refuse { evicted } => {
                for name in evicted.keys() {
                    self.channel(|channels, out| channels.close_peer(now.at, name, Goodbye::Evicted, out));
                    self.discovery.on_settled(name);
                }
                self.channels.gate.evicted = evicted;
            }
            I::TransitionStarted { left, controller, summary } => {
                out.push(Effect::Publish(Publication::TransitionStarted { left, controller, summary }));
                self.quorum(|quorum, out| quorum.on_left(now, out));
                self.recovery(now, out, |recovery, out| recovery.on_transition(now.at, out));
            }
            I::View { view, installed } => {
                if installed {
                    self.on_view(now.at, &view);
                    self.recovery.on_view(&view.id);
                }
                self.quorum(|quorum, out| quorum.on_view(now, &view, installed, out));
                out.push(Effect::Publish(Publication::View { view, installed }));
            }
            I::Stable { id, install } => {
                self.quorum(|quorum, out| quorum.on_stable(now, &id, out));
                out.push(Effect::Publish(Publication::Stable { id, install }));
            }
            I::Changed { name } => {
                self.changed.insert(name);
            }
            I::MapChanged { members } => out.push(Effect::Note(Note::MapChanged { members })),
            I::GivenUp { id, why } => out.push(Effect::Note(Note::TransitionGivenUp { id, why })),
            I::ArmBatch { at } => out.push(Effect::Arm { timer: Timer::Batch, at }),
            I::ArmTransition { token, at } => out.push(Effect::Arm { timer: Timer::Transition(token), at }),
            I::ArmLeave { at } => out.push(Effect::Arm { timer: Timer::Leave, at }),
            I::Departed { confirmed } => {
                let mut steps = Vec::new();
                self.channels.close_all(now.at, &mut steps);
                for step in steps {
                    self.after_channels(now, step, out);
                }
                self.pending.clear();
                out.push(Effect::Departed { confirmed });
            }
            I::LimitReached { what, limit } => out.push(Effect::Note(Note::LimitReached { what, limit })),
        }
    }

    /// A view was installed here: its members hold their names, and who was lost is looked for.
    fn on_view(&mut self, now: Instant, view: &Arc<ViewRecord>) {
        let before = self.channels.gate.view.replace(view.clone());
        let before = before.iter().flat_map(|before| &before.members).map(|member| &member.identity.name);
        for name in before.filter(|name| view.member(name).is_none()) {
            if let Some(report) = self.integration.report(name).filter(|report| !report.leaving) {
                let link = self.links.get(name);
                let endpoints = link.map_or(&report.endpoints, |link| &link.hello().endpoints);
                let addresses = endpoints.iter().map(|(_, address)| address.clone()).collect();
                self.discovery.on_lost(name.clone(), addresses, link.is_some());
            }
            self.changed.insert(name.clone());
        }
        for member in &view.members {
            self.discovery.on_settled(&member.identity.name);
            self.changed.insert(member.identity.name.clone());
        }
        self.retarget(now);
    }

    /// The newest report known of a node, by its boot and its number: what all members come to share.
    #[must_use]
    pub fn newest_report(&self, name: &NodeName) -> Option<(u64, u64)> {
        self.integration.report(name).map(|report| (report.origin.boot.count, report.number))
    }

    /// How many channels, dial targets, links, reports, requests and clocks are held: what L1 bounds.
    #[must_use]
    pub fn load(&self) -> [(&'static str, usize); 6] {
        let (channels, targets) = self.channels.sizes();
        let [requests, clocks] = self.coordination.load();
        [
            ("channels", channels),
            ("targets", targets),
            ("links", self.links.count()),
            ("reports", self.integration.known()),
            requests,
            clocks,
        ]
    }
}

fn path(id: &ChannelId, network: Option<&Network>) -> alloc::string::String {
    match (id.relay(), network) {
        (Some(via), _) => alloc::format!("relayed by {via}"),
        (None, Some(network)) => alloc::format!("{network}"),
        (None, None) => alloc::string::String::from("an unnamed network"),
    }
}

fn reply(ticket: u64, outcome: Outcome) -> Effect {
    Effect::Reply { ticket, outcome }
}
