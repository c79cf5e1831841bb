//! What locks, names, barriers and watches cost, beside etcd and ZooKeeper.
//!
//! ```text
//!   mod --> floor: gRPC alone
//!       --> group: three members of Quorate or etcd, and clients --> rounds: each thing again and again
//!       --> zookeeper: the same by a program in Python
//!       --> report (Markdown, every time), plots (SVG), aims
//! ```

mod floor;
mod group;
mod measure;
mod plots;
mod report;
mod rounds;
mod zookeeper;

use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

pub(crate) use floor::serve as serve_floor;

use self::{
    group::Group,
    measure::{Figure, System, What},
};
use crate::{args::Plan, machine::Machine, measure::guarded, run::CALM, systems::is_there};

/// Members of the larger cluster.
const MANY: usize = 32;

/// Most time for one thing.
const LIMIT: Duration = Duration::from_secs(180);

/// All that was measured.
#[derive(Debug, Default)]
struct Findings {
    figures: Vec<Figure>,
    /// What did not work, and what was left out.
    notes: Vec<String>,
}

/// Measures all of it, and returns the report.
///
/// # Errors
/// When the report cannot be written.
pub(crate) async fn measure(plan: &Plan, machine: &Machine) -> anyhow::Result<String> {
    let mut run = Run { plan, start: Instant::now(), found: Findings::default() };
    run.floor().await;
    run.group(System::Quorate).await;
    match (plan.peers, is_there("etcd") && is_there("etcdctl")) {
        (true, true) => run.group(System::Etcd).await,
        (true, false) => run.note("etcd is not installed (Debian packages etcd-server, etcd-client)".into()),
        (false, _) => {}
    }
    match (plan.peers, zookeeper::is_there()) {
        (true, true) => run.zookeeper().await,
        (true, false) => run.note("ZooKeeper is not installed (libzookeeper-java, python3-kazoo, Java)".into()),
        (false, _) => {}
    }
    if !plan.quick {
        run.many().await;
    }
    plots::draw(&plan.out, &run.found)?;
    Ok(report::write(plan, machine, &run.found)?)
}

/// Within a time that is far more than enough: nothing that waits for ever ends the whole.
async fn bounded<T>(work: impl Future<Output = Result<T, String>>) -> Result<Result<T, String>, String> {
    let limited = async { timeout(LIMIT, work).await.unwrap_or_else(|_| Err("took too long".to_owned())) };
    guarded(limited).await
}

struct Run<'a> {
    plan: &'a Plan,
    start: Instant,
    found: Findings,
}

impl Run<'_> {
    async fn floor(&mut self) {
        match bounded(floor::measure(if self.plan.quick { 500 } else { 5_000 })).await.flatten() {
            Ok([stream, calls]) => {
                self.add(Figure::new(System::Quorate, What::Stream, stream, None));
                self.add(Figure::new(System::Quorate, What::Call, calls, None));
            }
            Err(why) => self.note(format!("the floor: {why}")),
        }
    }

    async fn group(&mut self, system: System) {
        match bounded(Group::start(system, 3)).await.flatten() {
            Ok(group) => {
                sleep(CALM).await;
                self.rounds(system, &group).await;
            }
            Err(why) => self.note(format!("{system}: {why}")),
        }
    }

    async fn rounds(&mut self, system: System, group: &Group) {
        let quick = self.plan.quick;
        let often = |whole: usize| if quick { whole.div_ceil(10) } else { whole };
        let lock_time = Duration::from_secs(if quick { 1 } else { 5 });
        for clients in [1, 64, 512] {
            let what = What::Lock(clients);
            match bounded(rounds::lock(group, clients, lock_time)).await.flatten() {
                Ok((seconds, rate)) => self.add(Figure::new(system, what, seconds, Some(rate))),
                Err(why) => self.note(format!("{system}, {what}: {why}")),
            }
        }
        for millis in [250, 15] {
            let taken = rounds::hand_off(group, Duration::from_millis(millis), often(50));
            self.take(system, What::HandOff(millis), bounded(taken).await.flatten());
        }
        self.take(system, What::Bind, bounded(rounds::bind(group, often(1000))).await.flatten());
        for (size, double) in [(3, false), (3, true), (32, false), (32, true)] {
            let what = if double { What::DoubleBarrier(size) } else { What::Barrier(size) };
            let taken = rounds::barrier(group, size, double, often(if size > 3 { 50 } else { 300 }));
            self.take(system, what, bounded(taken).await.flatten());
        }
        for watchers in [100, 1000] {
            let taken = rounds::fan_out(group, watchers, often(50));
            self.take(system, What::FanOut(watchers), bounded(taken).await.flatten());
        }
        for seconds in [1, 2, 5] {
            let taken = rounds::expiry(group, Duration::from_secs(seconds), often(10));
            self.take(system, What::Expiry(seconds), bounded(taken).await.flatten());
        }
        self.take(system, What::Succession, bounded(rounds::succession(group, false, often(5))).await.flatten());
        if system == System::Quorate {
            let taken = bounded(rounds::succession(group, true, often(20))).await.flatten();
            self.take(system, What::TiedSuccession, taken);
        }
    }

    async fn zookeeper(&mut self) {
        let mut figures = Vec::new();
        let result = guarded(zookeeper::measure(self.plan.quick, |figure| figures.push(figure))).await.flatten();
        figures.into_iter().for_each(|figure| self.add(figure));
        if let Err(why) = result {
            self.note(format!("ZooKeeper: {why}"));
        }
    }

    /// A lock among many members, whose agents share the machine.
    async fn many(&mut self) {
        let taken = async {
            let group = Group::start(System::Quorate, MANY).await?;
            sleep(2 * CALM).await;
            rounds::lock(&group, 1, Duration::from_secs(5)).await
        };
        match bounded(taken).await.flatten() {
            Ok((seconds, rate)) => self.add(Figure::new(System::Quorate, What::LockAmong(MANY), seconds, Some(rate))),
            Err(why) => self.note(format!("{MANY} members: {why}")),
        }
    }

    fn take(&mut self, system: System, what: What, taken: Result<Vec<f64>, String>) {
        match taken {
            Ok(seconds) => self.add(Figure::new(system, what, seconds, None)),
            Err(why) => self.note(format!("{system}, {what}: {why}")),
        }
    }

    fn add(&mut self, figure: Figure) {
        self.say(&figure.to_string());
        self.found.figures.push(figure);
    }

    fn say(&self, what: &str) {
        eprintln!("{:4} s: {what}", self.start.elapsed().as_secs());
    }

    fn note(&mut self, what: String) {
        self.say(&format!("FAILED: {what}"));
        self.found.notes.push(what);
    }
}
