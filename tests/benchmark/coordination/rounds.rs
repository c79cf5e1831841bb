//! Each thing that is measured, done again and again.

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use quorate_tests::{Cli, Following};
use tokio::{sync::Barrier, task::JoinSet, time::sleep};

use super::group::{Client, Group, Party, Watch};

/// From when a program has a lock until it is killed, at least; at most twice that.
const QUEUED: Duration = Duration::from_millis(700);

/// Clients that take and release a lock each, over and over; how long each time took, and how often in a second.
pub(super) async fn lock(group: &Group, clients: usize, time: Duration) -> Result<(Vec<f64>, f64), String> {
    let all = if clients == 1 { vec![group.client(0).await?] } else { group.clients(clients).await? };
    press(all.clone(), time / 4).await?;
    let start = Instant::now();
    let taken = press(all, time).await?;
    let rate = taken.len() as f64 / start.elapsed().as_secs_f64();
    Ok((taken, rate))
}

async fn press(clients: Vec<Client>, time: Duration) -> Result<Vec<f64>, String> {
    let end = Instant::now() + time;
    let mut tasks: JoinSet<Result<Vec<f64>, String>> = JoinSet::new();
    for (number, mut client) in clients.into_iter().enumerate() {
        tasks.spawn(async move {
            let (path, mut taken) = (format!("locks/{number}"), Vec::new());
            while Instant::now() < end {
                let start = Instant::now();
                let held = client.lock(&path).await?;
                client.unlock(&path, held).await?;
                taken.push(start.elapsed().as_secs_f64());
            }
            Ok(taken)
        });
    }
    let all: Result<Vec<Vec<f64>>, String> = tasks.join_all().await.into_iter().collect();
    all.map(|all| all.concat())
}

/// A lock goes to and fro between clients of two members, each of which holds it for a while.
pub(super) async fn hand_off(group: &Group, held: Duration, rounds: usize) -> Result<Vec<f64>, String> {
    let (mut one, mut two) = (group.client(0).await?, group.client(1).await?);
    let path = "handed";
    let mut taken = Vec::new();
    let mut holding = one.lock(path).await?;
    for _ in 0..rounds {
        let (waits, gives) = tokio::join!(
            async {
                let held = two.lock(path).await?;
                Ok::<_, String>((held, Instant::now()))
            },
            async {
                sleep(held).await;
                let start = Instant::now();
                one.unlock(path, holding).await?;
                Ok::<_, String>(start)
            }
        );
        let ((next, got), given) = (waits?, gives?);
        taken.push(got.saturating_duration_since(given).as_secs_f64());
        holding = next;
        std::mem::swap(&mut one, &mut two);
    }
    one.unlock(path, holding).await?;
    Ok(taken)
}

/// A name that nobody else has is bound, and given up again, which does not count.
pub(super) async fn bind(group: &Group, rounds: usize) -> Result<Vec<f64>, String> {
    let mut client = group.client(0).await?;
    let mut taken = Vec::new();
    for round in 0..rounds {
        let path = format!("bound/{round}");
        let start = Instant::now();
        client.bind(&path, "value").await?;
        taken.push(start.elapsed().as_secs_f64());
        client.unbind(&path).await?;
    }
    Ok(taken)
}

/// Participants that meet, each through the next member; how long each took from when all were ready.
pub(super) async fn barrier(group: &Group, size: usize, double: bool, rounds: usize) -> Result<Vec<f64>, String> {
    let path = format!("barrier/{size}/{double}");
    let ready = Arc::new(Barrier::new(size));
    let mut tasks: JoinSet<Result<Vec<f64>, String>> = JoinSet::new();
    for number in 0..size {
        let (path, ready) = (path.clone(), Arc::clone(&ready));
        let mut party = Party::new(&group.connect(number)?, &path, size, number, double).await?;
        tasks.spawn(async move {
            let mut taken = Vec::new();
            for _ in 0..rounds {
                ready.wait().await;
                let start = Instant::now();
                party.enter(&path).await?;
                if double {
                    party.leave(&path).await?;
                    taken.push(start.elapsed().as_secs_f64());
                } else {
                    taken.push(start.elapsed().as_secs_f64());
                    party.clear(&path).await?;
                }
            }
            Ok(taken)
        });
    }
    let all: Result<Vec<Vec<f64>>, String> = tasks.join_all().await.into_iter().collect();
    all.map(|all| all.concat())
}

