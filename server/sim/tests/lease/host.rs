//! One node: the core's quorum layer, what its heartbeats say, and its one timer.

use std::panic::{AssertUnwindSafe, catch_unwind};

use quorate_core::{
    Settings,
    channel::{Pulse, Vows, Word, surely},
    quorum::{Effect, Quorum},
    types::{Boot, ClusterUid, Duration, Epoch, Identity, Instant, NodeId, Now, Voter},
    wire::{Beat, Vow},
};
use quorate_sim::host::name;

/// The grain of time.
pub const TICK: Duration = Duration::from_millis(1);
/// How long a lease lasts: two ticks, so that there is a moment within it.
const LEASE: Duration = Duration::from_millis(2);
/// The one cluster there is.
pub const CLUSTER: ClusterUid = ClusterUid([1; 16]);

/// One node.
#[derive(Clone, Hash, Debug)]
pub struct Host {
    pub identity: Identity,
    /// While the agent runs.
    pub quorum: Option<Quorum>,
    /// Whether it does nothing, though its clock goes on.
    pub asleep: bool,
    /// What heartbeats say.
    pub vows: Vows,
    /// The newest lease that others were told of.
    told: Option<Epoch>,
    /// When the node is to look again.
    pub due: Option<Instant>,
}

/// The words of a heartbeat that is late.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Spoken {
    at: Instant,
    pub lease: Option<Vow>,
    pub pledge: Option<Vow>,
}

impl Host {
    pub fn new(number: usize) -> Self {
        let identity = identity(number, 0);
        Self { identity, quorum: None, asleep: false, vows: Vows::default(), told: None, due: None }
    }

    pub fn is_awake(&self) -> bool {
        self.quorum.is_some() && !self.asleep
    }

    pub fn voter(&self) -> Voter {
        Voter::from(&self.identity)
    }

    pub fn start(&mut self, number: usize, now: Now) {
        self.identity = identity(number, self.identity.boot.count + 1);
        // Waits that only spare the network are nil.
        let nil = Duration::ZERO;
        let settings =
            Settings { heartbeat: nil, lease: LEASE, ..Settings::new("model", self.identity.clone(), Vec::new()) };
        let mut quorum = Quorum::new(&settings, Some(CLUSTER));
        quorum.on_start(now);
        self.quorum = Some(quorum);
    }

    pub fn crash(&mut self) {
        *self = Self {
            identity: self.identity.clone(),
            quorum: None,
            asleep: false,
            vows: Vows::default(),
            told: None,
            due: None,
        };
    }

    /// Lets the node do something, and takes in what concerns itself. An error is an assertion of the core that failed.
    pub fn act(&mut self, act: impl FnOnce(&mut Quorum, &mut Vec<Effect>)) -> Result<Vec<Effect>, String> {
        let Some(quorum) = &mut self.quorum else { return Ok(Vec::new()) };
        let mut effects = Vec::new();
        catch_unwind(AssertUnwindSafe(|| act(quorum, &mut effects))).map_err(|_| "the core panicked".to_owned())?;
        for effect in &effects {
            match effect {
                Effect::Vow(vows) => self.vows = vows.clone(),
                Effect::Arm { at } => self.due = Some(*at),
                _ => {}
            }
        }
        Ok(effects)
    }

    /// Whether there is a lease that others were not told of.
    pub fn has_news(&self) -> bool {
        self.vows.lease.as_ref().is_some_and(|lease| Some(lease.epoch) != self.told)
    }

    pub fn told(&mut self) {
        self.told = self.vows.lease.as_ref().map(|lease| lease.epoch);
    }

    /// What the next heartbeat to a peer says, and until when.
    pub fn speak(&self, now: Instant, peer: &Identity) -> Option<(Spoken, Option<Instant>, Option<Instant>)> {
        let lease = self.vows.lease.as_ref().filter(|lease| lease.until > now && lease.audience.contains(&peer.name));
        let pledge = self.vows.pledge.as_ref().filter(|pledge| pledge.to == peer.name);
        let spoken = Spoken {
            at: now,
            lease: lease.map(|lease| Vow { epoch: lease.epoch, left: lease.until.since(now) }),
            pledge: pledge.map(|pledge| Vow { epoch: pledge.epoch, left: pledge.length }),
        };
        let said = lease.is_some() || pledge.is_some();
        said.then(|| (spoken, lease.map(|lease| lease.until), pledge.map(|pledge| now + pledge.length)))
    }
}

impl Spoken {
    /// From when the words count at whom they reach now, by the core's own reckoning. At the earliest they count from when
    /// the receiver sent what they answer; here that was answered at once, so that nothing is lost of a lease.
    pub fn counts_from(&self, now: Instant) -> Instant {
        let word = Word {
            wanted: true,
            distrust: false,
            prompt: true,
            period: TICK,
            full_rate: true,
            lease: None,
            pledge: None,
        };
        let mut pulse = Pulse::new(self.at);
        let asked = pulse.beat(self.at, word);
        let answer = Beat { echo: asked.seq, held: Duration::ZERO, lease: self.lease, pledge: self.pledge, ..asked };
        pulse.on_beat(now, &answer);
        pulse.given_after(&answer).unwrap_or(Instant::ZERO)
    }
}

/// Until when a word holds.
pub fn until(since: Instant, vow: Vow) -> Instant {
    since + surely(vow.left)
}

fn identity(number: usize, count: u64) -> Identity {
    let id = [number as u8; 16];
    Identity { name: name(number), id: NodeId(id), boot: Boot { count, id } }
}
