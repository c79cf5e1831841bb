//! Programs that take part in recovery: each does a phase until it is told to finish it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use quorate::{
    Client, Error, Notice, Participant, ParticipantOptions, PhaseError,
    v1::{LatePolicy, Phase},
};
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};

use crate::{Args, Failure, locked, number, odd, seconds, text};

/// How long a phase or a notice is waited for when the step does not say: longer than agents take for any change.
const PATIENCE: Duration = Duration::from_secs(30);

type Outcome = Result<(), PhaseError>;
/// Ends the phase that is under way.
type Finish = Arc<Mutex<Option<oneshot::Sender<Outcome>>>>;

/// The programs that take part, by their names.
#[derive(Default)]
pub struct Participations(Mutex<BTreeMap<String, Participation>>);

struct Participation {
    taking_part: JoinHandle<Error>,
    phases: Told,
    notices: Told,
    finish: Finish,
}

/// What a program was told and the scenario has not read.
type Told = Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<Value>>>;

impl Participations {
    /// Has one take part from now on.
    pub fn begin(&self, client: Client, args: &Args) {
        let (phases, next_phase) = mpsc::unbounded_channel();
        let (notices, next_notice) = mpsc::unbounded_channel();
        let finish = Finish::default();
        let program = Program { phases, notices, finish: Arc::clone(&finish) };
        let options = options(args);
        let taking_part = tokio::spawn(async move { client.participate(options, &program).await });
        let phases = Arc::new(next_phase.into());
        let notices = Arc::new(next_notice.into());
        locked(&self.0).insert(text(args, "participant"), Participation { taking_part, phases, notices, finish });
    }

    /// What is done with one.
    pub async fn step(&self, args: &Args) -> Result<Value, Failure> {
        let name = text(args, "participant");
        let none = || odd("no such program takes part");
        match text(args, "op").as_str() {
            "phase" => {
                let phases = locked(&self.0).get(&name).map(|one| Arc::clone(&one.phases));
                next(args, &phases.ok_or_else(none)?).await
            }
            "notice" => {
                let notices = locked(&self.0).get(&name).map(|one| Arc::clone(&one.notices));
                next(args, &notices.ok_or_else(none)?).await
            }
            "finish" => {
                let finish = locked(&self.0).get(&name).ok_or_else(none)?.finish.clone();
                let finish = locked(&finish).take().ok_or_else(|| odd("no phase is under way"))?;
                let outcome = if args.contains_key("error") { Err(text(args, "error").into()) } else { Ok(()) };
                finish.send(outcome).map_err(|_| odd("the phase was cut short"))?;
                Ok(json!({}))
            }
            "participation" => {
                let ended = locked(&self.0).remove(&name).ok_or_else(none)?.taking_part;
                Err(ended.await.map_or_else(|_| odd("it did not end by itself"), Failure::Sdk))
            }
            _ => {
                locked(&self.0).remove(&name).ok_or_else(none)?.taking_part.abort();
                Ok(json!({}))
            }
        }
    }
}

struct Program {
    phases: mpsc::UnboundedSender<Value>,
    notices: mpsc::UnboundedSender<Value>,
    finish: Finish,
}

impl Program {
    async fn perform(&self, phase: Phase, epoch: Option<u64>) -> Outcome {
        let (finish, finished) = oneshot::channel();
        *locked(&self.finish) = Some(finish);
        self.phases.send(json!({"phase": word(phase), "epoch": epoch}))?;
        finished.await?
    }
}

impl Participant for Program {
    async fn prepare(&self, epoch: Option<u64>) -> Outcome {
        self.perform(Phase::Prepare, epoch).await
    }

    async fn recover(&self, epoch: u64) -> Outcome {
        self.perform(Phase::Recover, Some(epoch)).await
    }

    async fn resume(&self, epoch: u64) -> Outcome {
        self.perform(Phase::Resume, Some(epoch)).await
    }

    fn notice(&self, notice: Notice) {
        let shown = match notice {
            Notice::Joined { .. } => json!({"kind": "joined"}),
            Notice::Away(_) => json!({"kind": "away"}),
            Notice::Isolated(phase) => json!({"kind": "isolated", "phase": word(phase)}),
            Notice::Failed { phase, .. } => json!({"kind": "failed", "phase": word(phase)}),
            _ => json!({"kind": null}),
        };
        // Nobody reads it when it is not taking part any more.
        let _ = self.notices.send(shown);
    }
}

async fn next(args: &Args, told: &Told) -> Result<Value, Failure> {
    let limit = seconds(args, "timeout").unwrap_or(PATIENCE);
    let next = timeout(limit, async { told.lock().await.recv().await }).await.map_err(|_| Failure::Late)?;
    next.ok_or_else(|| odd("it does not take part any more"))
}

fn options(args: &Args) -> ParticipantOptions {
    let requires = args.get("requires").and_then(Value::as_array).into_iter().flatten();
    let mut options = ParticipantOptions::new(text(args, "participant")).requires(requires.filter_map(Value::as_str));
    if let Some(level) = number(args, "level") {
        options = options.level(u32::try_from(level).unwrap_or(u32::MAX));
    }
    if let Some(deadline) = seconds(args, "deadline") {
        options = options.deadline(deadline);
    }
    if let Some(idle) = seconds(args, "idle") {
        options = options.idle_timeout(idle);
    }
    if text(args, "late") == "wait" { options.late(LatePolicy::Wait) } else { options }
}

fn word(phase: Phase) -> &'static str {
    phase.as_str_name().trim_start_matches("PHASE_")
}
