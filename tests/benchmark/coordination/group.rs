//! Three members of Quorate or etcd, and clients that use them as their own users would.

use std::time::Duration;

use futures_util::StreamExt;
use quorate::{
    Client as Sdk, ClientOptions, NameWatchOptions, Session, SessionOptions, Watch as SdkWatch,
    v1::{self, BarrierPlan, LockClaim, barrier_plan::Parties, watch_names_response::Message},
};
use quorate_tests::{Cluster, Plan};

use super::measure::System;
use crate::etcd::{Api, Members, Watch as EtcdWatch};

/// Most connections that many clients share.
const CONNECTIONS: usize = 64;
/// Long enough not to matter; Quorate's clients keep theirs alive, etcd's need not within a run.
const TTL: Duration = Duration::from_secs(600);

/// Members that run until this is dropped.
pub(super) enum Group {
    Quorate(Cluster, String),
    Etcd(Members, usize),
}

impl Group {
    pub(super) async fn start(system: System, size: usize) -> Result<Self, String> {
        match system {
            System::Quorate => {
                let cluster = Plan::new(size).quorate().start();
                cluster.quorum_all().await;
                let holder = cluster.quorum("n1").await.holder;
                Ok(Self::Quorate(cluster, holder))
            }
            System::Etcd => {
                let members = Members::start(size)?;
                let leader = members.leader().await?;
                Ok(Self::Etcd(members, leader))
            }
            System::ZooKeeper => Err("is measured by a program of its own".to_owned()),
        }
    }

    /// Where the members serve, the one that leads first.
    pub(super) fn endpoints(&self) -> Vec<String> {
        match self {
            Self::Quorate(cluster, holder) => cluster.endpoints(holder),
            Self::Etcd(members, leader) => {
                (0..members.len()).map(|n| members.api((leader + n) % members.len()).to_owned()).collect()
            }
        }
    }

    /// A connection to a member, counted from the one that leads.
    pub(super) fn connect(&self, member: usize) -> Result<Connection, String> {
        let endpoint = self.endpoints().into_iter().cycle().nth(member).unwrap_or_default();
        match self {
            Self::Quorate(..) => {
                let client = Sdk::new(ClientOptions::new([endpoint])).map_err(|why| why.to_string())?;
                Ok(Connection::Quorate(client))
            }
            Self::Etcd(..) => Ok(Connection::Etcd(Api::new(&endpoint))),
        }
    }

    /// A client of a member with a connection of its own.
    pub(super) async fn client(&self, member: usize) -> Result<Client, String> {
        self.connect(member)?.session(TTL).await
    }

    /// So many clients, spread over all members, over a fair number of connections.
    pub(super) async fn clients(&self, count: usize) -> Result<Vec<Client>, String> {
        let connections: Vec<_> = (0..count.min(CONNECTIONS)).map(|n| self.connect(n)).collect::<Result<_, _>>()?;
        let mut clients = Vec::new();
        for connection in connections.iter().cycle().take(count) {
            clients.push(connection.session(TTL).await?);
        }
        Ok(clients)
    }
}

/// A connection.
#[derive(Clone)]
pub(super) enum Connection {
    Quorate(Sdk),
    Etcd(Api),
}

impl Connection {
    pub(super) async fn session(&self, ttl: Duration) -> Result<Client, String> {
        match self {
            Self::Quorate(sdk) => {
                let session = sdk.open_session(SessionOptions::new().ttl(ttl)).await;
                Ok(Client::Quorate(session.map_err(|why| why.to_string())?))
            }
            Self::Etcd(api) => {
                let mut api = api.clone();
                let seconds = i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX);
                let lease = api.grant(seconds).await.map_err(|why| why.to_string())?;
                Ok(Client::Etcd(api, lease))
            }
        }
    }

    /// Watches what begins with `prefix`; on return the watch is there.
    pub(super) async fn watch(&self, prefix: &str) -> Result<Watch, String> {
        match self {
            Self::Quorate(sdk) => {
                let watch = sdk.watch_names(NameWatchOptions::new(prefix)).map_err(|why| why.to_string())?;
                let mut watch = Watch::Quorate(watch);
                // The snapshot.
                watch.next().await?;
                Ok(watch)
            }
            Self::Etcd(api) => {
                let watch = api.clone().watch(prefix).await.map_err(|why| why.to_string())?;
                Ok(Watch::Etcd(Box::new(watch)))
            }
        }
    }
}

/// A watch of names or keys.
pub(super) enum Watch {
    Quorate(SdkWatch<v1::WatchNamesResponse>),
    Etcd(Box<EtcdWatch>),
}

impl Watch {
    /// What is told next: names or keys, and whether they are gone. Nothing of what says nothing.
    pub(super) async fn next(&mut self) -> Result<Vec<(String, bool)>, String> {
        match self {
            Self::Etcd(watch) => watch.next().await.map_err(|why| why.to_string()),
            Self::Quorate(watch) => {
                let answer = watch.next().await.ok_or("the watch ended")?.map_err(|why| why.to_string())?;
                Ok(match answer.message {
                    Some(Message::Bound(bound)) => vec![(bound.path, false)],
                    Some(Message::Unbound(unbound)) => {
                        vec![(unbound.binding.map(|was| was.path).unwrap_or_default(), true)]
                    }
                    _ => Vec::new(),
                })
            }
        }
    }
}

