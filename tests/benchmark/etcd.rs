//! etcd: members on this machine's loopback, with their default timers, and as much of its API as is asked for here.

mod coordination;

use std::{
    fs::OpenOptions,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use quorate_tests::free_port;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use tonic::{
    Request, Status,
    client::Grpc,
    codegen::http::uri::PathAndQuery,
    transport::{Channel, Endpoint},
};
use tonic_prost::ProstCodec;

pub(crate) use self::coordination::Watch;

use crate::systems::tail;

const HOST: &str = "127.0.0.1";
/// Time between two questions to one member.
const PAUSE: Duration = Duration::from_millis(1);
/// How long members may take for anything.
const LIMIT: Duration = Duration::from_secs(60);

/// Running members; all end when this is dropped.
pub(crate) struct Members {
    children: Vec<Child>,
    apis: Vec<String>,
    folder: TempDir,
}

impl Members {
    /// Starts so many.
    ///
    /// # Errors
    /// When they cannot be started.
    pub(crate) fn start(size: usize) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
        let urls = || (0..size).map(|_| format!("http://{HOST}:{}", free_port(HOST))).collect::<Vec<_>>();
        let (apis, peers) = (urls(), urls());
        let cluster: Vec<_> = peers.iter().enumerate().map(|(index, peer)| format!("n{index}={peer}")).collect();
        let mut members = Self { children: Vec::new(), apis, folder };
        for (index, peer) in peers.iter().enumerate() {
            let (name, api) = (format!("n{index}"), &members.apis[index]);
            let log = members.folder.path().join(format!("{name}.log"));
            let log = OpenOptions::new().create(true).append(true).open(log).map_err(|why| why.to_string())?;
            let mut command = Command::new("setpriv");
            command.args(["--pdeathsig", "KILL", "etcd", "--name", &name]);
            command.arg("--data-dir").arg(members.folder.path().join(&name));
            command.args(["--listen-client-urls", api, "--advertise-client-urls", api]);
            command.args(["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]);
            command.args(["--initial-cluster", &cluster.join(","), "--initial-cluster-state", "new"]);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
            members.children.push(command.spawn().map_err(|why| format!("etcd cannot be started: {why}"))?);
        }
        Ok(members)
    }

    /// How many they are.
    pub(crate) fn len(&self) -> usize {
        self.apis.len()
    }

    /// Where a member serves its API.
    pub(crate) fn api(&self, member: usize) -> &str {
        &self.apis[member]
    }

    /// The member that leads, once all say the same.
    ///
    /// # Errors
    /// When nobody does for long.
    pub(crate) async fn leader(&self) -> Result<usize, String> {
        let agreed = async {
            loop {
                let mut told = Vec::new();
                for api in &self.apis {
                    told.push(Api::new(api).status().await.map_or((0, 0), |status| status.member_and_leader()));
                }
                let leader = told[0].1;
                if leader != 0 && told.iter().all(|(_, named)| *named == leader) {
                    return told.iter().position(|(member, _)| *member == leader);
                }
                sleep(10 * PAUSE).await;
            }
        };
        let found = timeout(LIMIT, agreed).await.ok().flatten();
        found.ok_or_else(|| format!("no leader; the first member said: {}", tail(&self.folder.path().join("n0.log"))))
    }

    /// Sends a signal to a member.
    pub(crate) fn signal(&self, member: usize, signal: Signal) {
        let pid = i32::try_from(self.children[member].id()).ok().and_then(Pid::from_raw);
        // One that has ended is not there to be told.
        let _ = pid.map(|pid| kill_process(pid, signal));
    }

    /// Asks all others all the time, until the last of them names a leader other than this one; when that was.
    ///
    /// # Errors
    /// When that does not come.
    pub(crate) async fn another_leads(&self, old: usize) -> Result<Instant, String> {
        let mut survivors = self.apis.clone();
        survivors.remove(old);
        let asked = survivors.iter().map(|api| another_leader(Api::new(api)));
        let all = timeout(LIMIT, futures_util::future::join_all(asked)).await;
        all.ok().and_then(|moments| moments.into_iter().max()).ok_or_else(|| "nobody took the lead".to_owned())
    }
}

impl Drop for Members {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// When a member first names a leader other than the one it named at first.
async fn another_leader(mut api: Api) -> Instant {
    let mut first = None;
    loop {
        if let Ok(status) = api.status().await {
            let (_, leader) = status.member_and_leader();
            let first = *first.get_or_insert(leader);
            if leader != 0 && leader != first {
                return Instant::now();
            }
        }
        sleep(PAUSE).await;
    }
}

/// The API of one member.
#[derive(Clone)]
pub(crate) struct Api(Grpc<Channel>);

impl Api {
    /// Connects when it is first asked for something.
    pub(crate) fn new(api: &str) -> Self {
        Self(Grpc::new(Endpoint::from_shared(api.to_owned()).expect("an address").connect_lazy()))
    }

    /// Gives a key a value, durably.
    ///
    /// # Errors
    /// When it is refused or not answered.
    pub(crate) async fn put(&mut self, key: &str, value: &str) -> Result<(), Status> {
        let put = Put { key: key.into(), value: value.into(), lease: 0 };
        self.ask::<_, Nothing>("/etcdserverpb.KV/Put", put).await.map(drop)
    }

    async fn status(&mut self) -> Result<MemberStatus, Status> {
        self.ask("/etcdserverpb.Maintenance/Status", Nothing {}).await
    }

    async fn ask<Q, A>(&mut self, path: &'static str, question: Q) -> Result<A, Status>
    where
        Q: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        self.0.ready().await.map_err(|why| Status::unavailable(why.to_string()))?;
        let path = PathAndQuery::from_static(path);
        Ok(self.0.unary(Request::new(question), path, ProstCodec::default()).await?.into_inner())
    }
}

/// `etcdserverpb.PutRequest`.
#[derive(Clone, PartialEq, prost::Message)]
struct Put {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
    /// 0 for none.
    #[prost(int64, tag = "3")]
    lease: i64,
}

/// `etcdserverpb.StatusRequest`, and answers that are not looked at.
#[derive(Clone, PartialEq, prost::Message)]
struct Nothing {}

/// `etcdserverpb.StatusResponse`.
#[derive(Clone, PartialEq, prost::Message)]
struct MemberStatus {
    #[prost(message, optional, tag = "1")]
    header: Option<Header>,
    /// 0 when there is none.
    #[prost(uint64, tag = "4")]
    leader: u64,
}

/// `etcdserverpb.ResponseHeader`.
#[derive(Clone, PartialEq, prost::Message)]
struct Header {
    #[prost(uint64, tag = "2")]
    member_id: u64,
}

impl MemberStatus {
    fn member_and_leader(&self) -> (u64, u64) {
        (self.header.as_ref().map_or(0, |header| header.member_id), self.leader)
    }
}
