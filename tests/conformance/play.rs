//! Plays a scenario: one step after the other, on a cluster of three agents.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use quorate::{Client, Session, SessionOptions};
use quorate_tests::{Cluster, Plan};
use rustix::process::Signal;
use serde_json::{Map, Value, json};
use tokio::{sync::oneshot, time::timeout};

use crate::{
    expect::{Kept, filled, fits},
    program::Program,
    proxy::Proxy,
    scenario::{Scenario, Step},
};

/// How long a step may take, and how long one is repeated.
const LIMIT: Duration = Duration::from_secs(60);
const REPEATED: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);
/// What the runner itself does with a step, and does not tell the program.
const OWN: [&str; 8] = ["on", "do", "expect", "fails", "save", "begin", "until", "endpoints"];
/// Where nobody listens.
const NOBODY: &str = "127.0.0.1:1";

type Answer = Map<String, Value>;

/// A scenario that is being played with one driver.
struct Stage<'a> {
    cluster: Cluster,
    command: &'a [String],
    programs: BTreeMap<String, Program>,
    proxies: BTreeMap<String, Proxy>,
    begun: BTreeMap<String, oneshot::Receiver<Answer>>,
    kept: Kept,
    /// The runner's own sessions, with what it has bound: they last as long as the scenario.
    filled: Vec<Session>,
}

/// Plays it on a cluster of its own: what failed before would be remembered.
pub async fn play(scenario: &Scenario, command: &[String]) -> Result<()> {
    let cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    let mut stage = Stage {
        cluster,
        command,
        programs: BTreeMap::new(),
        proxies: BTreeMap::new(),
        begun: BTreeMap::new(),
        kept: Kept::new(),
        filled: Vec::new(),
    };
    for (number, step) in scenario.steps.iter().enumerate() {
        stage.step(step).await.with_context(|| format!("step {}: {}", number + 1, step.shown()))?;
    }
    for (name, proxy) in &stage.proxies {
        ensure!(proxy.to_be_lost().is_empty(), "{name} has lost no answer of {:?}", proxy.to_be_lost());
    }
    Ok(())
}

