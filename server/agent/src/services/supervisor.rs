//! The instances of this node, each with a task of its own.

use std::{
    collections::HashMap,
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use quorate_core::{
    recovery::{ProcessFact, ProcessFactKind, ProcessOrder, Service},
    types::{Epoch, Slot},
};
use quorate_processes::{Event, Instance, Moment, Right, Swept, sweep};
use tokio::sync::{Semaphore, mpsc, watch};

use super::{
    definition, program,
    record::Record,
    unit::{Order, Start, Told, Unit, see_off},
};

/// Facts that wait for the core.
const FACTS: usize = 1024;
/// Orders that wait, of all instances together.
const WORK: usize = 8192;
/// Orders that wait, of one instance.
const ORDERS: usize = 64;
/// A right that is later than the one before by less than this is not worth a message.
const STEP: Duration = Duration::from_millis(150);

/// Where services run, and as what they know this node.
#[derive(Clone, Debug)]
pub struct Place {
    /// The folder that has a folder for each instance.
    pub root: PathBuf,
    /// The command that becomes a runner.
    pub runner: Vec<OsString>,
    /// This node's name.
    pub node: String,
    /// Where its agent serves its API.
    pub endpoint: String,
    /// Where the system bus is, if the agent was told.
    pub bus: Option<String>,
}

/// What is to be done.
#[derive(Debug)]
pub struct Work {
    /// The order.
    pub order: ProcessOrder,
    /// With a launch: until when it may run.
    pub right: Right,
}

/// Until when each run may go on.
pub type Rights = Vec<(Slot, u64, Right)>;

/// An instance that outlived the agent that started it.
#[derive(Debug)]
pub struct Found {
    slot: Slot,
    run: u64,
    service: Arc<Service>,
    generation: u64,
    level: u32,
    instance: Instance,
    events: mpsc::Receiver<Event>,
}

/// Looks for what earlier starts of the agent have left: what may go on is returned, everything else is ended.
pub async fn look(place: &Place) -> Vec<Found> {
    let swept = match sweep(&place.root).await {
        Ok(swept) => swept,
        Err(why) => {
            tracing::error!(
                "cannot look for services that earlier starts have left in {}: {why}",
                place.root.display()
            );
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for (folder, swept) in swept {
        match swept {
            Swept::Running(instance, events) => match taken_over(&folder, (instance, events)) {
                Ok(one) => found.push(one),
                Err((instance, events)) => {
                    tracing::info!(folder = %folder.display(), "a service of an earlier start is ended");
                    tokio::spawn(see_off(*instance, events));
                }
            },
            Swept::Gone(_) => {}
            Swept::Cleaned(_) => {
                tracing::warn!(folder = %folder.display(), "a service was left without its runner, and was killed");
            }
            Swept::Silent(why) => tracing::error!(folder = %folder.display(), "a service may still run: {why}"),
            Swept::Left(why) => tracing::error!(folder = %folder.display(), "a service may still run: {why}"),
        }
    }
    found
}

/// A runner that is connected, and what it tells.
type Connected = (Box<Instance>, mpsc::Receiver<Event>);

fn taken_over(folder: &Path, (instance, events): Connected) -> Result<Found, Connected> {
    let known = Record::read(folder).and_then(|record| {
        let slot = record.slot()?;
        let service = definition::stored(record.version, &record.definition()).ok()?;
        Some((record, slot, service))
    });
    match known {
        Some((record, slot, service)) if program::may_outlive(service.without_quorum) => Ok(Found {
            slot,
            run: record.run,
            service: Arc::new(service),
            generation: record.generation,
            level: record.level,
            instance: *instance,
            events,
        }),
        _ => Err((instance, events)),
    }
}

/// Does what the core orders.
#[derive(Debug)]
pub struct Supervisor {
    place: Place,
    work: mpsc::Receiver<Work>,
    rights: watch::Receiver<Rights>,
    regime: watch::Receiver<Option<Epoch>>,
    facts: mpsc::Sender<ProcessFact>,
    units: HashMap<Slot, Known>,
    turns: Arc<Semaphore>,
}

#[derive(Debug)]
struct Known {
    run: u64,
    orders: mpsc::Sender<Order>,
    right: watch::Sender<Right>,
}

/// The driver's ends of the ways to a supervisor.
#[derive(Debug)]
pub struct Ways {
    /// What is to be done.
    pub work: mpsc::Sender<Work>,
    /// Until when each run may go on.
    pub rights: watch::Sender<Rights>,
    /// The regime whose orders count; none in a transition.
    pub regime: watch::Sender<Option<Epoch>>,
    /// What happened.
    pub facts: mpsc::Receiver<ProcessFact>,
}

impl Ways {
    /// The ways of a node that runs no services: what is ordered is dropped.
    #[must_use]
    pub fn closed() -> Self {
        let (rights, regime) = (watch::Sender::default(), watch::Sender::default());
        Self { work: mpsc::channel(1).0, rights, regime, facts: mpsc::channel(1).1 }
    }
}

impl Supervisor {
    /// A supervisor of what was found, and the driver's ways to it.
    pub fn new(place: Place, found: Vec<Found>) -> (Self, Ways) {
        let (work, waiting) = mpsc::channel(WORK);
        let (rights, allowed) = watch::channel(Rights::default());
        let (regime, obeyed) = watch::channel(None);
        let (tell, facts) = mpsc::channel(FACTS.max(found.len()));
        let turns = std::thread::available_parallelism().map_or(1, usize::from);
        let (units, turns) = (HashMap::new(), Arc::new(Semaphore::new(turns)));
        let mut supervisor = Self { place, work: waiting, rights: allowed, regime: obeyed, facts: tell, units, turns };
        for one in found {
            supervisor.adopt(one);
        }
        (supervisor, Ways { work, rights, regime, facts })
    }

    fn adopt(&mut self, found: Found) {
        let Found { slot, run, service, generation, level, instance, events } = found;
        let ready = instance.snapshot().ready;
        let kind = ProcessFactKind::Adopted { service: service.clone(), generation, level, ready };
        // There is room for all that was found.
        let _ = self.facts.try_send(ProcessFact { slot: slot.clone(), run, kind });
        let (unit, told) = self.unit(slot, run, service, Right::Forever);
        tokio::spawn(unit.attend(instance, events, ready, told));
    }

    /// A unit, and what it is told; known from now on.
    fn unit(&mut self, slot: Slot, run: u64, service: Arc<Service>, right: Right) -> (Unit, Told) {
        let (orders, waiting) = mpsc::channel(ORDERS);
        let (allow, right) = watch::channel(right);
        let unit = Unit { folder: self.folder(&slot), slot: slot.clone(), run, service, facts: self.facts.clone() };
        self.units.insert(slot, Known { run, orders, right: allow });
        (unit, Told { orders: waiting, right })
    }

    fn folder(&self, slot: &Slot) -> PathBuf {
        self.place.root.join(format!("{}.{}", slot.service, slot.index))
    }

    /// Works until the driver is gone. What runs then is on its own: its runners do what each service's definition says.
    pub async fn run(mut self) {
        loop {
            tokio::select! {
                work = self.work.recv() => match work {
                    Some(work) => self.take(work),
                    None => return,
                },
                changed = self.rights.changed() => match changed {
                    Ok(()) => self.renew(),
                    Err(_) => return,
                },
            }
        }
    }

    fn renew(&mut self) {
        for (slot, run, right) in self.rights.borrow_and_update().iter() {
            let Some(known) = self.units.get(slot).filter(|known| known.run == *run) else { continue };
            known.right.send_if_modified(|before| {
                let is_worth = is_worth(*before, *right);
                if is_worth {
                    *before = *right;
                }
                is_worth
            });
        }
    }

    fn take(&mut self, Work { order, right }: Work) {
        match order {
            ProcessOrder::Launch { slot, run, service, generation, level, token, epoch } => {
                let about = program::Circumstances {
                    slot: slot.clone(),
                    node: self.place.node.clone(),
                    epoch: epoch.0,
                    token: token.map(|token| token.to_string()),
                    endpoint: self.place.endpoint.clone(),
                    bus: self.place.bus.clone(),
                };
                let record = Record::new(&slot, run, service.version, generation, level, &service.body);
                let (runner, turns) = (self.place.runner.clone(), self.turns.clone());
                let start = Start { about, record, regime: self.regime.clone(), runner, turns };
                let (unit, told) = self.unit(slot, run, service, right);
                tokio::spawn(unit.start(start, told));
            }
            ProcessOrder::Stop { slot, run, within } => self.tell(&slot, run, Order::Stop(within)),
            ProcessOrder::Freeze { slot, run } => self.tell(&slot, run, Order::Freeze),
            ProcessOrder::Thaw { slot, run } => self.tell(&slot, run, Order::Thaw),
            ProcessOrder::Signal { slot, run } => self.tell(&slot, run, Order::Signal),
        }
    }

    fn tell(&mut self, slot: &Slot, run: u64, order: Order) {
        let Some(known) = self.units.get(slot).filter(|known| known.run == run) else { return };
        if known.orders.try_send(order).is_err_and(|why| matches!(why, mpsc::error::TrySendError::Full(_))) {
            tracing::error!(%slot, "an instance does not take orders");
        }
    }
}

fn is_worth(before: Right, after: Right) -> bool {
    match (before, after) {
        (Right::Until(before), Right::Until(after)) => after >= before.after(STEP) || after < before,
        (before, after) => before != after,
    }
}

/// A right that ends so long after a moment, which was read before it was looked how long that is: whatever stopped the
/// agent in between makes it no longer.
#[must_use]
pub fn right(from: Moment, left: Option<Duration>) -> Right {
    left.map_or(Right::Forever, |left| Right::Until(from.after(left)))
}
