//! A cluster of agents on this machine, and the questions tests ask of all of them.

use std::collections::BTreeMap;

use quorate::v1::{self, ViewState};
use tempfile::TempDir;

use crate::{
    agent::{Agent, Spec},
    cli::Cli,
    lab::Lab,
    ports::free_address,
    views::{History, Id, id_of, members_of, names_of},
    wait::{LIMIT, wait_for},
};

/// How a cluster is to be started.
#[derive(Debug)]
pub struct Plan {
    specs: Vec<Spec>,
    lab: Option<Lab>,
    folder: TempDir,
}

impl Plan {
    /// So many agents, `n1`, `n2`, ..., with the first three as seeds, on one network.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self::on(size, &[("default", "127.0.0.1")])
    }

    /// The same on these networks, each with the address of this machine that stands for it.
    #[must_use]
    pub fn on(size: usize, networks: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cluster = format!("test-{:08x}", fastrand::u32(..));
        let spec = |number| {
            let name = format!("n{number}");
            let peers = networks.iter().map(|(network, host)| ((*network).to_owned(), free_address(host))).collect();
            Spec {
                data: folder.path().join(&name),
                log: folder.path().join(format!("{name}.log")),
                name,
                cluster: cluster.clone(),
                api: free_address("127.0.0.1"),
                http: free_address("127.0.0.1"),
                peers,
                seeds: Vec::new(),
                flags: Vec::new(),
                launcher: Vec::new(),
                tls: None,
                inside: None,
            }
        };
        let specs = (1..=size).map(spec).collect();
        Self { specs, lab: None, folder }.seeded()
    }

    /// The same, each agent in a network namespace of the laboratory, with an address on each of its networks.
    #[must_use]
    pub fn inside(lab: Lab) -> Self {
        let mut plan = Self::on(lab.size(), &[]);
        for (index, spec) in plan.specs.iter_mut().enumerate() {
            lab.place(index + 1, spec);
        }
        Self { lab: Some(lab), ..plan }.seeded()
    }

    fn seeded(mut self) -> Self {
        let first = |spec: &Spec| spec.peers.first().map(|(_, address)| address.clone());
        let seeds: Vec<_> = self.specs.iter().take(3).filter_map(first).collect();
        for spec in &mut self.specs {
            spec.seeds.clone_from(&seeds);
        }
        self
    }

    /// Gives every agent these flags too.
    #[must_use]
    pub fn flags(mut self, flags: &[&str]) -> Self {
        for spec in &mut self.specs {
            spec.flags.extend(flags.iter().map(|&flag| flag.to_owned()));
        }
        self
    }

    /// How the agents will be started, to be changed.
    pub fn specs(&mut self) -> &mut Vec<Spec> {
        &mut self.specs
    }

    /// The same, and all that may vote are expected before the cluster is formed: quorum is to be had.
    #[must_use]
    pub fn quorate(self) -> Self {
        let expect = self.specs.len().min(7).to_string();
        self.flags(&["--bootstrap-expect", &expect])
    }

    /// Starts all agents.
    #[must_use]
    pub fn start(self) -> Cluster {
        let agents = self.specs.into_iter().map(Agent::start).collect();
        Cluster { agents, lab: self.lab, folder: Some(self.folder) }
    }

    /// Starts all agents and waits until they agree.
    pub async fn form(self) -> Cluster {
        let cluster = self.start();
        cluster.agree_all().await;
        cluster
    }
}

/// Agents that were started together.
#[derive(Debug)]
pub struct Cluster {
    agents: Vec<Agent>,
    lab: Option<Lab>,
    folder: Option<TempDir>,
}

impl Cluster {
    /// So many agents that agree on one view.
    pub async fn form(size: usize) -> Self {
        Plan::new(size).form().await
    }

