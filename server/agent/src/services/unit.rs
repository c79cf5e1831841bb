//! One start of one instance: launched, looked at, and ended.

use std::{ffi::OsString, path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use quorate_core::{
    recovery::{ProcessFact, ProcessFactKind, Service},
    types::{Epoch, Slot},
};
use quorate_processes::{
    AdoptError, End, Event, Found, Health, Instance, InstanceError, Launch, LaunchError, Notice, Refusal, Right, RunId,
    SignalName, StopOutcome, Why, adopt, check::Check,
};
use tokio::{
    sync::{Semaphore, mpsc, watch},
    time::sleep,
};

use super::{
    definition, program,
    program::{Circumstances, Looks, Ready},
    record::Record,
};

/// How long what was left without its runner may take to go.
const CLEAN: Duration = Duration::from_secs(10);
/// Pause before it is looked again for a runner that does not answer.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Pause before a runner that does not keep up is told again.
const TELL_AGAIN: Duration = Duration::from_millis(50);

/// What is to be done with an instance.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    Stop(Duration),
    Freeze,
    Thaw,
    Signal,
}

/// One start of one instance.
#[derive(Debug)]
pub(super) struct Unit {
    pub slot: Slot,
    pub run: u64,
    pub folder: PathBuf,
    pub service: Arc<Service>,
    pub facts: mpsc::Sender<ProcessFact>,
}

/// What an instance's task is told.
#[derive(Debug)]
pub(super) struct Told {
    pub orders: mpsc::Receiver<Order>,
    /// For how long it may run.
    pub right: watch::Receiver<Right>,
}

/// What a start needs.
#[derive(Debug)]
pub(super) struct Start {
    pub about: Circumstances,
    pub record: Record,
    /// The regime whose orders count: those of any other are void.
    pub regime: watch::Receiver<Option<Epoch>>,
    pub runner: Vec<OsString>,
    /// Starts are made one after the other, so that many at once do not starve the node.
    pub turns: Arc<Semaphore>,
}

/// What is looked at next, and what came of earlier looks.
struct Watch {
    looks: Looks,
    signal: SignalName,
    ready: bool,
    /// The next look, when it is due.
    look: Option<Look>,
    failures: u32,
}

/// A look at the instance, and what came of it. It is made beside everything else: orders do not wait for it.
type Look = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

impl Unit {
    /// Starts it and attends to it until nothing is left of it.
    pub async fn start(self, start: Start, mut told: Told) {
        match self.launch(start, &mut told).await {
            Ok((instance, events)) => self.attend(instance, events, false, told).await,
            Err(over) => self.tell(over).await,
        }
    }

    async fn launch(
        &self,
        start: Start,
        told: &mut Told,
    ) -> Result<(Instance, mpsc::Receiver<Event>), ProcessFactKind> {
        let Start { about, record, regime, runner, turns } = start;
        let failed = |why: String| ProcessFactKind::Gone(why);
        let message = definition::message(&self.service);
        let program = program::program(&message, &about).map_err(|(field, why)| failed(format!("{field}: {why}")))?;
        loop {
            let turn = told.unless_stopped(turns.acquire()).await?;
            if *regime.borrow() != Some(Epoch(about.epoch)) {
                // Whoever leads next has it started at its level, or not.
                return Err(ProcessFactKind::Lapsed);
            }
            let unwritten = |why| failed(format!("cannot write into {}: {why}", self.folder.display()));
            record.write(&self.folder).map_err(unwritten)?;
            let right = *told.right.borrow_and_update();
            let launch = Launch { run: RunId::new(), program: program.clone(), right };
            match Instance::launch(&self.folder, &runner, launch).await {
                Ok(launched) => return Ok(launched),
                Err(LaunchError::Refused(Refusal::RightOver)) => return Err(ProcessFactKind::Lapsed),
                Err(why @ LaunchError::Silent(_)) => {
                    // What it may have started runs, or is killed now.
                    self.tell(ProcessFactKind::Stuck(why.to_string())).await;
                    return self.find().await;
                }
                Err(why @ (LaunchError::InUse(_) | LaunchError::Folder(_))) => {
                    // What an earlier start of the agent has left ends still: that is no failure of this one. Nor is this
                    // one gone before that, if it is to end.
                    drop(turn);
                    self.tell(ProcessFactKind::Stuck(why.to_string())).await;
                    self.make_room().await;
                }
                Err(why) => return Err(failed(why.to_string())),
            }
        }
    }

