//! Services as processes: started, watched, frozen and ended, by a runner that outlives the agent.
//!
//! ```text
//!   agent                              one folder for each instance             runner (a process for each start)
//!   Instance  --orders, rights-->      runner.sock                        -->   Runner    --parent, subreaper--> service
//!             <--events---                                                <--             <--READY=1-- notify.sock
//!   adopt, sweep, Remains  <--         facts.json, end.json, log          <--
//! ```
//!
//! The agent may be killed or frozen at any moment. What it started is still not left alone: each start of a service has
//! a [`runner`], a small process that is the parent of the service and of all that it forks, however often it forks
//! away. The runner lets them run only until the moment that the agent allowed ([`Right`]), and acts by itself when that
//! is over. It says that an instance is [`Event::Gone`] only when the kernel says that it has no child left.
//!
//! This crate owns processes, and nothing else: it knows nothing of clusters, of where a service should run, or of what
//! depends on what.
//!
//! What it cannot see: processes that somebody else starts on behalf of a service (`systemd-run`, `docker run`) are not
//! its descendants: they need commands, of which one ends them by force ([`Kind::Commands`]). And a process that has cleaned its environment *and* was forked away into a session of its own *and*
//! whose runner was killed with SIGKILL is not found by [`Remains`].

pub mod check;
mod end;
mod event;
mod facts;
mod folder;
mod instance;
mod launch;
mod moment;
mod notify;
mod process;
mod program;
mod remains;
pub mod runner;
mod signal;
mod snapshot;
mod sweep;
mod wire;

pub use end::{End, StopOutcome, Why};
pub use event::{Event, Exit, Health, Notice};
pub use instance::{AdoptError, Found, Instance, InstanceError, LaunchError, adopt};
pub use launch::{Launch, Refusal, RunId};
pub use moment::{Moment, Right};
pub use notify::notify;
pub use process::{ProcessId, become_subreaper};
pub use program::{Environment, Kind, Lapse, LogLimits, Orphan, Program};
pub use remains::{Remains, RemainsError};
pub use signal::{SignalName, UnknownSignal};
pub use snapshot::Snapshot;
pub use sweep::{Swept, sweep};

/// With this a start command says that it has started nothing, as `EX_UNAVAILABLE` of sysexits(3).
pub const NOTHING_STARTED: u8 = 69;
/// The environment variable that every process of an instance is born with: the [`RunId`] of its start.
pub const RUN_VARIABLE: &str = "QUORATE_RUN";