    /// All agents, running or not.
    #[must_use]
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// The agent of that name.
    #[must_use]
    pub fn agent(&self, name: &str) -> &Agent {
        self.agents.iter().find(|agent| agent.name() == name).unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// The agent of that name, to be killed or started.
    pub fn agent_mut(&mut self, name: &str) -> &mut Agent {
        self.agents.iter_mut().find(|agent| agent.name() == name).unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// Starts one more agent, made after the first one with its own name, folder and ports and changed by `change`.
    /// It is known by the name of its log, which `label` is.
    pub fn add(&mut self, label: &str, change: impl FnOnce(&mut Spec)) -> Agent {
        let folder = self.folder.as_ref().expect("the folder is there").path();
        let mut spec = self.agents[0].spec().clone();
        spec.name = label.to_owned();
        spec.data = folder.join(label);
        spec.log = folder.join(format!("{label}.log"));
        spec.api = free_address("127.0.0.1");
        spec.http = free_address("127.0.0.1");
        for (_, address) in &mut spec.peers {
            let host = address.rsplit_once(':').map_or("127.0.0.1", |(host, _)| host).to_owned();
            *address = free_address(&host);
        }
        change(&mut spec);
        Agent::start(spec)
    }

    /// The networks the agents are on, when they are in a laboratory.
    #[must_use]
    pub fn lab(&self) -> &Lab {
        self.lab.as_ref().expect("the agents are in a laboratory")
    }

    /// The addresses of all APIs, those of `first` before the others.
    #[must_use]
    pub fn endpoints(&self, first: &str) -> Vec<String> {
        let start = self.agents.iter().position(|agent| agent.name() == first).unwrap_or(0);
        let turned = self.agents[start..].iter().chain(&self.agents[..start]);
        turned.map(|agent| agent.api().to_owned()).collect()
    }

    /// The command line client with these endpoints.
    #[must_use]
    pub fn cli(&self, names: &[&str]) -> Cli {
        Cli::new(names.iter().map(|name| self.agent(name).api()))
    }

    /// Waits until all running agents agree on one stable view of exactly themselves.
    pub async fn agree_all(&self) -> v1::View {
        let running = self.agents.iter().filter(|agent| agent.is_running());
        self.agree(&running.map(Agent::name).collect::<Vec<_>>()).await
    }

    /// Waits until the agents of these names agree on one stable view of exactly themselves, and returns it (V5).
    pub async fn agree(&self, names: &[&str]) -> v1::View {
        wait_for(format!("one stable view of {names:?}"), LIMIT, async || self.agreed(names).await).await
    }

    /// The one stable view of exactly these, when they have it now.
    async fn agreed(&self, names: &[&str]) -> Result<v1::View, String> {
        let mut sorted = names.to_vec();
        sorted.sort_unstable();
        let mut agreed: Option<v1::View> = None;
        for name in names {
            let view = self.stable(name, &sorted).await?;
            if agreed.as_ref().is_some_and(|agreed| agreed.id != view.id) {
                return Err(format!("{name} is in another view: {:?}", id_of(&view)));
            }
            agreed = Some(view);
        }
        agreed.ok_or_else(|| "nobody was asked".to_owned())
    }

    async fn stable(&self, name: &str, members: &[&str]) -> Result<v1::View, String> {
        let answer = self.agent(name).view().await.map_err(|why| format!("{name}: {why}"))?;
        let state = answer.state();
        let view = answer.view.ok_or_else(|| format!("{name} answers without a view"))?;
        let found = names_of(&view);
        if state == ViewState::Stable && found == members {
            return Ok(view);
        }
        Err(format!("{name} has view {:?} of {found:?} in state {}", id_of(&view), state.as_str_name()))
    }

    /// Waits until all running agents have quorum for one stable view of exactly themselves; returns its epoch.
    pub async fn quorum_all(&self) -> u64 {
        let running = self.agents.iter().filter(|agent| agent.is_running());
        self.quorum_of(&running.map(Agent::name).collect::<Vec<_>>()).await
    }

    /// Waits until the agents of these names have quorum for one stable view of exactly themselves; returns its epoch.
    pub async fn quorum_of(&self, names: &[&str]) -> u64 {
        wait_for(format!("quorum of {names:?}"), LIMIT, async || {
            // What they agreed on a moment ago may be over: a fault that is mended may not have been noticed yet.
            let view = self.agreed(names).await?;
            let mut epoch = None;
            for name in names {
                let quorum = self.quorum(name).await;
                if !quorum.granted || quorum.view_id != view.id {
                    return Err(format!("{name} has {quorum:?}, and the view is {:?}", id_of(&view)));
                }
                if *epoch.get_or_insert(quorum.epoch) != quorum.epoch {
                    return Err(format!("{name} has epoch {}, others {epoch:?}", quorum.epoch));
                }
            }
            epoch.ok_or_else(|| "nobody was asked".to_owned())
        })
        .await
    }

    /// How quorum stands at an agent.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn quorum(&self, name: &str) -> v1::Quorum {
        let answer = self.agent(name).client().quorum().await;
        answer.unwrap_or_else(|why| panic!("{name}: {why}")).quorum.expect("an answer says how quorum stands")
    }

    /// Who hands out the right to act, as the first agent that runs knows it.
    pub async fn holder(&self) -> String {
        let asked = self.agents.iter().find(|agent| agent.is_running()).expect("an agent that runs");
        self.quorum(asked.name()).await.holder
    }

    /// Waits until somebody else than this agent hands out the right to act, as `asked` knows it.
    pub async fn held_by_another(&self, asked: &str, than: &str) {
        wait_for(format!("another than {than} to hold quorum"), LIMIT, async || {
            let quorum = self.quorum(asked).await;
            if quorum.granted && quorum.holder != than { Ok(()) } else { Err(format!("{quorum:?}")) }
        })
        .await;
    }

    /// The names of all agents but one.
    #[must_use]
    pub fn others(&self, name: &str) -> Vec<&str> {
        self.agents.iter().map(Agent::name).filter(|other| *other != name).collect()
    }

    /// Waits until an agent says that it is in a minority, and returns the voters that it misses.
    pub async fn minority(&self, name: &str) -> Vec<String> {
        wait_for(format!("{name} to say that it is in a minority"), LIMIT, async || {
            let quorum = self.quorum(name).await;
            let fits =
                quorum.reason() == v1::QuorumReason::Minority && !quorum.granted && quorum.valid_duration.is_none();
            if fits { Ok(quorum.missing_voters) } else { Err(format!("{quorum:?}")) }
        })
        .await
    }

    /// The voters' names, as an agent knows them.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn voters(&self, name: &str) -> Vec<String> {
        let answer = self.agent(name).client().voters().await.unwrap_or_else(|why| panic!("{name}: {why}"));
        answer.voters.into_iter().map(|voter| voter.node_name).collect()
    }

