//! What is wrong or too much of sessions, names, locks and barriers: each is refused with its reason, and nobody else is hurt (L1).
//!
//! `QUORATE_TEST_FLOOD=100000 cargo test -p quorate-tests --test input coordination::` has a client ask for so many sessions, of
//! which it may have a tenth.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use quorate::{
    Client, ClientOptions, Error, Reason, Session, SessionOptions,
    v1::{
        self, AcquireLockRequest, BarrierPlan, GetLockRequest, LockClaim, OpenSessionRequest, WatchNamesRequest,
        barrier_plan::Parties, lock_service_client::LockServiceClient, name_service_client::NameServiceClient,
        session_service_client::SessionServiceClient,
    },
};
use quorate_tests::{Agent, Calm, Cluster, Plan};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

/// Requests of a flood that are under way at once.
const AT_ONCE: usize = 256;

async fn cluster(flags: &[&str]) -> Cluster {
    let cluster = Plan::new(3).quorate().flags(flags).form().await;
    cluster.quorum_all().await;
    cluster
}

async fn connect(agent: &Agent) -> Channel {
    Channel::from_shared(format!("http://{}", agent.api())).unwrap().connect().await.unwrap()
}

async fn open(agent: &Agent) -> Session {
    agent.client().open_session(SessionOptions::new().ttl(Duration::from_secs(60))).await.unwrap()
}

fn claim(path: &str) -> LockClaim {
    LockClaim { path: path.to_owned(), ..LockClaim::default() }
}

fn reason(status: &Status) -> (Code, String) {
    let info = status.get_details_error_info().unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    (status.code(), info.reason)
}

fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> Reason {
    result.unwrap_err().reason().unwrap_or_else(|| panic!("no reason")).clone()
}

/// Somebody else goes on with what it does; the longest that it waited.
async fn others_go_on(agent: &Agent, while_there: impl Future<Output = ()>) -> Duration {
    let client = Client::new(ClientOptions::new([agent.api()])).unwrap();
    let session = client.open_session(SessionOptions::new()).await.unwrap();
    let mut longest = Duration::ZERO;
    let mut flood = std::pin::pin!(while_there);
    loop {
        let start = Instant::now();
        let once = async {
            session.acquire(claim("others")).await.unwrap();
            session.release("others").await.unwrap();
        };
        tokio::select! {
            () = &mut flood => return longest,
            () = once => longest = longest.max(start.elapsed()),
        }
    }
}

#[tokio::test]
async fn l1_a_client_that_opens_too_many_sessions_hurts_nobody_else() {
    let asked = std::env::var("QUORATE_TEST_FLOOD").map_or(10_000, |text| text.parse().expect("a number of sessions"));
    let allowed = asked / 10;
    let cluster = cluster(&["--max-client-sessions", &allowed.to_string()]).await;
    let calm = Calm::before(&cluster).await;
    let (flooded, other) = (connect(cluster.agent("n1")).await, cluster.agent("n2"));
    let flood = async {
        let open = |_| {
            let mut client = SessionServiceClient::new(flooded.clone());
            async move {
                let request =
                    OpenSessionRequest { ttl: Some(Duration::from_secs(60).try_into().unwrap()), ..<_>::default() };
                client.open_session(request).await.map(drop)
            }
        };
        let (mut opened, mut limited) = (0, 0);
        let mut answers = stream::iter(0..asked).map(open).buffer_unordered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(()) => opened += 1,
                Err(status) => {
                    assert_eq!(reason(&status), (Code::ResourceExhausted, "LIMIT_REACHED".to_owned()), "{status}");
                    limited += 1;
                }
            }
        }
        println!("{opened} sessions were opened, {limited} refused");
        // The probe beside it is of the same address.
        assert!((allowed - 10..=allowed).contains(&opened), "as many as one client may have: {opened}");
    };
    let longest = others_go_on(other, flood).await;
    println!("somebody else waited {longest:?} for a lock at most");
    // Whoever has too many has room again when they are over; others never lacked any.
    calm.after(&cluster).await;
}