impl Stage<'_> {
    async fn step(&mut self, step: &Step) -> Result<()> {
        if let Some(watch) = step.text("read") {
            return self.read(step, watch).await;
        }
        if step.0.contains_key("on") {
            return self.act(step).await;
        }
        if let Some(name) = step.text("end") {
            let receiver = self.begun.remove(name).with_context(|| format!("nothing is begun as {name}"))?;
            return self.judge(step, answer(receiver).await?);
        }
        if let Some(prefix) = step.text("fill") {
            return self.fill(step, prefix).await;
        }
        if let Some(name) = step.text("proxy") {
            let agent = self.endpoint(step.0.get("to").context("a proxy goes to an agent")?);
            self.proxies.insert(name.to_owned(), Proxy::start(&agent).await?);
            return Ok(());
        }
        if let Some(proxy) = step.text("lose_answer") {
            self.proxy(proxy)?.lose_answer(step.text("method").context("an answer of a method")?);
            return Ok(());
        }
        if let Some(proxy) = step.text("newer") {
            self.proxy(proxy)?.be_newer();
            return Ok(());
        }
        let whom = ["kill", "start", "freeze", "thaw"].into_iter().find_map(|word| Some((word, step.0.get(word)?)));
        match whom {
            Some((word, Value::Number(number))) => self.befall_agent(word, &format!("n{number}")).await,
            Some((word, Value::String(program))) => self.befall_program(word, program),
            _ => bail!("there is no such step"),
        }
    }

    /// A program does something.
    async fn act(&mut self, step: &Step) -> Result<()> {
        let until = step.0.contains_key("until").then(|| Instant::now() + REPEATED);
        loop {
            let receiver = self.tell(step).await?;
            if let Some(name) = step.text("begin") {
                self.begun.insert(name.to_owned(), receiver);
                return Ok(());
            }
            match self.judge(step, answer(receiver).await?) {
                Err(_) if until.is_some_and(|end| Instant::now() < end) => tokio::time::sleep(PAUSE).await,
                outcome => return outcome,
            }
        }
    }

    async fn tell(&mut self, step: &Step) -> Result<oneshot::Receiver<Answer>> {
        let name = step.text("on").context("a step is on a program")?.to_owned();
        if !self.programs.contains_key(&name) {
            self.programs.insert(name.clone(), Program::start(self.command)?);
        }
        let mut told: Answer = step.0.clone();
        told.retain(|key, _| !OWN.contains(&key.as_str()));
        let mut told = match filled(&Value::Object(told), &self.kept) {
            Value::Object(told) => told,
            _ => Answer::new(),
        };
        told.insert("op".to_owned(), step.text("do").context("a step does something")?.into());
        if let Some(Value::Array(endpoints)) = step.0.get("endpoints") {
            let endpoints: Vec<String> = endpoints.iter().map(|endpoint| self.endpoint(endpoint)).collect();
            told.insert("endpoints".to_owned(), endpoints.into());
        }
        self.programs[&name].tell(told).await
    }

    fn endpoint(&self, endpoint: &Value) -> String {
        match endpoint {
            Value::Number(number) => self.cluster.agent(&format!("n{number}")).api().to_owned(),
            Value::String(word) if word == "dead" => NOBODY.to_owned(),
            Value::String(word) => self.proxies.get(word).map_or_else(|| word.clone(), Proxy::address),
            other => other.to_string(),
        }
    }

    fn proxy(&self, name: &str) -> Result<&Proxy> {
        self.proxies.get(name).with_context(|| format!("there is no proxy {name}"))
    }

    /// Whether an answer is as expected; what is to be kept of it is.
    fn judge(&mut self, step: &Step, answer: Answer) -> Result<()> {
        let result = match (answer.get("ok"), answer.get("error"), step.0.get("fails")) {
            (Some(ok), _, None) => ok,
            (_, Some(error), Some(fails)) => {
                let fails = filled(fails, &self.kept);
                ensure!(fits(&fails, error), "it failed otherwise: {error}");
                return Ok(());
            }
            (_, error, None) => bail!("it failed: {}", error.unwrap_or(&Value::Null)),
            (ok, _, Some(_)) => bail!("it did not fail: {}", ok.unwrap_or(&Value::Null)),
        };
        if let Some(expected) = step.0.get("expect") {
            let expected = filled(expected, &self.kept);
            ensure!(fits(&expected, result), "the answer is {result}");
        }
        if let Some(Value::Object(save)) = step.0.get("save") {
            for (name, field) in save {
                let field = field.as_str().context("a field has a name")?;
                self.kept.insert(name.clone(), result.get(field).cloned().unwrap_or(Value::Null));
            }
        }
        Ok(())
    }

    /// A watch of names is read until it knows so many paths.
    async fn read(&mut self, step: &Step, watch: &str) -> Result<()> {
        let paths = step.0.get("paths").and_then(Value::as_u64).context("how many")?;
        let next = json!({"on": step.text("on"), "do": "next", "watch": watch, "timeout": 30});
        let mut known = std::collections::BTreeSet::new();
        while (known.len() as u64) < paths {
            let Value::Object(next) = next.clone() else { bail!("a step is an object") };
            let answer = answer(self.tell(&Step(next)).await?).await?;
            let message = answer.get("ok").with_context(|| format!("it failed: {answer:?}"))?;
            let listed = message.get("paths").and_then(Value::as_array).cloned().unwrap_or_default();
            known.extend(listed.iter().chain(message.get("path")).filter_map(|path| path.as_str().map(str::to_owned)));
        }
        Ok(())
    }

    /// Many names are bound.
    async fn fill(&mut self, step: &Step, prefix: &str) -> Result<()> {
        let number = |key| step.0.get(key).and_then(Value::as_u64);
        let (count, size) = (number("count").context("how many")?, number("size").unwrap_or(1));
        let client = Client::connect(self.cluster.endpoints("n2")).await?;
        let session = client.open_session(SessionOptions::new().ttl(Duration::from_secs(60))).await?;
        let value = vec![b'x'; usize::try_from(size)?];
        let paths: Vec<String> = (0..count).map(|index| format!("{prefix}{index:04}")).collect();
        for some in paths.chunks(32) {
            let bind = some.iter().map(|path| session.bind(path, value.clone()));
            futures_util::future::try_join_all(bind).await?;
        }
        self.filled.push(session);
        Ok(())
    }

    async fn befall_agent(&mut self, word: &str, name: &str) -> Result<()> {
        let agent = self.cluster.agent_mut(name);
        match word {
            "kill" => agent.kill_dash_nine(),
            "start" => {
                agent.restart();
                self.cluster.quorum_all().await;
            }
            "freeze" => agent.sigstop(),
            _ => agent.sigcont(),
        }
        Ok(())
    }

    fn befall_program(&mut self, word: &str, name: &str) -> Result<()> {
        match word {
            "kill" => drop(self.programs.remove(name)),
            "start" => drop(self.programs.insert(name.to_owned(), Program::start(self.command)?)),
            word => {
                let signal = if word == "freeze" { Signal::STOP } else { Signal::CONT };
                self.programs.get(name).with_context(|| format!("{name} does not run"))?.signal(signal)?;
            }
        }
        Ok(())
    }
}

async fn answer(receiver: oneshot::Receiver<Answer>) -> Result<Answer> {
    let answer = timeout(LIMIT, receiver).await.with_context(|| format!("no answer within {LIMIT:?}"))?;
    answer.context("the driver has ended")
}