    /// Attends to it until nothing is left of it. `ready` says whether the core knows that it is ready.
    pub async fn attend(self, mut instance: Instance, mut events: mpsc::Receiver<Event>, ready: bool, mut told: Told) {
        let message = definition::message(&self.service);
        let (Ok(looks), Ok(signal)) = (program::looks(&message), program::transition_signal(&message)) else {
            // It was checked when it was defined.
            let _ = instance.stop(None);
            return;
        };
        let mut watch = Watch { looks, signal, ready, look: None, failures: 0 };
        watch.plan();
        loop {
            tokio::select! {
                order = told.orders.recv() => match order {
                    Some(order) => obey(&instance, order, watch.signal).await,
                    // The driver is gone, and with it the connection.
                    None => return,
                },
                // When the runner does not keep up, the next renewal makes that good.
                Ok(()) = told.right.changed() => drop(instance.renew(*told.right.borrow_and_update())),
                event = events.recv() => match event.unwrap_or(Event::Lost) {
                    Event::Gone(end) => {
                        let _ = instance.bye();
                        return self.tell(over(&end)).await;
                    }
                    Event::Lost => match self.find().await {
                        Ok(found) => (instance, events) = found,
                        Err(over) => return self.tell(over).await,
                    },
                    event => self.on_event(&mut watch, event).await,
                },
                seen = seen(&mut watch.look) => self.on_seen(&mut watch, seen).await,
            }
        }
    }

