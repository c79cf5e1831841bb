//! Those who see a recovery: clients of the survivors, and a pipe into which each program writes when it begins to run.

use std::{path::Path, process::Command, time::Instant};

use futures_util::StreamExt;
use quorate::{
    EventWatchOptions, Watch,
    v1::{
        EventKind, InstanceState, RecoveryStage, WatchEventsResponse, WatchRecoveryResponse, event::Kind,
        watch_events_response::Message, watch_recovery_response::Message as Told,
    },
};
use quorate_tests::Agent;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::unix::pipe::{OpenOptions, Receiver},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};

use super::story::Sight;

/// What was seen, and when it came to be known here.
type Seen = (Instant, Sight);

/// All witnesses. They end when this is dropped.
pub(super) struct Witnesses {
    seen: UnboundedReceiver<Seen>,
    _tasks: JoinSet<()>,
}

impl Witnesses {
    /// Listens to these survivors, and to programs behind a pipe, but for those of the node that is to be killed. On return
    /// all of it is heard.
    ///
    /// # Errors
    /// When it cannot be listened to.
    pub(super) async fn call(survivors: &[&Agent], programs: Receiver, victim: &str) -> Result<Self, String> {
        let (tell, seen) = unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(hear(programs, victim.to_owned(), tell.clone()));
        for (survivor, agent) in survivors.iter().enumerate() {
            let kinds = [EventKind::View, EventKind::TransitionStarted, EventKind::Quorum];
            let watch = agent.client().watch_events(EventWatchOptions::new().kinds(kinds));
            let watch = begun(watch.map_err(|why| why.to_string())?).await?;
            tasks.spawn(pass_on(watch, tell.clone(), move |told| event(survivor, told)));
        }
        let watch = begun(survivors[0].client().watch_recovery()).await?;
        let victim = victim.to_owned();
        tasks.spawn(pass_on(watch, tell, move |told| recovery(&victim, told)));
        Ok(Self { seen, _tasks: tasks })
    }

    /// What was seen next.
    ///
    /// # Errors
    /// When nobody looks any more.
    pub(super) async fn next(&mut self) -> Result<Seen, String> {
        self.seen.recv().await.ok_or_else(|| "all witnesses are gone".to_owned())
    }
}

/// A pipe of this name, for programs to write into.
///
/// # Errors
/// When it cannot be made.
pub(super) fn pipe(path: impl AsRef<Path>) -> Result<Receiver, String> {
    let made = Command::new("mkfifo").arg(path.as_ref()).status().map_err(|why| format!("mkfifo: {why}"))?;
    if !made.success() {
        return Err(format!("mkfifo: {made}"));
    }
    // Open for both, it is there however many programs come and go.
    OpenOptions::new().read_write(true).open_receiver(path).map_err(|why| format!("the pipe: {why}"))
}

/// What a program does: it says on which node it runs, and as what, and runs on.
pub(super) fn script(name: &str, pipe: &str) -> String {
    format!("echo $QUORATE_NODE {name} > {pipe}; exec sleep 100000")
}

async fn hear(programs: Receiver, victim: String, tell: UnboundedSender<Seen>) {
    let mut lines = BufReader::new(programs).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let at = Instant::now();
        match line.split_once(' ') {
            Some((node, name)) if node != victim => _ = tell.send((at, Sight::Ran(name.to_owned()))),
            _ => {}
        }
    }
}

/// A watch that has begun, without its first message.
async fn begun<M>(mut watch: Watch<M>) -> Result<Watch<M>, String> {
    match watch.next().await {
        Some(Ok(_)) => Ok(watch),
        Some(Err(why)) => Err(why.to_string()),
        None => Err("a watch has ended".to_owned()),
    }
}

async fn pass_on<M>(mut watch: Watch<M>, tell: UnboundedSender<Seen>, read: impl Fn(M) -> Option<Sight>) {
    while let Some(Ok(told)) = watch.next().await {
        let at = Instant::now();
        if let Some(sight) = read(told) {
            // Nobody listens any more when the round is over.
            let _ = tell.send((at, sight));
        }
    }
}

fn event(survivor: usize, told: WatchEventsResponse) -> Option<Sight> {
    let Some(Message::Event(event)) = told.message else { return None };
    match event.kind? {
        Kind::TransitionStarted(_) => Some(Sight::Left),
        Kind::View(view) => Some(Sight::View { survivor, members: view.members.len() }),
        Kind::Quorum(quorum) if quorum.granted => Some(Sight::Granted { survivor, epoch: quorum.epoch }),
        _ => None,
    }
}

fn recovery(victim: &str, told: WatchRecoveryResponse) -> Option<Sight> {
    let Some(Told::Recovery(now)) = told.message else { return None };
    let elsewhere = || now.instances.iter().filter(|one| one.node_name != victim).map(|one| one.state());
    let ready = elsewhere().filter(|state| *state == InstanceState::Ready).count();
    let started = ready + elsewhere().filter(|state| *state == InstanceState::Starting).count();
    let (mustered, over) = (now.stage() >= RecoveryStage::Level, now.stage() == RecoveryStage::Recovered);
    Some(Sight::Recovery { epoch: now.epoch, mustered, started, ready, over })
}