/// A client with a session, or a lease.
#[derive(Clone)]
pub(super) enum Client {
    Quorate(Session),
    Etcd(Api, i64),
}

/// What gives up a lock.
pub(super) struct Held(Vec<u8>);

impl Client {
    pub(super) async fn lock(&mut self, path: &str) -> Result<Held, String> {
        match self {
            Self::Quorate(session) => {
                let claim = LockClaim { path: path.to_owned(), ..LockClaim::default() };
                session.acquire(claim).await.map(|_| Held(Vec::new())).map_err(|why| why.to_string())
            }
            Self::Etcd(api, lease) => api.lock(path, *lease).await.map(Held).map_err(|why| why.to_string()),
        }
    }

    pub(super) async fn unlock(&mut self, path: &str, held: Held) -> Result<(), String> {
        match self {
            Self::Quorate(session) => session.release(path).await.map(drop).map_err(|why| why.to_string()),
            Self::Etcd(api, _) => api.unlock(held.0).await.map_err(|why| why.to_string()),
        }
    }

    /// Binds a name that nobody else has.
    pub(super) async fn bind(&mut self, path: &str, value: &str) -> Result<(), String> {
        match self {
            Self::Quorate(session) => session.bind(path, value).await.map(drop).map_err(|why| why.to_string()),
            Self::Etcd(api, lease) => match api.put_if_absent(path, value, *lease).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(format!("{path} is there already")),
                Err(why) => Err(why.to_string()),
            },
        }
    }

    /// Gives what it bound another value.
    pub(super) async fn change(&mut self, path: &str, value: &str) -> Result<(), String> {
        match self {
            Self::Quorate(_) => self.bind(path, value).await,
            Self::Etcd(api, lease) => api.put_leased(path, value, *lease).await.map_err(|why| why.to_string()),
        }
    }

    pub(super) async fn unbind(&mut self, path: &str) -> Result<(), String> {
        match self {
            Self::Quorate(session) => session.unbind(path).await.map(drop).map_err(|why| why.to_string()),
            Self::Etcd(api, _) => api.delete(path).await.map_err(|why| why.to_string()),
        }
    }
}

/// A participant of a barrier.
pub(super) enum Party {
    Quorate(Session, BarrierPlan),
    /// etcd has no barrier of many; this is the usual recipe: a key for each participant, and a watch of all of them.
    Etcd {
        api: Api,
        lease: i64,
        number: usize,
        seen: Box<Seen>,
    },
}

/// What a participant has seen come and go.
pub(super) struct Seen {
    watch: EtcdWatch,
    /// By how many more both rise in each round.
    size: usize,
    came: usize,
    gone: usize,
}

impl Party {
    pub(super) async fn new(
        connection: &Connection,
        path: &str,
        size: usize,
        number: usize,
        double: bool,
    ) -> Result<Self, String> {
        match connection.session(TTL).await? {
            Client::Quorate(session) => {
                let parties = Some(Parties::Count(u32::try_from(size).unwrap_or(u32::MAX)));
                Ok(Self::Quorate(session, BarrierPlan { parties, is_double: double, ..BarrierPlan::default() }))
            }
            Client::Etcd(mut api, lease) => {
                let watch = api.watch(path).await.map_err(|why| why.to_string())?;
                Ok(Self::Etcd { api, lease, number, seen: Box::new(Seen { watch, size, came: 0, gone: 0 }) })
            }
        }
    }

    /// Comes, and waits until all are there.
    pub(super) async fn enter(&mut self, path: &str) -> Result<(), String> {
        match self {
            Self::Quorate(session, plan) => {
                session.enter_barrier(path, plan.clone()).await.map(drop).map_err(|why| why.to_string())
            }
            Self::Etcd { api, lease, number, seen } => {
                let all = (seen.came / seen.size + 1) * seen.size;
                let key = format!("{path}/{number}");
                api.put_leased(&key, "", *lease).await.map_err(|why| why.to_string())?;
                seen.until(|seen| seen.came >= all).await
            }
        }
    }

    /// Leaves, and waits until all are out.
    pub(super) async fn leave(&mut self, path: &str) -> Result<(), String> {
        match self {
            Self::Quorate(session, _) => session.leave_barrier(path).await.map(drop).map_err(|why| why.to_string()),
            Self::Etcd { api, number, seen, .. } => {
                let all = (seen.gone / seen.size + 1) * seen.size;
                api.delete(&format!("{path}/{number}")).await.map_err(|why| why.to_string())?;
                seen.until(|seen| seen.gone >= all).await
            }
        }
    }

    /// Makes ready for the next round, where leaving is no part of it.
    pub(super) async fn clear(&mut self, path: &str) -> Result<(), String> {
        match self {
            Self::Quorate(..) => Ok(()),
            Self::Etcd { .. } => self.leave(path).await,
        }
    }
}

impl Seen {
    async fn until(&mut self, enough: impl Fn(&Self) -> bool) -> Result<(), String> {
        while !enough(self) {
            let changes = self.watch.next().await.map_err(|why| why.to_string())?;
            let gone = changes.iter().filter(|(_, gone)| *gone).count();
            self.gone += gone;
            self.came += changes.len() - gone;
        }
        Ok(())
    }
}
