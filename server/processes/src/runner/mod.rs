//! The runner: a small process that is the parent of one start of a service, and outlives the agent.
//!
//! ```text
//!   mod.rs       begins: reads the launch, takes the folder, starts the program, answers
//!   machine.rs   the loop: one input after the other; what is due comes first
//!     job.rs        what a service's programs did: ready, failed, looked at
//!     agent.rs      who is connected, the right to run, what happens when either is gone
//!     ending.rs     asked, then killed, until the kernel says that nothing is left
//!     freezing.rs   stopped where they are, and on again
//!   children.rs, timer.rs, connection.rs, notify.rs: a thread each, which waits and tells the loop
//!   log/         the output, in threads of its own
//! ```
//!
//! The loop waits for nothing but its inputs: neither for an agent, nor for the disk that the log is on, nor for a
//! process. Only before the first process is started and after the last has ended does it write files.
//!
//! It keeps nothing of the agent open, and passes nothing on (descriptors.rs).

mod account;
mod agent;
mod children;
mod connection;
mod descriptors;
mod ending;
mod freezing;
mod input;
mod job;
mod log;
mod machine;
mod notify;
pub(crate) mod spawn;
mod timer;

use std::{
    env, fs,
    fs::File,
    io::{self, BufReader, Write as _},
    process::ExitCode,
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread::Builder,
};

use children::Children;
pub use descriptors::pass_nothing_on;
use input::Input;
use log::Log;
use machine::{Machine, Parts};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};
use spawn::Spawner;
use timer::Timer;

use crate::{
    folder::Folder,
    launch::{Answer, Launch, Refusal},
    process::become_subreaper,
    wire::{self, MAX_LAUNCH},
};

/// What it is called among processes, so that whoever ends agents by name does not mean it.
const NAME: &str = "quorate-runner";
/// Inputs that wait for the loop.
const QUEUE: usize = 256;
/// Bytes of a thread's stack.
const STACK: usize = 256 * 1024;

/// Is the runner: takes a launch from stdin, answers on stdout, and returns when nothing is left of the service.
///
/// The working folder is that of the instance. To be called from a program's `main` before it starts any thread.
#[must_use]
pub fn main() -> ExitCode {
    match descriptors::let_go().map_err(|why| Refusal::System(why.to_string())).and_then(|()| begin()) {
        Ok(machine) => {
            machine.run();
            ExitCode::SUCCESS
        }
        Err(refusal) => {
            let _ = answer(&Answer::Refused(refusal));
            ExitCode::FAILURE
        }
    }
}

fn begin() -> Result<Machine, Refusal> {
    let system = |why: io::Error| Refusal::System(why.to_string());
    detach().map_err(system)?;
    let launch = read_launch()?;
    launch.program.check()?;
    let folder = Folder::new(&env::current_dir().map_err(system)?);
    let lock = folder.lock().map_err(system)?.ok_or(Refusal::Occupied)?;
    let spawner = Spawner::new(folder.clone(), &launch.program)?;
    folder.clear().map_err(system)?;
    let started = prepare(launch, spawner, lock).map_err(system)?.start();
    match started {
        Ok(machine) => {
            // Whoever launched this may be gone. Then nobody connects, and that is noticed.
            let _ = answer(&Answer::Running { runner: machine.id() });
            Ok(machine)
        }
        Err(refusal) => {
            let _ = folder.clear();
            Err(refusal)
        }
    }
}

/// Away from the terminal and the name of whoever started this.
fn detach() -> io::Result<()> {
    // A leader of its group has been given one of its own already.
    let _ = rustix::process::setsid();
    become_subreaper()?;
    fs::write("/proc/self/comm", NAME)
}

fn read_launch() -> Result<Launch, Refusal> {
    let line = wire::read_line(&mut BufReader::new(io::stdin()), MAX_LAUNCH)
        .map_err(|why| Refusal::Invalid(format!("the launch cannot be read: {why}")))?
        .ok_or_else(|| Refusal::Invalid("there is no launch".into()))?;
    wire::decode(&line).map_err(|why| Refusal::Invalid(format!("the launch makes no sense: {why}")))
}

/// Sockets and threads, before there is a process that might need them.
fn prepare(launch: Launch, spawner: Spawner, lock: File) -> io::Result<Machine> {
    let null = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    let (sender, inputs) = sync_channel(QUEUE);
    connection::listen(spawner.folder(), sender.clone())?;
    notify::start(spawner.folder(), spawner.account(), sender.clone())?;
    listen_to_signals(sender.clone())?;
    Machine::new(Parts {
        log: Log::start(spawner.folder(), launch.program.log)?,
        children: Children::start(sender.clone())?,
        timer: Timer::start(sender.clone())?,
        spawner,
        launch,
        lock,
        sender,
        inputs,
    })
}

fn listen_to_signals(inputs: SyncSender<Input>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])?;
    thread("signals", move || {
        for _ in signals.forever() {
            if inputs.send(Input::Terminate).is_err() {
                return;
            }
        }
    })
}

/// Answers whoever launched this, and lets go of them.
fn answer(answer: &Answer) -> io::Result<()> {
    let told = wire::encode(answer).and_then(|line| {
        let mut out = io::stdout().lock();
        out.write_all(&line)?;
        out.flush()
    });
    let null = File::options().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdout(&null)?;
    told
}

/// Says what went wrong, to the file that the launcher has made its stderr; so often and no more, for that has no limit.
fn complain(what: std::fmt::Arguments<'_>) {
    const MOST: u32 = 1000;
    static SAID: AtomicU32 = AtomicU32::new(0);
    if SAID.fetch_add(1, Ordering::Relaxed) < MOST {
        eprintln!("{what}");
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work).map(drop)
}
