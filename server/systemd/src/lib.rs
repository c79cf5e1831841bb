//! Units of systemd as services: what a runner runs to start, watch, stop and kill one.
//!
//! ```text
//!   runner  --start, watch, stop, kill-->  a process that runs main()  --system bus-->  systemd  -->  the unit
//!                                                                      --cgroup.kill, where the bus does not help-->
//! ```
//!
//! Each is a process of its own, which a runner can kill when the bus hangs. systemd's own idea of a unit is all that counts:
//! it is ready when it is active, and has failed as soon as it is anything else.
//!
//! This crate knows nothing of runners and clusters. It keeps nothing: whatever it needs, it asks of systemd each time.

mod action;
mod cgroup;
mod failure;
mod name;
mod state;
mod systemd;
mod verb;

pub use failure::Failure;
pub use name::check_name;
use tokio::runtime::Builder;
pub use verb::Verb;

/// Does what the arguments say, which are those of [`Verb::arguments`].
///
/// # Errors
/// [`Failure`], in words for people.
pub fn main(arguments: impl Iterator<Item = String>) -> Result<(), Failure> {
    let (verb, unit) = verb::parse(&arguments.collect::<Vec<_>>()).ok_or(Failure::Usage)?;
    let runtime = Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    runtime.block_on(async {
        match verb {
            Verb::Start => action::start(&unit).await,
            Verb::Watch(hold) => action::watch(&unit, hold).await,
            Verb::Stop => action::stop(&unit).await,
            Verb::Kill => action::kill(&unit).await,
        }
    })
}