#[tokio::test]
async fn l1_a_lock_that_is_flooded_hurts_nobody_else() {
    let cluster = cluster(&["--max-queue", "50"]).await;
    let calm = Calm::before(&cluster).await;
    let holder = open(cluster.agent("n1")).await;
    holder.acquire(claim("flooded")).await.unwrap();
    let flood = async {
        let wait = |_| async {
            let waiter = open(cluster.agent("n1")).await;
            tokio::select! {
                answer = waiter.acquire(claim("flooded")) => Some(refused(answer)),
                () = tokio::time::sleep(Duration::from_secs(3)) => None,
            }
        };
        let answers: Vec<_> = stream::iter(0..200).map(wait).buffer_unordered(200).collect().await;
        let full = answers.iter().flatten().filter(|reason| **reason == Reason::LimitReached).count();
        assert_eq!((full, answers.len() - full), (150, 50), "{answers:?}");
    };
    let longest = others_go_on(cluster.agent("n2"), flood).await;
    println!("somebody else waited {longest:?} for a lock at most");
    calm.after(&cluster).await;
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let cluster = cluster(&["--max-names", "40", "--max-session-names", "20", "--max-participants", "3"]).await;
    let n1 = cluster.agent("n1");
    let session = open(n1).await;
    for path in ["", "/a", "a/", "a//b", "a/./b", "..", "a\nb", &"x".repeat(1025), &"y".repeat(256)] {
        assert_eq!(refused(session.acquire(claim(path)).await), Reason::BadRequest, "{path:?}");
        assert_eq!(refused(session.bind(path, "").await), Reason::BadRequest, "{path:?}");
    }
    assert_eq!(refused(session.bind("a", vec![0; 64 * 1024 + 1]).await), Reason::LimitReached);
    session.bind("a", vec![0; 64 * 1024]).await.unwrap();

    // Sessions that are none, or not one's own.
    let mut locks = LockServiceClient::new(connect(n1).await);
    let token = session.token().to_owned();
    let (id, secret) = token.split_once('.').unwrap();
    let wrong = format!("{id}.{}", if secret.starts_with('0') { secret.replace('0', "1") } else { "0".repeat(32) });
    for (text, code, expected) in [
        ("", Code::FailedPrecondition, "SESSION_REQUIRED"),
        ("nonsense", Code::InvalidArgument, "BAD_REQUEST"),
        (&format!("999-1.{secret}"), Code::NotFound, "SESSION_UNKNOWN"),
        (&wrong, Code::PermissionDenied, "SESSION_TOKEN_WRONG"),
    ] {
        let request = AcquireLockRequest { session: text.to_owned(), claim: Some(claim("b")), ..<_>::default() };
        let status = locks.acquire_lock(request).await.unwrap_err();
        assert_eq!(reason(&status), (code, expected.to_owned()), "{text}");
    }
    let status = locks.get_lock(GetLockRequest { path: "a".into(), ..<_>::default() }).await.unwrap_err();
    assert_eq!(reason(&status).1, "NAME_MISMATCH");
    for cursor in ["x", "AAAA", "%%%"] {
        let request = WatchNamesRequest { cursor: cursor.into(), ..<_>::default() };
        let status = NameServiceClient::new(connect(n1).await).watch_names(request).await.unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, "BAD_CURSOR".to_owned()));
    }
    for ttl in [Duration::from_millis(999), Duration::from_secs(3601)] {
        let request = OpenSessionRequest { ttl: Some(ttl.try_into().unwrap()), ..<_>::default() };
        let status = SessionServiceClient::new(connect(n1).await).open_session(request).await.unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, "BAD_REQUEST".to_owned()), "{status}");
    }

    // As many as are configured, and no more.
    for number in 1..20 {
        session.bind(&format!("n/{number}"), "").await.unwrap();
    }
    assert_eq!(refused(session.bind("n/20", "").await), Reason::LimitReached, "of one session");
    let other = open(n1).await;
    for number in 20..40 {
        other.bind(&format!("n/{number}"), "").await.unwrap();
    }
    assert_eq!(refused(open(n1).await.bind("n/40", "").await), Reason::LimitReached, "in all");
    session.unbind("n/1").await.unwrap();
    let plan = BarrierPlan { parties: Some(Parties::Count(4)), ..BarrierPlan::default() };
    assert_eq!(refused(session.enter_barrier("gate", plan).await), Reason::LimitReached, "so many could never come");
    // What is used as one thing is no other.
    assert_eq!(refused(session.release("n/2").await), Reason::NameMismatch);
    assert_eq!(refused(session.resign("n/2").await), Reason::NameMismatch);
    assert_eq!(refused(session.proclaim("n/2", "").await), Reason::NameMismatch);
    // All that was refused has changed nothing.
    let names = n1.client().names("").await.unwrap().bindings;
    assert_eq!(names.len(), 39);
    assert!(names.iter().all(|binding| binding.kind() == v1::NameKind::Binding));
}