/// A value changes, and so many watch it, over ten connections; how long until the last of them knows.
pub(super) async fn fan_out(group: &Group, watchers: usize, rounds: usize) -> Result<Vec<f64>, String> {
    let mut writer = group.client(0).await?;
    let path = "watched";
    writer.bind(path, "0").await?;
    let connections: Vec<_> = (0..10).map(|n| group.connect(n)).collect::<Result<_, _>>()?;
    let opened = (0..watchers).map(|n| connections[n % connections.len()].watch(path));
    let mut watches = try_join_all(opened).await?;
    let wait = |mut watch: Watch| async move {
        next_change(&mut watch).await?;
        Ok::<_, String>((watch, Instant::now()))
    };
    let mut taken = Vec::new();
    for round in 0..rounds {
        // A task each, as they would be apart.
        let tasks: Vec<_> = watches.drain(..).map(|watch| tokio::spawn(wait(watch))).collect();
        let told = try_join_all(tasks);
        let change = async {
            let start = Instant::now();
            writer.change(path, &round.to_string()).await.map(|()| start)
        };
        let (told, start) = tokio::join!(told, change);
        let told: Result<Vec<(Watch, Instant)>, String> = told.map_err(|why| why.to_string())?.into_iter().collect();
        let (told, start) = (told?, start?);
        let last = told.iter().map(|(_, at)| *at).max().unwrap_or(start);
        watches.extend(told.into_iter().map(|(watch, _)| watch));
        taken.push((last - start).as_secs_f64());
    }
    writer.unbind(path).await?;
    Ok(taken)
}

async fn next_change(watch: &mut Watch) -> Result<Vec<(String, bool)>, String> {
    loop {
        let changes = watch.next().await?;
        if !changes.is_empty() {
            return Ok(changes);
        }
    }
}

/// Sessions that nobody keeps alive; how long until a watcher sees their names go. All at once.
pub(super) async fn expiry(group: &Group, ttl: Duration, rounds: usize) -> Result<Vec<f64>, String> {
    let connection = group.connect(0)?;
    let watcher = group.connect(1)?;
    let one = async |number: usize| {
        let path = format!("expiry/{}/{number}", ttl.as_secs());
        let mut watch = watcher.watch(&path).await?;
        let start = Instant::now();
        let mut client = connection.session(ttl).await?;
        client.bind(&path, "value").await?;
        drop(client);
        while !next_change(&mut watch).await?.iter().any(|(_, gone)| *gone) {}
        Ok::<_, String>(start.elapsed().as_secs_f64())
    };
    try_join_all((0..rounds).map(one)).await
}

/// A program that has a lock, with a session of a second, is killed; how long until the next one in the queue has it.
pub(super) async fn succession(group: &Group, tied: bool, rounds: usize) -> Result<Vec<f64>, String> {
    let mut taken = Vec::new();
    for round in 0..rounds {
        let path = format!("office/{tied}/{round}");
        let mut watch = group.connect(1)?.watch(&path).await?;
        let program = Program::start(group, tied, &path)?;
        next_change(&mut watch).await?;
        let mut next = group.client(1).await?;
        let waiting = tokio::spawn(async move { next.lock(&path).await.map(|_| Instant::now()) });
        // It is in the queue by then, and the program was heard of at some time before.
        sleep(QUEUED + QUEUED.mul_f64(fastrand::f64())).await;
        let start = Instant::now();
        program.kill();
        let got = waiting.await.map_err(|why| why.to_string())??;
        taken.push(got.saturating_duration_since(start).as_secs_f64());
    }
    Ok(taken)
}

/// A program that holds a lock, as scripts would have it.
enum Program {
    Quorate(Box<Following>),
    Etcd(Child),
}

impl Program {
    fn start(group: &Group, tied: bool, path: &str) -> Result<Self, String> {
        let endpoints = group.endpoints();
        if matches!(group, Group::Quorate(..)) {
            let args: Vec<&str> = ["lock", path, "--ttl", "1s"].into_iter().chain(tied.then_some("--tied")).collect();
            return Ok(Self::Quorate(Box::new(Cli::new(endpoints).follow(&args))));
        }
        let mut command = Command::new("etcdctl");
        command.env("ETCDCTL_API", "3").args(["--endpoints", &endpoints.join(","), "lock", "--ttl", "1", path]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        child.map(Self::Etcd).map_err(|why| format!("etcdctl cannot be started: {why}"))
    }

    /// With signal 9.
    fn kill(self) {
        match self {
            Self::Quorate(running) => drop(running),
            Self::Etcd(mut child) => {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}
