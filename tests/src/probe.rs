//! A probe that asks agents for quorum all the time, and checks that no two answers contradict each other.
//!
//! An answer was true at some moment between the question and its arrival. So a yes is *surely before* another one when it
//! arrived before the other was asked for. Whoever has quorum has it under an epoch, and what is checked is that never a
//! yes under a lower epoch comes surely after one under a higher one: then the answers of two views can be told apart in
//! time, and epochs rise (Q1, Q2).

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use quorate::{Client, ClientOptions};
use tokio::task::JoinSet;

use crate::{cluster::Cluster, views::Id};

/// Time between two questions to one agent.
const PAUSE: Duration = Duration::from_millis(1);
/// How long an answer may take: a stopped agent is asked again, not waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A probe at work. It ends when this is dropped.
#[derive(Debug)]
pub struct Probe {
    notes: Arc<Mutex<Notes>>,
    _tasks: JoinSet<()>,
}

/// What was answered.
#[derive(Debug, Default)]
struct Notes {
    epochs: BTreeMap<u64, Epoch>,
    agents: BTreeMap<String, Told>,
    answers: u64,
    yes: u64,
    wrong: Vec<String>,
}

/// Yes under one epoch.
#[derive(Debug)]
struct Epoch {
    view: Id,
    /// The first one that arrived, and the last one asked for.
    arrived: Instant,
    asked: Instant,
    count: u64,
}

/// What one agent said since the probe began or was last checked. An answer counts from when it comes.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// The longest time that it said no without a break.
    pub no: Duration,
    /// The longest time between two yeses: of a program that asks all the time, without a right to act.
    pub between: Duration,
    /// The highest epoch under which it ever said yes, and when it first did.
    pub risen: Option<(u64, Instant)>,
    /// When it said yes last, and since when it says no.
    yes: Option<Instant>,
    without: Option<Instant>,
}

/// What a probe has seen.
#[derive(Debug)]
pub struct Seen {
    /// Answers in all.
    pub answers: u64,
    /// Those that said yes.
    pub yes: u64,
    /// Epochs under which somebody said yes.
    pub epochs: Vec<u64>,
    /// The longest time that an agent said no without a break, since the probe began or was last asked.
    pub longest_lack: Duration,
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { answers, yes, epochs, longest_lack } = self;
        write!(f, "{answers} answers, {yes} yes, {} epochs, longest no {longest_lack:?}", epochs.len())
    }
}

impl Probe {
    /// Asks all agents of a cluster from now on.
    #[must_use]
    pub fn start(cluster: &Cluster) -> Self {
        let notes = Arc::new(Mutex::new(Notes::default()));
        let mut tasks = JoinSet::new();
        for agent in cluster.agents() {
            let options = ClientOptions::new([agent.api()]).rounds(1).call_timeout(PATIENCE);
            let client = Client::new(options).expect("an endpoint");
            tasks.spawn(ask(agent.name().to_owned(), client, notes.clone()));
        }
        Self { notes, _tasks: tasks }
    }

    /// What was seen so far.
    ///
    /// # Panics
    /// When two answers contradict each other.
    pub fn check(&self) -> Seen {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(notes.wrong.is_empty(), "{}", notes.wrong.join("\n"));
        let longest_lack = notes.agents.values().map(|told| told.no).max().unwrap_or_default();
        for told in notes.agents.values_mut() {
            (told.no, told.between) = (Duration::ZERO, Duration::ZERO);
        }
        let epochs = notes.epochs.keys().copied().collect();
        Seen { answers: notes.answers, yes: notes.yes, epochs, longest_lack }
    }

    /// Each of these agents has said no, and not yes since, before anybody said yes under an epoch above that one (Q3).
    /// Returns how long before, at least.
    ///
    /// # Panics
    /// When it has not, or nobody has such an epoch.
    pub fn told_first(&self, losers: &[&str], epoch: u64) -> Duration {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let above = notes.epochs.range(epoch + 1..).map(|(_, epoch)| epoch.arrived).min();
        let granted = above.unwrap_or_else(|| panic!("nobody has an epoch above {epoch}"));
        let ahead = losers.iter().map(|loser| {
            let told = notes.agents.get(*loser).and_then(|told| told.without);
            let ahead = told.and_then(|told| granted.checked_duration_since(told));
            ahead.unwrap_or_else(|| panic!("Q3: {loser} says no since {told:?}, others say yes since {granted:?}"))
        });
        ahead.min().unwrap_or_default()
    }

    /// What an agent said since the probe began or was last checked.
    #[must_use]
    pub fn told(&self, name: &str) -> Told {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.agents.get(name).cloned().unwrap_or_default()
    }
}

async fn ask(name: String, client: Client, notes: Arc<Mutex<Notes>>) {
    loop {
        let asked = Instant::now();
        let answer = client.quorum().await;
        let arrived = Instant::now();
        if let Some(quorum) = answer.ok().and_then(|answer| answer.quorum) {
            let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
            notes.answers += 1;
            let told = notes.agents.entry(name.clone()).or_default();
            if quorum.granted {
                told.say_yes(quorum.epoch, arrived);
                let id = quorum.view_id.as_ref().map(Id::from).expect("a yes is for a view");
                notes.yes(&name, quorum.epoch, id, asked, arrived);
            } else {
                told.say_no(arrived);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

impl Told {
    fn say_yes(&mut self, epoch: u64, at: Instant) {
        self.say_no_until(at);
        self.without = None;
        self.between = self.between.max(self.yes.map_or(Duration::ZERO, |last| at - last));
        self.yes = Some(at);
        if self.risen.is_none_or(|(highest, _)| highest < epoch) {
            self.risen = Some((epoch, at));
        }
    }

    fn say_no(&mut self, at: Instant) {
        self.without.get_or_insert(at);
        self.say_no_until(at);
    }

    fn say_no_until(&mut self, at: Instant) {
        self.no = self.no.max(self.without.map_or(Duration::ZERO, |since| at - since));
    }
}

impl Notes {
    fn yes(&mut self, name: &str, epoch: u64, view: Id, asked: Instant, arrived: Instant) {
        self.yes += 1;
        for (higher, other) in self.epochs.range(epoch + 1..) {
            if other.arrived <= asked {
                let late = asked - other.arrived;
                let what = format!(
                    "{name} says yes under epoch {epoch} for {view:?}, asked {late:?} after a yes under epoch {higher} \
                     for {:?} had arrived",
                    other.view
                );
                self.wrong.push(what);
            }
        }
        let known = self.epochs.entry(epoch).or_insert_with(|| Epoch { view: view.clone(), arrived, asked, count: 0 });
        if known.view != view {
            self.wrong.push(format!("{name} has epoch {epoch} for {view:?}, others for {:?}", known.view));
        }
        known.arrived = known.arrived.min(arrived);
        known.asked = known.asked.max(asked);
        known.count += 1;
        let (last, higher) = (known.asked, self.epochs.range(epoch + 1..).next());
        debug_assert!(higher.is_none_or(|(_, other)| other.arrived > last) || !self.wrong.is_empty());
    }
}
