//! Event streams, written down across everything that happens, and checked at the end (E1, V2, V3, V4).
//!
//! [`tape`] is what one stream said, [`check`] the rules for one tape, [`cursors`] resumes from every cursor on every
//! agent. Streams by the SDK fail over to other agents; a pinned one comes back to its own agent each time; a roaming one
//! goes on at another agent after every event.

mod check;
mod cursors;
mod roaming;
mod tape;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use quorate::{Client, EventWatchOptions, v1};
use quorate_proto::v1::event_service_client::EventServiceClient;
use tokio::{task::JoinHandle, time::sleep};

use self::tape::Tape;
use crate::{
    agent::Agent,
    cluster::Cluster,
    views::id_of,
    wait::{LIMIT, wait_for},
};

/// Pause before a pinned stream is opened again.
const AGAIN: Duration = Duration::from_millis(20);

type Shared = Arc<Mutex<Tape>>;

/// Readers of event streams.
#[derive(Debug, Default)]
pub struct StreamChecker {
    readers: BTreeMap<String, Reader>,
}

#[derive(Debug)]
struct Reader {
    tape: Shared,
    task: JoinHandle<()>,
}

impl StreamChecker {
    /// A stream of the SDK for each agent, which begins at that agent, named after it; all have begun.
    pub async fn follow(cluster: &Cluster) -> Self {
        let names: Vec<_> = cluster.agents().iter().map(Agent::name).collect();
        Self::follow_some(cluster, &names).await
    }

    /// The same for these agents.
    pub async fn follow_some(cluster: &Cluster, names: &[&str]) -> Self {
        let mut checker = Self::default();
        for agent in cluster.agents().iter().filter(|agent| names.contains(&agent.name())) {
            let client = Client::new(agent.spec().client_options(cluster.endpoints(agent.name()))).expect("endpoints");
            checker.read(agent.name().to_owned(), |tape| watch(client, tape));
        }
        checker.begun().await;
        checker
    }

    /// One more, over a raw stub, of one agent alone: named "pinned " and its name. It has begun.
    pub async fn pin(&mut self, agent: &Agent) {
        let api = format!("http://{}", agent.api());
        self.read(format!("pinned {}", agent.name()), |tape| pinned(api, tape));
        self.begun().await;
    }

    /// One that goes from one of these agents to the next with its cursor, after every event: named "roaming". It has
    /// begun.
    pub async fn roam(&mut self, agents: impl IntoIterator<Item = &Agent>) {
        let apis = agents.into_iter().map(|agent| format!("http://{}", agent.api())).collect();
        self.read("roaming".to_owned(), |tape| roaming::read(apis, tape));
        self.begun().await;
    }

    fn read<F: Future<Output = ()> + Send + 'static>(&mut self, name: String, reader: impl FnOnce(Shared) -> F) {
        let tape = Shared::default();
        let task = tokio::spawn(reader(Arc::clone(&tape)));
        self.readers.insert(name, Reader { tape, task });
    }

    async fn begun(&self) {
        for (name, reader) in &self.readers {
            let begun = async || if lock(&reader.tape).has_begun() { Ok(()) } else { Err("nothing came") };
            wait_for(format!("the first message of stream {name}"), LIMIT, begun).await;
        }
    }

    /// Waits until every stream has told that this view is stable.
    pub async fn all_told(&self, view: &v1::View) {
        self.all_told_but(view, &[]).await;
    }

    /// The same without these streams.
    pub async fn all_told_but(&self, view: &v1::View, without: &[&str]) {
        let id = id_of(view);
        for (name, reader) in self.readers.iter().filter(|(name, _)| !without.contains(&name.as_str())) {
            let told = async || {
                let tape = lock(&reader.tape);
                if tape.ends_stable_with(&id) { Ok(()) } else { Err(format!("\n{tape}")) }
            };
            wait_for(format!("stream {name} to tell that {id:?} is stable"), LIMIT, told).await;
        }
    }

    /// When each stream told of a view after `since` for which this holds, counted from then.
    pub fn told_after(&self, since: Instant, holds: impl Fn(&v1::View) -> bool) -> BTreeMap<&str, Duration> {
        let readers = self.readers.iter();
        let found = readers.filter_map(|(name, reader)| {
            let at = lock(&reader.tape).told_at(since, &holds)?;
            Some((name.as_str(), at.duration_since(since)))
        });
        found.collect()
    }

    /// The views this stream told of as events, in order.
    #[must_use]
    pub fn views_told(&self, name: &str) -> Vec<v1::View> {
        lock(&self.readers[name].tape).views().cloned().collect()
    }

    /// All that this stream told so far, for people.
    #[must_use]
    pub fn tape(&self, name: &str) -> String {
        lock(&self.readers[name].tape).to_string()
    }

    /// Checks every stream: when all running agents are in one view, each must have told every view that any of them
    /// knows, once, in order, and every cursor must lead on from there on every agent. Streams may say that history was
    /// dropped only when `dropped` names them.
    ///
    /// # Panics
    /// With the stream that breaks a rule.
    pub async fn verify(&self, cluster: &Cluster, dropped: &[&str]) {
        let view = cluster.agree_all().await;
        self.all_told(&view).await;
        let history = cluster.history().await;
        let mut problems = Vec::new();
        for (name, reader) in &self.readers {
            let tape = lock(&reader.tape).clone();
            let found = check::check(&tape, &history, dropped.contains(&name.as_str()));
            if !found.is_empty() {
                problems.push(format!("stream {name}: {}\n{tape}", found.join("; ")));
            }
            problems.extend(cursors::check(name, &tape, &history, cluster).await);
        }
        assert!(problems.is_empty(), "{}\nhistory: {:?}", problems.join("\n"), history.keys());
    }
}

impl Drop for StreamChecker {
    fn drop(&mut self) {
        for reader in self.readers.values() {
            reader.task.abort();
        }
    }
}

fn lock(tape: &Shared) -> MutexGuard<'_, Tape> {
    tape.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a watch of the SDK, which goes on by itself.
async fn watch(client: Client, tape: Shared) {
    let mut watch = client.watch_events(EventWatchOptions::new()).expect("good options");
    while let Some(message) = watch.next().await {
        match message {
            Ok(message) => lock(&tape).message(message),
            Err(why) => lock(&tape).ended(why.to_string()),
        }
    }
}

/// Reads the stream of one agent again and again, each time after what came last.
async fn pinned(api: String, tape: Shared) {
    loop {
        let why = one_stream(&api, &tape).await.err().map_or_else(|| "it was ended".to_owned(), |why| why.to_string());
        lock(&tape).ended(why);
        sleep(AGAIN).await;
    }
}

async fn one_stream(api: &str, tape: &Shared) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut client = EventServiceClient::connect(api.to_owned()).await?;
    let cursor = lock(tape).cursor().to_owned();
    let mut stream = client.watch_events(v1::WatchEventsRequest { cursor, ..Default::default() }).await?.into_inner();
    while let Some(message) = stream.message().await? {
        lock(tape).message(message);
    }
    Ok(())
}
