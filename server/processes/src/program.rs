//! What is run, and how.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{launch::Refusal, signal::SignalName};

/// A log smaller than this could not hold a few lines.
const MIN_LOG: u64 = 64 * 1024;
/// More files than this nobody looks through.
const MAX_LOG_FILES: u32 = 100;
/// More often than this nothing is looked at.
const MIN_INTERVAL: Duration = Duration::from_millis(100);

/// What is run, and how.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// What kind of program it is, and its arguments.
    pub kind: Kind,
    /// Its environment.
    #[serde(default)]
    pub environment: Environment,
    /// Whom it runs as, by name, with this user's own group and no other; otherwise as the agent. Only local accounts
    /// are known: those of `/etc/passwd`.
    #[serde(default)]
    pub user: Option<String>,
    /// The group it runs as, by name, from `/etc/group`.
    #[serde(default)]
    pub group: Option<String>,
    /// Its working folder; otherwise `/`.
    #[serde(default)]
    pub folder: Option<PathBuf>,
    /// What asks it to end.
    #[serde(default = "term")]
    pub stop_signal: SignalName,
    /// How long it may take to end when it is asked to; then it is killed.
    #[serde(default = "seconds::<30>")]
    pub stop_timeout: Duration,
    /// The same, when it has to end because the right to run is over or its agent is gone.
    #[serde(default = "seconds::<5>")]
    pub loss_timeout: Duration,
    /// What happens when the right to run is over.
    #[serde(default)]
    pub lapse: Lapse,
    /// What happens when the agent is gone.
    #[serde(default)]
    pub orphan: Orphan,
    /// How long it goes on without an agent, if it may, when its right to run has no end.
    #[serde(default = "seconds::<300>")]
    pub orphan_timeout: Duration,
    /// A daemon that says `WATCHDOG=1` more rarely than this, once it has begun, is unhealthy.
    #[serde(default)]
    pub watchdog: Option<Duration>,
    /// How much of its output is kept.
    #[serde(default)]
    pub log: LogLimits,
}

/// What kind of program it is. Of each list the first is the program, the rest are its arguments.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// One process that runs as long as the service does. Its exit is the end of the instance.
    Daemon {
        /// Program and arguments.
        argv: Vec<String>,
    },
    /// Ready as soon as it has exited with 0. From then on nothing runs: what it left behind is killed.
    Task {
        /// Program and arguments.
        argv: Vec<String>,
    },
    /// Programs for what is more than a process: an address, a mounted volume, an OCF resource agent, a unit of systemd.
    /// What one that fails has said with `STATUS=` is the reason.
    Commands {
        /// Must exit with 0 for the service to be ready. What it leaves running may go on until the stop. When it exits
        /// with [`NOTHING_STARTED`](crate::NOTHING_STARTED), nothing is to be undone.
        start: Vec<String>,
        /// Says how it is: 0 is good, 7 is not running, everything else is failed. What it leaves running is killed.
        monitor: Vec<String>,
        /// Must exit with 0. Whatever runs afterwards is ended.
        stop: Vec<String>,
        /// For what is not among the runner's processes: ends it by force when `stop` has failed, or has not come to its
        /// end shortly before the instance must. It is run until it exits with 0; before that, the instance is not gone.
        /// What is among the runner's processes is killed before it runs.
        #[serde(default)]
        kill: Option<Vec<String>>,
        /// From the end of one look to the next.
        interval: Duration,
        /// How long each of them may take.
        timeout: Duration,
    },
}

/// What a program finds in its environment. `QUORATE_RUN`, `NOTIFY_SOCKET` and (with a watchdog) `WATCHDOG_USEC` are
/// always there.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Whether `variables` are added to a clean base (PATH, HOME, LANG) or are all there is. Nothing of the agent's own
    /// environment is ever passed on.
    pub base: bool,
    /// Names and values.
    pub variables: BTreeMap<String, String>,
}

/// What happens when the right to run is over and was not renewed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lapse {
    /// It is stopped, and killed after `loss_timeout`.
    #[default]
    Stop,
    /// All its processes are stopped with SIGSTOP; when the right is renewed they go on. When it has to end before that,
    /// they are killed where they are.
    Freeze,
    /// Nothing, but that the agent is told.
    CarryOn,
}

