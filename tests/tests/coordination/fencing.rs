//! Why grants have tokens: holders of a lock that are stopped between looking and writing, beside a store that refuses tokens
//! lower than it has seen, and one that does not look at them. The first loses nothing, the second does.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use quorate_tests::{Cli, Plan, wait_until};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::Child,
};

const ROUNDS: usize = 3;

/// A counter that clients read, and write when they have added one.
#[derive(Debug, Default)]
struct Counter {
    value: u64,
    /// How many writes were acknowledged.
    acknowledged: u64,
    refused: u64,
    /// The greatest token seen.
    token: (u64, u64),
}

/// A counter behind a port: `get`, or `put EPOCH COUNTER VALUE`.
struct Store {
    port: u16,
    counter: Arc<Mutex<Counter>>,
}

impl Store {
    async fn start(fenced: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let counter = Arc::new(Mutex::new(Counter::default()));
        let shared = Arc::clone(&counter);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, fenced, Arc::clone(&shared)));
            }
        });
        Self { port, counter }
    }
}

async fn serve(socket: TcpStream, fenced: bool, counter: Arc<Mutex<Counter>>) {
    let (reader, mut writer) = socket.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = {
            let mut counter = counter.lock().unwrap();
            let numbers: Vec<u64> = line.split(' ').skip(1).map(|word| word.parse().unwrap()).collect();
            match numbers[..] {
                [epoch, count, _] if fenced && (epoch, count) < counter.token => {
                    counter.refused += 1;
                    "refused\n".to_owned()
                }
                [epoch, count, value] => {
                    counter.token = counter.token.max((epoch, count));
                    counter.value = value;
                    counter.acknowledged += 1;
                    "ok\n".to_owned()
                }
                _ => format!("{}\n", counter.value),
            }
        };
        if writer.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// A program that holds the lock, reads both counters, and writes them when it is let.
struct Holder {
    quorate: Child,
    /// There when it has read: its process group.
    read: PathBuf,
    /// When this is there it writes.
    go: PathBuf,
    /// There when it has written.
    written: PathBuf,
}

impl Holder {
    fn start(cli: &Cli, folder: &Path, name: &str, stores: [&Store; 2]) -> Self {
        let file = |what: &str| folder.join(format!("{name}-{what}"));
        let (read, go, written) = (file("read"), file("go"), file("written"));
        let [fenced, trusting] = stores.map(|store| store.port);
        let script = format!(
            "exec 3<>/dev/tcp/127.0.0.1/{fenced} 4<>/dev/tcp/127.0.0.1/{trusting}
             echo get >&3; read -r a <&3; echo get >&4; read -r b <&4
             echo $$ >{read}.new; mv {read}.new {read}
             until [ -e {go} ]; do sleep 0.02; done
             echo put $QUORATE_EPOCH $QUORATE_COUNTER $((a + 1)) >&3; read -r _ <&3
             echo put $QUORATE_EPOCH $QUORATE_COUNTER $((b + 1)) >&4; read -r _ <&4
             echo >{written}",
            read = read.display(),
            go = go.display(),
            written = written.display(),
        );
        let quorate = cli.start(&["lock", "counter", "--ttl", "1s", "--", "bash", "-c", &script]);
        Self { quorate, read, go, written }
    }

    async fn has_read(&self) {
        wait_until("it has read", async || self.read.exists()).await;
    }

    fn stop(&self) {
        kill_process(self.pid(), Signal::STOP).unwrap();
        kill_process_group(self.group(), Signal::STOP).unwrap();
    }

    /// Goes on where it was stopped; what looks after its lock does not, or it would be ended first.
    async fn write(&self) {
        fs::write(&self.go, "").unwrap();
        kill_process_group(self.group(), Signal::CONT).unwrap();
        wait_until("it has written", async || self.written.exists()).await;
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.quorate.id().unwrap()).unwrap()).unwrap()
    }

    fn group(&self) -> Pid {
        let text = fs::read_to_string(&self.read).unwrap();
        Pid::from_raw(text.trim().parse().unwrap()).unwrap()
    }
}

#[tokio::test]
async fn s1_a_store_that_looks_at_tokens_loses_nothing() {
    let cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    let cli = cluster.cli(&["n1", "n2", "n3"]);
    let folder = tempfile::tempdir().unwrap();
    let (fenced, trusting) = (Store::start(true).await, Store::start(false).await);
    for round in 0..ROUNDS {
        let start = |who: &str| Holder::start(&cli, folder.path(), &format!("{round}-{who}"), [&fenced, &trusting]);
        let mut slow = start("slow");
        slow.has_read().await;
        slow.stop();
        // Its session is over before long, and the next one has the lock.
        let mut quick = start("quick");
        quick.has_read().await;
        quick.write().await;
        assert!(quick.quorate.wait().await.unwrap().success());
        slow.write().await;
        kill_process(slow.pid(), Signal::CONT).unwrap();
        let _ = slow.quorate.wait().await;
    }
    let (fenced, trusting) = (fenced.counter.lock().unwrap(), trusting.counter.lock().unwrap());
    println!("with tokens {fenced:?}; without {trusting:?}");
    assert_eq!(
        (fenced.value, fenced.acknowledged),
        (ROUNDS as u64, ROUNDS as u64),
        "nothing that was acknowledged is lost"
    );
    assert_eq!(fenced.refused, ROUNDS as u64, "whoever came too late was told so");
    assert_eq!(trusting.acknowledged, 2 * ROUNDS as u64);
    assert_eq!(trusting.value, ROUNDS as u64, "half of what was acknowledged is lost");
}
