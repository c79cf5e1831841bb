//! One node: the core's integration layer, and the disk below it. Time stands still.

use std::{
    collections::VecDeque,
    hash::{Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
};

use quorate_core::{
    Settings,
    integration::{Effect, Integration},
    types::{Address, Boot, Duration, Identity, Incarnation, Instant, NodeId, Now, WallTime},
    wire::{Hello, MAX_VERSION, MIN_VERSION},
};
use quorate_sim::host::{name, network_name};

/// The one moment there is.
pub const NOW: Now = Now { at: Instant::ZERO, wall: WallTime(0) };

/// One node and its disk.
#[derive(Clone, Debug)]
pub struct Host {
    pub number: usize,
    pub identity: Identity,
    /// While the agent runs.
    pub node: Option<Integration>,
    /// The promise on the disk.
    pub durable: Incarnation,
    /// Writes that have begun and are not durable yet, by their numbers.
    pub writes: VecDeque<(u64, Incarnation)>,
    /// Whether the node has asked to look again.
    pub batch: bool,
    /// The timer of the transition that was armed last.
    pub token: u64,
}

/// The token is left out: it only tells the last timer from earlier ones, and only the last one is ever fired.
impl Hash for Host {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.identity, &self.node, self.durable, &self.writes, self.batch).hash(state);
    }
}

impl Host {
    pub fn new(number: usize) -> Self {
        Self {
            number,
            identity: identity(number, 0),
            node: None,
            durable: Incarnation(0),
            writes: VecDeque::new(),
            batch: false,
            token: 0,
        }
    }

    /// Starts the agent on what the disk holds.
    pub fn start(&mut self, blame: bool) -> Vec<Effect> {
        self.identity = identity(self.number, self.identity.boot.count + 1);
        self.node = Some(Integration::new(&settings(&self.identity, blame), self.durable, Vec::new(), None));
        self.token = 0;
        self.act(|node, out| node.on_start(NOW, out)).unwrap_or_default()
    }

    /// The agent dies, and of its writes in flight the first `kept` have arrived.
    pub fn crash(&mut self, kept: usize) {
        self.node = None;
        self.batch = false;
        self.writes.truncate(kept);
        if let Some((_, promised)) = self.writes.drain(..).next_back() {
            self.durable = promised;
        }
    }

    /// The oldest write becomes durable.
    pub fn sync(&mut self) -> Result<Vec<Effect>, String> {
        let Some((number, promised)) = self.writes.pop_front() else { return Ok(Vec::new()) };
        self.durable = promised;
        self.act(|node, out| node.on_persisted(NOW, number, out))
    }

    /// Lets the node do something, and takes in what concerns itself. An error is an assertion of the core that failed.
    pub fn act(&mut self, act: impl FnOnce(&mut Integration, &mut Vec<Effect>)) -> Result<Vec<Effect>, String> {
        let Some(node) = &mut self.node else { return Ok(Vec::new()) };
        let mut effects = Vec::new();
        catch_unwind(AssertUnwindSafe(|| act(node, &mut effects))).map_err(|panic| said(panic.as_ref()))?;
        for effect in &effects {
            match effect {
                Effect::Persist { number, promised, .. } => self.writes.push_back((*number, *promised)),
                Effect::ArmBatch { .. } => self.batch = true,
                Effect::ArmTransition { token, .. } => self.token = *token,
                _ => {}
            }
        }
        Ok(effects)
    }

    /// How the node introduces itself.
    pub fn hello(&self) -> Hello {
        Hello {
            min_version: MIN_VERSION,
            max_version: MAX_VERSION,
            cluster: "model".into(),
            uid: None,
            identity: self.identity.clone(),
            endpoints: Vec::new(),
            network: None,
            features: 0,
        }
    }
}

/// All spans are nil, so that every timer is due as soon as it is armed. A heartbeat of nothing at all makes every limit
/// look overslept, and then nobody is to blame for it.
fn settings(identity: &Identity, blame: bool) -> Settings {
    Settings {
        heartbeat: Duration::from_nanos(u64::from(blame)),
        detect_timeout: Duration::ZERO,
        settle_time: Duration::ZERO,
        settle_max: Duration::ZERO,
        phase_timeout: Duration::ZERO,
        form_time: Duration::ZERO,
        ..Settings::new("model", identity.clone(), vec![(network_name(0), Address::new("nowhere"))])
    }
}

fn identity(number: usize, count: u64) -> Identity {
    let id = [number as u8; 16];
    Identity { name: name(number), id: NodeId(id), boot: Boot { count, id } }
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a word".into())
}
