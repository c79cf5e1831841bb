//! Durable writes: clients that write one thing after the other, each over a connection of its own.

use std::{
    any::Any,
    fmt,
    time::{Duration, Instant},
};

use quorate_proto::v1::{SetSettingRequest, admin_service_client::AdminServiceClient};
use quorate_tests::Plan;
use tokio::{task::JoinSet, time::sleep};
use tonic::{Status, transport::Channel};

use crate::etcd::{Api, Members};
use crate::run::CALM;

/// Voters, and members of etcd.
const SIZE: usize = 3;
/// Writes before the time begins, as a part of it.
const WARM: u32 = 4;
/// What etcd is given, as long as what Quorate is given.
const KEY: &str = "voter_grace";
const VALUE: &str = "61s";

/// Who takes writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Store {
    Quorate,
    Etcd,
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) clients: usize,
    /// Whether the member that leads is asked, or another one.
    pub(super) leader: bool,
}

/// What was seen of one store under one load.
#[derive(Debug)]
pub(super) struct Rate {
    pub(super) store: Store,
    pub(super) load: Load,
    /// Acknowledged writes in a second.
    pub(super) per_second: f64,
    /// Seconds from the call to its answer.
    pub(super) median: f64,
    pub(super) slow: f64,
}

impl Store {
    pub(super) const ALL: [Self; 2] = [Self::Quorate, Self::Etcd];
}

impl Load {
    pub(super) const ALL: [Self; 4] = [
        Self { clients: 1, leader: true },
        Self { clients: 1, leader: false },
        Self { clients: 64, leader: true },
        Self { clients: 64, leader: false },
    ];
}

/// Members of a store on this machine, which run until this is dropped.
struct Group {
    store: Store,
    /// Where who leads is reached, and another one.
    addresses: [String; 2],
    _members: Box<dyn Any>,
}

impl Group {
    async fn start(store: Store) -> Result<Self, String> {
        match store {
            Store::Quorate => {
                let cluster = Plan::new(SIZE).quorate().start();
                cluster.quorum_all().await;
                let holder = cluster.quorum("n1").await.holder;
                let other = cluster.agents().iter().find(|agent| agent.name() != holder).expect("there are three");
                let addresses = [cluster.agent(&holder), other].map(|agent| format!("http://{}", agent.api()));
                Ok(Self { store, addresses, _members: Box::new(cluster) })
            }
            Store::Etcd => {
                let members = Members::start(SIZE)?;
                let leader = members.leader().await?;
                let addresses = [leader, (leader + 1) % SIZE].map(|member| members.api(member).to_owned());
                Ok(Self { store, addresses, _members: Box::new(members) })
            }
        }
    }

    /// A client of who leads, or of another one, with a connection of its own.
    async fn client(&self, leader: bool) -> Result<Writer, String> {
        let address = self.addresses[usize::from(!leader)].clone();
        Ok(match self.store {
            Store::Quorate => {
                let client = AdminServiceClient::connect(address).await;
                Writer::Quorate(client.map_err(|why| why.to_string())?)
            }
            Store::Etcd => Writer::Etcd(Api::new(&address)),
        })
    }
}

/// A client.
enum Writer {
    Quorate(AdminServiceClient<Channel>),
    Etcd(Api),
}

impl Writer {
    /// One write: on return it is on the disks of a majority.
    async fn write(&mut self) -> Result<(), Status> {
        match self {
            Self::Quorate(client) => {
                let request = SetSettingRequest { name: KEY.into(), value: VALUE.into() };
                client.set_setting(request).await.map(drop)
            }
            Self::Etcd(api) => api.put(KEY, VALUE).await,
        }
    }
}

/// Puts each of these loads on a fresh group for so long.
///
/// # Errors
/// When a write fails, or the group does not start.
pub(super) async fn measure(store: Store, loads: [Load; 4], time: Duration) -> Result<Vec<Rate>, String> {
    let group = Group::start(store).await?;
    sleep(CALM).await;
    let mut rates = Vec::new();
    for load in loads {
        press(&group, load, time / WARM).await?;
        let start = Instant::now();
        let mut taken = press(&group, load, time).await?;
        let seconds = start.elapsed().as_secs_f64();
        taken.sort_unstable();
        let at = |share: f64| taken.get((share * taken.len() as f64) as usize).map_or(0.0, Duration::as_secs_f64);
        let per_second = taken.len() as f64 / seconds;
        rates.push(Rate { store, load, per_second, median: at(0.5), slow: at(0.99) });
    }
    Ok(rates)
}

/// So many clients write for so long; how long each write took.
async fn press(group: &Group, load: Load, time: Duration) -> Result<Vec<Duration>, String> {
    let mut writers = Vec::new();
    for _ in 0..load.clients {
        writers.push(group.client(load.leader).await?);
    }
    let end = Instant::now() + time;
    let mut tasks: JoinSet<Result<Vec<Duration>, Status>> = JoinSet::new();
    for mut writer in writers {
        tasks.spawn(async move {
            let mut taken = Vec::new();
            while Instant::now() < end {
                let start = Instant::now();
                writer.write().await?;
                taken.push(start.elapsed());
            }
            Ok(taken)
        });
    }
    let all: Result<Vec<Vec<Duration>>, Status> = tasks.join_all().await.into_iter().collect();
    all.map(|all| all.concat()).map_err(|why| format!("a write failed: {why}"))
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Quorate => "Quorate",
            Self::Etcd => "etcd",
        })
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clients, leader } = self;
        let who = if *leader { "the leader" } else { "another member" };
        write!(f, "{clients} at {who}")
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, load, per_second, median, slow } = self;
        let (median, slow) = (1e3 * median, 1e3 * slow);
        write!(f, "{store}, {load}: {per_second:.0} writes a second, median {median:.2} ms, p99 {slow:.2} ms")
    }
}