    /// What each running agent keeps as history.
    pub async fn histories(&self) -> BTreeMap<String, History> {
        let mut all = BTreeMap::new();
        for agent in self.agents.iter().filter(|agent| agent.is_running()) {
            let listed = agent.client().list_events(v1::ListEventsRequest::default()).await;
            let listed = listed.unwrap_or_else(|why| panic!("{} does not list its history: {why}", agent.name()));
            assert!(!listed.history_dropped, "{} has dropped history", agent.name());
            let views = listed.events.into_iter().filter_map(|event| match event.kind {
                Some(v1::event::Kind::View(view)) => Some((id_of(&view), view)),
                _ => None,
            });
            all.insert(agent.name().to_owned(), views.collect());
        }
        all
    }

    /// The one history that all running agents, which must be in one view, keep (V1, V4).
    ///
    /// # Panics
    /// When they differ in a view or in its members.
    pub async fn history(&self) -> History {
        let histories = self.histories().await;
        let mut whole = History::new();
        for (id, view) in histories.values().flatten() {
            let known = whole.entry(id.clone()).or_insert_with(|| view.clone());
            assert_eq!(members_of(known), members_of(view), "V1: {id:?} has different members");
        }
        let every: Vec<&Id> = whole.keys().collect();
        for (name, history) in &histories {
            assert_eq!(history.keys().collect::<Vec<_>>(), every, "V4: {name} does not know every view");
        }
        whole
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        if let Some(folder) = self.folder.take() {
            println!("---- all logs are kept in {}", folder.keep().display());
        }
    }
}
