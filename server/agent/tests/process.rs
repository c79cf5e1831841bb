//! The program itself: three processes on free ports of this machine.

#![allow(clippy::unwrap_used)]

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use quorate_proto::v1::{GetViewRequest, View, ViewState, membership_service_client::MembershipServiceClient};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, timeout};

const LIMIT: Duration = Duration::from_secs(60);

/// A running `quorated`; killed when the test ends.
struct Node {
    process: Child,
    api: String,
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_address() -> String {
    // From below the range from which the kernel takes ports for outgoing connections.
    let mut ports = (0..1000).map(|_| format!("127.0.0.1:{}", fastrand::u16(10_000..32_000)));
    ports.find(|address| TcpListener::bind(address).is_ok()).expect("a free port")
}

fn start(dir: &Path, name: &str, peer: &str, seeds: &[String]) -> Node {
    let api = free_address();
    let config = format!(
        "cluster = 'test'\nnode_name = '{name}'\ndata_dir = '{}'\n[api]\nlisten = '{api}'\n[http]\nlisten = 'off'\n\
         [[network]]\nname = 'default'\nlisten = '{peer}'\n[discovery]\nseeds = {seeds:?}\n",
        dir.join(name).display(),
    );
    let file = dir.join(format!("{name}.toml"));
    std::fs::write(&file, config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quorated"));
    let process = command.arg("--config").arg(file).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    Node { process, api: format!("http://{api}") }
}

fn three(dir: &Path) -> Vec<Node> {
    let peers: Vec<_> = (0..3).map(|_| free_address()).collect();
    peers.iter().enumerate().map(|(n, peer)| start(dir, &format!("n{}", n + 1), peer, &peers)).collect()
}

impl Node {
    /// Asks again and again until there is a stable view of so many members.
    async fn view_of(&self, members: usize) -> View {
        let asked = async {
            loop {
                if let Ok(mut client) = MembershipServiceClient::connect(self.api.clone()).await
                    && let Ok(answer) = client.get_view(GetViewRequest {}).await
                    && answer.get_ref().state() == ViewState::Stable
                    && let Some(view) = answer.into_inner().view.filter(|view| view.members.len() == members)
                {
                    return view;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(LIMIT, asked).await.unwrap_or_else(|_| panic!("no stable view of {members}"))
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.process.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    async fn exit(&mut self) -> ExitStatus {
        let exited = async {
            loop {
                if let Some(status) = self.process.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(LIMIT, exited).await.expect("the process ends")
    }
}

#[tokio::test]
async fn processes_form_a_view_lose_one_and_let_one_leave() {
    let dir = tempfile::tempdir().unwrap();
    let mut nodes = three(dir.path());
    for node in &nodes {
        node.view_of(3).await;
    }
    let killed = Instant::now();
    nodes[2].signal(Signal::KILL);
    let view = nodes[0].view_of(2).await;
    println!("a new stable view {:?} after SIGKILL", killed.elapsed());
    assert_eq!(nodes[1].view_of(2).await.id, view.id);
    let transition = view.transition.unwrap();
    assert!(transition.summary.starts_with("n3 was lost"), "{}", transition.summary);

    nodes[1].signal(Signal::TERM);
    assert!(nodes[1].exit().await.success());
    let transition = nodes[0].view_of(1).await.transition.unwrap();
    assert!(transition.summary.starts_with("n2 left"), "{}", transition.summary);
    nodes[0].signal(Signal::INT);
    assert!(nodes[0].exit().await.success());
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = taken.local_addr().unwrap().to_string();
    let file = dir.path().join("n1.toml");
    let config = format!(
        "cluster = 'test'\nnode_name = 'n1'\ndata_dir = '{}'\n[api]\nlisten = '{}'\n[http]\nlisten = 'off'\n\
         [[network]]\nname = 'default'\nlisten = '{peer}'\n",
        dir.path().join("n1").display(),
        free_address(),
    );
    std::fs::write(&file, config).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_quorated")).arg("--config").arg(file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("network.listen") && said.contains(&peer), "{said}");
}