    /// The connection to its runner broke: it is there still, or what it left is killed.
    async fn find(&self) -> Result<(Instance, mpsc::Receiver<Event>), ProcessFactKind> {
        loop {
            match adopt(&self.folder).await {
                Ok(Found::Running(instance, events)) => return Ok((*instance, events)),
                Ok(Found::Gone(end)) => return Err(over(&end)),
                Ok(Found::Nothing) => return Err(ProcessFactKind::Gone("its folder is gone".to_owned())),
                Ok(Found::Remains(remains)) => match remains.clean(CLEAN).await {
                    Ok(end) => return Err(over(&end)),
                    Err(why) => self.tell(ProcessFactKind::Stuck(why.to_string())).await,
                },
                Err(why @ (AdoptError::Silent { .. } | AdoptError::Folder(_))) => {
                    self.tell(ProcessFactKind::Stuck(why.to_string())).await;
                }
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Has what an earlier start of the agent left here end, and waits for that.
    async fn make_room(&self) {
        while let Ok((instance, events)) = self.find().await {
            see_off(instance, events).await;
        }
    }

    async fn on_event(&self, watch: &mut Watch, event: Event) {
        match event {
            Event::Started { .. } if watch.looks.readiness == Ready::Started => self.ready(watch).await,
            Event::Ready | Event::Notify(Notice::Ready) if watch.looks.readiness == Ready::Told => {
                self.ready(watch).await;
            }
            Event::Monitor(Health::NotRunning) => self.unwell("it does not run".to_owned()).await,
            Event::Monitor(Health::Failed(why)) => self.unwell(why).await,
            Event::Unhealthy { silent } => {
                self.unwell(format!("its watchdog was silent for {}", humantime::format_duration(silent))).await;
            }
            Event::NotKilled(why) => self.tell(ProcessFactKind::Stuck(format!("it cannot be killed: {why}"))).await,
            Event::Stuck { pid } => {
                self.tell(ProcessFactKind::Stuck(format!("process {pid} does not go although it was killed"))).await;
            }
            _ => {}
        }
    }

    async fn ready(&self, watch: &mut Watch) {
        if !std::mem::replace(&mut watch.ready, true) {
            watch.plan();
            self.tell(ProcessFactKind::Ready).await;
        }
    }

    /// It was looked at whether it is ready, or well.
    async fn on_seen(&self, watch: &mut Watch, seen: Result<(), String>) {
        match seen {
            Ok(()) if !watch.ready => return self.ready(watch).await,
            Ok(()) => watch.failures = 0,
            Err(_) if !watch.ready => {}
            Err(why) => {
                watch.failures += 1;
                if watch.looks.health.as_ref().is_some_and(|(.., most)| *most <= watch.failures) {
                    self.unwell(why).await;
                }
            }
        }
        watch.plan();
    }

    async fn unwell(&self, why: String) {
        self.tell(ProcessFactKind::Unwell(why)).await;
    }

    async fn tell(&self, kind: ProcessFactKind) {
        // A driver that is gone needs no facts.
        let _ = self.facts.send(ProcessFact { slot: self.slot.clone(), run: self.run, kind }).await;
    }
}

impl Told {
    /// Waits for something, but no longer than until the instance is to end.
    async fn unless_stopped<T>(&mut self, wait: impl Future<Output = T>) -> Result<T, ProcessFactKind> {
        let stopped = async {
            // It is too early for all other orders.
            while !matches!(self.orders.recv().await, Some(Order::Stop(_)) | None) {}
        };
        tokio::select! {
            done = wait => Ok(done),
            () = stopped => Err(ProcessFactKind::Gone("it was told to end".to_owned())),
        }
    }
}

impl Watch {
    /// Plans the next look: whether it is ready, and from then on whether it is well.
    fn plan(&mut self) {
        let (check, limit, every) = match (&self.looks.readiness, &self.looks.health) {
            (Ready::Check(check, limit, every), _) if !self.ready => (check, *limit, *every),
            (_, Some((check, limit, every, _))) if self.ready => (check, *limit, *every),
            _ => return self.look = None,
        };
        self.look = Some(Box::pin(look(check.clone(), limit, every)));
    }
}

async fn look(check: Check, limit: Duration, every: Duration) -> Result<(), String> {
    sleep(every).await;
    check.probe(limit).await.map_err(|why| why.to_string())
}

async fn seen(look: &mut Option<Look>) -> Result<(), String> {
    match look {
        Some(look) => look.await,
        None => std::future::pending().await,
    }
}

/// Tells the runner, as soon as it keeps up. What became of it is told by events, also that the connection is lost.
async fn obey(instance: &Instance, order: Order, signal: SignalName) {
    let told = || match order {
        Order::Stop(within) => instance.stop(Some(within)),
        Order::Freeze => instance.freeze(),
        Order::Thaw => instance.thaw(),
        Order::Signal => instance.signal(signal),
    };
    while told() == Err(InstanceError::Busy) {
        sleep(TELL_AGAIN).await;
    }
}

/// Has an instance end, and waits for that, or until the connection to its runner is lost, which then does so by itself.
pub(super) async fn see_off(instance: Instance, mut events: mpsc::Receiver<Event>) {
    let _ = instance.stop(None);
    while !matches!(events.recv().await, Some(Event::Gone(_) | Event::Lost) | None) {}
    let _ = instance.bye();
}

/// How an instance ended, as the core is told.
fn over(end: &End) -> ProcessFactKind {
    if end.why == Why::Lapsed { ProcessFactKind::Lapsed } else { ProcessFactKind::Gone(in_words(end)) }
}

/// How an instance ended.
fn in_words(end: &End) -> String {
    let exit = end.exit.map(|exit| exit.to_string());
    let why = match &end.why {
        Why::Exited => exit.unwrap_or_else(|| "it ended".to_owned()),
        Why::StartFailed(why) => why.clone(),
        Why::Stopped => "it was told to end".to_owned(),
        Why::Lapsed => "its right to run was over".to_owned(),
        Why::Orphaned => "its agent was gone".to_owned(),
        Why::Terminated => "its runner was told to end".to_owned(),
        Why::RunnerDied => "its runner was killed".to_owned(),
    };
    match &end.stop {
        Some(StopOutcome::Failed(stop)) => format!("{why}; its stop command failed: {stop}"),
        _ => why,
    }
}
