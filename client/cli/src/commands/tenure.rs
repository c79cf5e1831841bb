//! What a session of this program holds, while a command runs or until Ctrl-C.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use quorate::{Client, Error, Loss, Session, SessionOptions, v1};
use rustix::process::Signal;
use tokio::time::{sleep, timeout};

use crate::app::App;
use crate::args::SessionArgs;
use crate::failure::Failure;
use crate::job::{Job, Signals};
use crate::json;
use crate::text::coordination::token;

/// How long it may take to close the session at the end; if it takes longer, the session's own time ends it.
const CLOSING: Duration = Duration::from_secs(2);
/// Whoever waits for longer than this is told so on the terminal.
const HINT: Duration = Duration::from_millis(500);

/// The variable of a command's environment that has the id of the session.
pub const SESSION: &str = "QUORATE_SESSION_ID";

/// A session of this program.
pub struct Tenure {
    pub session: Session,
    signals: Signals,
}

/// Opens a session, does something with it, and closes it, whatever comes of that.
pub async fn with_session(
    client: Client,
    args: &SessionArgs,
    group: &str,
    body: impl AsyncFnOnce(&mut Tenure) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let label = args.label.clone().unwrap_or_else(|| format!("quorate {}", std::process::id()));
    let process = if args.tied { std::process::id() } else { 0 };
    let options = SessionOptions::new().ttl(args.ttl).label(label).group(group).tied_to_process(process);
    let mut signals = Signals::take()?;
    let session = tokio::select! {
        opened = client.open_session(options) => opened?,
        signal = signals.next() => return Err(Failure::Interrupted(signal)),
    };
    let mut tenure = Tenure { session, signals };
    let result = body(&mut tenure).await;
    tenure.close().await;
    result
}

impl Tenure {
    /// Waits for what others have to give, for `limit` at most. Who waits for long is told so on a terminal, with what
    /// `why` says.
    pub async fn wait_for<T>(
        &mut self,
        what: &str,
        limit: Option<Duration>,
        why: impl Future<Output = Option<String>>,
        call: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Failure> {
        let mut call = std::pin::pin!(call);
        let why = async {
            sleep(HINT).await;
            why.await.map_or_else(String::new, |why| format!(": {why}"))
        };
        let mut why = std::pin::pin!(why);
        let given_up = async {
            match limit {
                Some(limit) => sleep(limit).await,
                None => std::future::pending().await,
            }
        };
        let mut given_up = std::pin::pin!(given_up);
        let mut hinted = !io::stderr().is_terminal();
        loop {
            tokio::select! {
                biased;
                result = &mut call => return Ok(result?),
                signal = self.signals.next() => return Err(Failure::Interrupted(signal)),
                () = &mut given_up => {
                    let limit = humantime::format_duration(limit.unwrap_or_default());
                    return Err(Failure::NotGranted(format!("{what}: not within {limit}")));
                }
                why = &mut why, if !hinted => {
                    hint(&format!("waiting for {what}{why}; Ctrl-C gives up"));
                    hinted = true;
                }
            }
        }
    }

    /// Runs the command while `what` is held; without one, waits until Ctrl-C.
    pub async fn hold(&mut self, what: &str, command: &[OsString], env: &[(&str, String)]) -> Result<(), Failure> {
        if command.is_empty() {
            tokio::select! {
                loss = self.session.lost(Duration::ZERO) => return Err(lost(what, &loss, "")),
                _ = self.signals.next() => return Ok(()),
            }
        }
        let mut job = Job::start(command, env)?;
        loop {
            tokio::select! {
                biased;
                ended = job.ended() => return ended,
                loss = self.session.lost(self.session.ttl() / 3) => {
                    self.stop(&mut job, &loss).await;
                    return Err(lost(what, &loss, "; the command was stopped"));
                }
                signal = self.signals.next() => job.pass_on(signal),
            }
        }
    }

    /// Stops a command before anybody else can have what was held: kindly while there is time for that.
    async fn stop(&self, job: &mut Job, loss: &Loss) {
        if *loss == Loss::Silent {
            job.signal(Signal::TERM);
            tokio::select! {
                _ = job.ended() => {}
                _ = self.session.lost(Duration::ZERO) => {}
            }
        }
        job.signal(Signal::KILL);
        let _ = job.ended().await;
    }

    async fn close(self) {
        let Self { session, .. } = self;
        let left = humantime::format_duration(session.ttl()).to_string();
        match timeout(CLOSING, session.close()).await {
            // One that is over is closed.
            Ok(Ok(()) | Err(Error::Refused(_))) => {}
            Ok(Err(_)) | Err(_) => hint(&format!("no agent answers: what was held is free after {left}")),
        }
    }
}

fn lost(what: &str, loss: &Loss, then: &str) -> Failure {
    Failure::Lost(format!("{what} was lost: {loss}{then}"))
}

/// Says something to whoever looks on.
fn hint(text: &str) {
    let mut stderr = io::stderr();
    if stderr.is_terminal() {
        let _ = writeln!(stderr, "{text}");
    }
}

/// What was granted, and how a command and a person are told.
pub struct Grant<'a> {
    /// "held", "leading" or "bound".
    pub event: &'static str,
    /// The variable of the environment that has the path.
    pub variable: &'static str,
    pub path: &'a str,
    pub token: Option<v1::Token>,
}

impl Tenure {
    /// Runs the command under a grant; without one says what is held, and waits until Ctrl-C.
    pub async fn keep(
        &mut self,
        app: &mut App,
        what: &str,
        grant: Grant<'_>,
        command: &[OsString],
    ) -> Result<(), Failure> {
        let Grant { event, variable, path, token: granted } = grant;
        let granted = granted.unwrap_or_default();
        let number = token(Some(&granted));
        if command.is_empty() {
            let told = json::Tenure { token: Some((&granted).into()), ..json::Tenure::new(event, path, &self.session) };
            report(app, &told, &format!("{event}: {what}, token {number}, until Ctrl-C"))?;
        }
        let env = [
            (variable, path.to_owned()),
            (SESSION, self.session.id().to_owned()),
            ("QUORATE_TOKEN", number),
            ("QUORATE_EPOCH", granted.epoch.to_string()),
            ("QUORATE_COUNTER", granted.counter.to_string()),
        ];
        self.hold(what, command, &env).await
    }
}

/// Says what is held now, where no command says anything.
pub fn report(app: &mut App, tenure: &json::Tenure<'_>, text: &str) -> Result<(), Failure> {
    if app.out.is_json() {
        app.out.json_line(tenure)?;
    } else {
        app.out.text(&format!("{text}\n"))?;
    }
    Ok(())
}