/// What happens when the connection of the agent is gone.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Orphan {
    /// It is stopped at once, and killed after `loss_timeout`.
    #[default]
    Stop,
    /// It goes on until the right to run is over; if that has no end, for `orphan_timeout`. An agent may take it over.
    CarryOn,
}

/// How much of the output is kept: at most `bytes` in each of `log`, `log.1` … `log.<files>`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogLimits {
    /// Bytes of one file.
    pub bytes: u64,
    /// Older files that are kept beside it.
    pub files: u32,
}

impl Program {
    /// A program with every default.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            environment: Environment::default(),
            user: None,
            group: None,
            folder: None,
            stop_signal: SignalName::TERM,
            stop_timeout: seconds::<30>(),
            loss_timeout: seconds::<5>(),
            lapse: Lapse::default(),
            orphan: Orphan::default(),
            orphan_timeout: seconds::<300>(),
            watchdog: None,
            log: LogLimits::default(),
        }
    }

    /// Whether it makes sense.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with what does not.
    pub fn check(&self) -> Result<(), Refusal> {
        let invalid = |what: &str| Err(Refusal::Invalid(what.to_owned()));
        let lists = match &self.kind {
            Kind::Daemon { argv } | Kind::Task { argv } => vec![argv],
            Kind::Commands { start, monitor, stop, kill, .. } => {
                [start, monitor, stop].into_iter().chain(kill).collect()
            }
        };
        for argv in lists {
            if argv.first().is_none_or(String::is_empty) {
                return invalid("a program has no name");
            }
            if argv.iter().any(|argument| argument.contains('\0')) {
                return invalid("an argument has a zero byte");
            }
        }
        for (name, value) in &self.environment.variables {
            if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
                return Err(Refusal::Invalid(format!("`{name}` cannot be an environment variable")));
            }
        }
        if let Kind::Commands { interval, timeout, .. } = &self.kind
            && (*interval < MIN_INTERVAL || *timeout < MIN_INTERVAL)
        {
            return invalid("interval and timeout of commands are at least 100 milliseconds");
        }
        if self.watchdog.is_some_and(|interval| interval < MIN_INTERVAL) {
            return invalid("the interval of a watchdog is at least 100 milliseconds");
        }
        if self.log.bytes < MIN_LOG || self.log.files > MAX_LOG_FILES {
            return invalid("a log has at least 64 KiB in each file, and at most 100 older files");
        }
        Ok(())
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self { base: true, variables: BTreeMap::new() }
    }
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { bytes: 10 * 1024 * 1024, files: 3 }
    }
}

fn term() -> SignalName {
    SignalName::TERM
}

fn seconds<const N: u64>() -> Duration {
    Duration::from_secs(N)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daemon(argv: &[&str]) -> Program {
        Program::new(Kind::Daemon { argv: argv.iter().map(|&text| text.to_owned()).collect() })
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(daemon(&["true"]).check(), Ok(()));
        for bad in [daemon(&[]), daemon(&[""]), daemon(&["true", "a\0b"])] {
            assert!(matches!(bad.check(), Err(Refusal::Invalid(_))), "{bad:?}");
        }
        let mut bad = daemon(&["true"]);
        bad.environment.variables.insert("A=B".into(), String::new());
        assert!(bad.check().is_err());
        let mut bad = daemon(&["true"]);
        bad.log.bytes = 1;
        assert!(bad.check().is_err());
    }

    #[test]
    fn it_comes_back_from_json_and_nothing_unknown_does() {
        let program = daemon(&["sleep", "1"]);
        let text = serde_json::to_string(&program).unwrap();
        assert_eq!(serde_json::from_str::<Program>(&text).unwrap(), program);
        assert!(serde_json::from_str::<Program>(&text.replacen("user", "usr", 1)).is_err());
        let short = r#"{"kind":{"daemon":{"argv":["sleep","1"]}}}"#;
        assert_eq!(serde_json::from_str::<Program>(short).unwrap(), program);
    }
}
