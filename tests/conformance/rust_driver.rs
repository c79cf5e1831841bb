//! The driver of the Rust SDK. See `README.md` beside this file for what it is told and what it answers.

mod rust_participation;

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{Stream, StreamExt};
use quorate::{
    Client, ClientOptions, Error, EventWatchOptions, Loss, MembershipWatchOptions, NameWatchOptions, Session,
    SessionOptions, v1,
};
use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader, stdin},
    runtime::Handle,
    time::timeout,
};

use crate::rust_participation::Participations;

type Args = Map<String, Value>;
type Key = (String, String);
/// A message of a watch as it is answered, with its cursor.
type Messages = Pin<Box<dyn Stream<Item = Result<Value, Error>> + Send>>;

/// Why a step failed.
enum Failure {
    Sdk(Error),
    /// It was not done in the time of the step.
    Late,
    /// A fault of the scenario or of this driver.
    Odd(String),
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Sdk(error.into())
    }
}

/// What the scenario has made, by the names that it gave.
#[derive(Default)]
struct Driver {
    clients: Mutex<BTreeMap<String, Client>>,
    sessions: Mutex<BTreeMap<String, Session>>,
    /// The tokens of the locks that are held.
    held: Mutex<BTreeMap<Key, v1::Token>>,
    watches: Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<Messages>>>>,
    participations: Participations,
}

#[tokio::main]
async fn main() {
    let driver = Arc::new(Driver::default());
    let mut lines = BufReader::new(stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(Value::Object(args)) = serde_json::from_str::<Value>(&line) else { continue };
        let driver = Arc::clone(&driver);
        tokio::spawn(async move {
            let id = args.get("id").cloned().unwrap_or_default();
            match driver.step(&args).await {
                Ok(result) => println!("{}", json!({"id": id, "ok": result})),
                Err(failure) => println!("{}", json!({"id": id, "error": failure.shown()})),
            }
        });
    }
}

impl Driver {
    async fn step(&self, args: &Args) -> Result<Value, Failure> {
        match text(args, "op").as_str() {
            "connect" => self.connect(args),
            "close_client" => {
                locked(&self.clients).remove(&text(args, "client"));
                Ok(json!({}))
            }
            "background" => {
                // This step is a task itself.
                let others = Handle::current().metrics().num_alive_tasks().saturating_sub(1);
                Ok(json!({"left": vec!["a task"; others]}))
            }
            "agent" | "view" | "nodes" | "quorum" | "lock" | "leader" | "name" | "names" | "barrier" | "recovery"
            | "watch" => self.ask(args).await,
            "participate" => {
                self.participations.begin(self.client(args)?, args);
                Ok(json!({}))
            }
            "phase" | "finish" | "notice" | "participation" | "stop_participating" => {
                self.participations.step(args).await
            }
            "open_session" | "resume_session" => self.open(args).await,
            "detach_session" => {
                let session =
                    locked(&self.sessions).remove(&text(args, "session")).ok_or_else(|| odd("no such session"))?;
                Ok(json!({"token": session.token()}))
            }
            "next" => self.next(args).await,
            "close_watch" => {
                locked(&self.watches).remove(&text(args, "watch"));
                Ok(json!({}))
            }
            _ => self.hold(args).await,
        }
    }

    fn connect(&self, args: &Args) -> Result<Value, Failure> {
        let endpoints = args.get("endpoints").and_then(Value::as_array).into_iter().flatten();
        let mut options = ClientOptions::new(endpoints.filter_map(Value::as_str));
        if let Some(time) = seconds(args, "call_timeout") {
            options = options.call_timeout(time);
        }
        if let Some(time) = seconds(args, "attempt_timeout") {
            options = options.attempt_timeout(time);
        }
        if let Some(rounds) = number(args, "rounds") {
            options = options.rounds(u32::try_from(rounds).unwrap_or(u32::MAX));
        }
        locked(&self.clients).insert(text(args, "client"), Client::new(options)?);
        Ok(json!({}))
    }

    fn client(&self, args: &Args) -> Result<Client, Failure> {
        locked(&self.clients).get(&text(args, "client")).cloned().ok_or_else(|| odd("no such client"))
    }

    /// What a client asks.
    async fn ask(&self, args: &Args) -> Result<Value, Failure> {
        let client = self.client(args)?;
        let path = text(args, "path");
        Ok(match text(args, "op").as_str() {
            "agent" => json!({"node": client.agent().await?.header.unwrap_or_default().node_name}),
            "view" => {
                let answer = client.view().await?;
                let state = v1::ViewState::try_from(answer.state)
                    .map_or_else(|_| answer.state.to_string(), |state| state.as_str_name().to_owned());
                let members = answer.view.unwrap_or_default().members.into_iter().map(|member| member.node_name);
                json!({"members": members.collect::<Vec<_>>(), "state": state})
            }
            "nodes" => {
                let names = client.nodes().await?.nodes.into_iter().map(|node| node.node_name);
                json!({"nodes": names.collect::<BTreeSet<_>>()})
            }
            "quorum" => {
                let quorum = client.quorum().await?.quorum.unwrap_or_default();
                json!({"has": quorum.granted, "epoch": quorum.epoch})
            }
            "lock" => {
                let answer = client.lock(&path).await?;
                let holders: Vec<_> = answer.holders.into_iter().map(|holder| holder.session_id).collect();
                json!({"holders": holders, "waiting": answer.waiting})
            }
            "leader" => {
                let value = client.leader(&path).await?.leader.map(|leader| leader.value);
                json!({"value": value.map(|value| String::from_utf8_lossy(&value).into_owned())})
            }
            "name" => {
                let bindings = client.name(&path).await?.bindings;
                json!({"bindings": bindings.iter().map(binding).collect::<Vec<_>>()})
            }
            "names" => {
                let bindings = client.names(&text(args, "prefix")).await?.bindings;
                let path = |binding: Option<&v1::Binding>| binding.map(|binding| binding.path.clone());
                json!({"count": bindings.len(), "first": path(bindings.first()), "last": path(bindings.last())})
            }
            "barrier" => {
                let barrier = client.barrier(&path).await?.barrier.unwrap_or_default();
                json!({"arrived": barrier.arrived_session_ids.len(), "missing": barrier.missing})
            }
            "recovery" => {
                let recovery = client.recovery().await?.recovery.unwrap_or_default();
                let stage = recovery.stage().as_str_name().trim_start_matches("RECOVERY_STAGE_");
                let programs = recovery.nodes.iter().flat_map(|node| &node.participants);
                let mut names: Vec<_> = programs.map(|program| &program.name).collect();
                names.sort();
                json!({"stage": stage, "epoch": recovery.epoch, "participants": names})
            }
            _ => {
                let watch = Arc::new(tokio::sync::Mutex::new(watch(&client, args)?));
                locked(&self.watches).insert(text(args, "watch"), watch);
                json!({})
            }
        })
    }

    async fn open(&self, args: &Args) -> Result<Value, Failure> {
        let client = self.client(args)?;
        let session = if text(args, "op") == "open_session" {
            let options = SessionOptions::new().label(text(args, "label")).group(text(args, "group"));
            let options = seconds(args, "ttl").map_or(options.clone(), |ttl| options.ttl(ttl));
            client.open_session(options).await?
        } else {
            client.resume_session(&text(args, "token")).await?
        };
        let answer = json!({"id": session.id(), "token": session.token()});
        locked(&self.sessions).insert(text(args, "session"), session);
        Ok(answer)
    }

    /// What is done with a session.
    async fn hold(&self, args: &Args) -> Result<Value, Failure> {
        let name = text(args, "session");
        let session = locked(&self.sessions).get(&name).cloned().ok_or_else(|| odd("no such session"))?;
        let path = text(args, "path");
        let key = (name.clone(), path.clone());
        let value = match number(args, "size") {
            Some(size) => vec![b'x'; usize::try_from(size).unwrap_or(0)],
            None => text(args, "value").into_bytes(),
        };
        Ok(match text(args, "op").as_str() {
            "close_session" => {
                locked(&self.sessions).remove(&name);
                session.close().await?;
                json!({})
            }
            "valid" => json!({"valid": session.is_live(), "left": session.left().as_secs_f64()}),
            "wait_lost" => match session.lost(seconds(args, "margin").unwrap_or_default()).await {
                Loss::Ended(error) => json!({"reason": error.reason().map(ToString::to_string)}),
                _ => json!({"reason": null}),
            },
            "acquire" => self.acquire(args, &session, key).await?,
            "release" => {
                locked(&self.held).remove(&key);
                session.release(&path).await?;
                json!({})
            }
            "held" => json!({"valid": locked(&self.held).contains_key(&key) && session.is_live()}),
            "campaign" => json!({"token": token(within(args, session.campaign(&path, value)).await?.token)}),
            "proclaim" => session.proclaim(&path, value).await.map(|_| json!({}))?,
            "resign" => session.resign(&path).await.map(|_| json!({}))?,
            "bind" => {
                let shared = args.get("shared").and_then(Value::as_bool).unwrap_or_default();
                let expected_revision = number(args, "expected_revision");
                let request = v1::BindNameRequest { path, value, shared, expected_revision, ..<_>::default() };
                let answer = session.bind_name(request).await?;
                json!({"token": token(answer.token), "revision": answer.modified_revision})
            }
            "unbind" => session.unbind(&path).await.map(|_| json!({}))?,
            "enter" => {
                let entered = within(args, session.enter_barrier(&path, plan(args))).await?;
                json!({"generation": entered.generation})
            }
            "leave" => json!({"generation": within(args, session.leave_barrier(&path)).await?.generation}),
            "abort" => {
                json!({"generation": session.abort_barrier(&path, &text(args, "reason")).await?.generation})
            }
            other => return Err(odd(&format!("no such step: {other}"))),
        })
    }

    async fn acquire(&self, args: &Args, session: &Session, key: Key) -> Result<Value, Failure> {
        let mode = match text(args, "mode").as_str() {
            "shared" => v1::NameMode::Shared,
            "counted" => v1::NameMode::Counted,
            _ => v1::NameMode::Exclusive,
        };
        let claim = v1::LockClaim {
            path: key.1.clone(),
            mode: mode.into(),
            limit: number(args, "limit").and_then(|limit| u32::try_from(limit).ok()).unwrap_or_default(),
            delay: seconds(args, "delay").and_then(|delay| delay.try_into().ok()),
            no_wait: args.contains_key("try"),
            ..v1::LockClaim::default()
        };
        let granted = match within(args, session.acquire(claim)).await {
            Err(Failure::Sdk(error))
                if args.contains_key("try")
                    && matches!(error.reason(), Some(quorate::Reason::NameHeld | quorate::Reason::NameDelayed)) =>
            {
                return Ok(json!({"token": null}));
            }
            answer => answer?.token,
        };
        locked(&self.held).extend(granted.map(|token| (key, token)));
        Ok(json!({"token": token(granted)}))
    }

    async fn next(&self, args: &Args) -> Result<Value, Failure> {
        let watch = locked(&self.watches).get(&text(args, "watch")).cloned().ok_or_else(|| odd("no such watch"))?;
        let mut watch = watch.lock().await;
        let limit = seconds(args, "timeout").unwrap_or(Duration::from_secs(10));
        loop {
            let message = timeout(limit, watch.next()).await.map_err(|_| Failure::Late)?;
            let message = message.ok_or_else(|| odd("the watch has ended"))??;
            if message["kind"] != "bookmark" {
                return Ok(message);
            }
        }
    }
}

/// What a wait comes to in the time that the step gives it; when it is given up, the place stays.
async fn within<T>(args: &Args, wait: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match seconds(args, "timeout") {
        Some(limit) => Ok(timeout(limit, wait).await.map_err(|_| Failure::Late)??),
        None => Ok(wait.await?),
    }
}

fn watch(client: &Client, args: &Args) -> Result<Messages, Failure> {
    let (path, cursor) = (text(args, "path"), text(args, "cursor"));
    Ok(match text(args, "kind").as_str() {
        "names" => shown(client.watch_names(NameWatchOptions::new(path).cursor(cursor))?, |message| {
            (message.cursor.clone(), name_message(message.message.as_ref()))
        }),
        "events" => shown(client.watch_events(EventWatchOptions::new().path_prefix(path).cursor(cursor))?, |message| {
            use v1::watch_events_response::Message;
            let kind = message.message.as_ref().map(|message| match message {
                Message::Snapshot(_) => "snapshot",
                Message::Event(_) => "event",
                Message::Bookmark(_) => "bookmark",
                Message::Coordination(_) => "coordination",
                Message::Recovery(_) => "recovery",
            });
            (message.cursor.clone(), json!({"kind": kind}))
        }),
        "membership" => shown(client.watch_membership(MembershipWatchOptions::new().cursor(cursor))?, |message| {
            use v1::watch_membership_response::Message;
            let kind = message.message.as_ref().map(|message| match message {
                Message::Snapshot(_) => "snapshot",
                Message::View(_) => "view",
                Message::TransitionStarted(_) => "transition_started",
                Message::ViewStable(_) => "view_stable",
                Message::Node(_) => "node",
                Message::NodeForgotten(_) => "node_forgotten",
                Message::Bookmark(_) => "bookmark",
            });
            (message.cursor.clone(), json!({"kind": kind}))
        }),
        "leader" => shown(client.observe_leader(&path), |message| {
            use v1::observe_leader_response::Message;
            let kind = message.message.as_ref().map(|message| match message {
                Message::Leader(_) => "leader",
                Message::NoLeader(_) => "no_leader",
                Message::Bookmark(_) => "bookmark",
            });
            (String::new(), json!({"kind": kind}))
        }),
        _ => return Err(odd("no such watch")),
    })
}

fn shown<M: Send + 'static>(watch: quorate::Watch<M>, show: fn(&M) -> (String, Value)) -> Messages {
    let mut last = String::new();
    let with_cursor = move |message: M| {
        let (cursor, mut shown) = show(&message);
        if !cursor.is_empty() {
            last = cursor;
        }
        shown["cursor"] = last.clone().into();
        shown
    };
    Box::pin(watch.scan(with_cursor, |with_cursor, message| std::future::ready(Some(message.map(with_cursor)))))
}

fn name_message(message: Option<&v1::watch_names_response::Message>) -> Value {
    use v1::watch_names_response::Message;
    match message {
        None => json!({"kind": null}),
        Some(Message::Bookmark(_)) => json!({"kind": "bookmark"}),
        Some(Message::Snapshot(snapshot)) => json!({
            "kind": "snapshot",
            "reason": snapshot.reason().as_str_name(),
            "paths": snapshot.bindings.iter().map(|binding| binding.path.clone()).collect::<Vec<_>>(),
            "more": snapshot.more,
        }),
        Some(Message::Bound(bound)) => {
            let mut shown = binding(bound);
            shown["kind"] = "bound".into();
            shown
        }
        Some(Message::Unbound(unbound)) => {
            let path = unbound.binding.as_ref().map(|binding| binding.path.clone());
            json!({"kind": "unbound", "path": path, "end": unbound.reason().as_str_name()})
        }
    }
}

fn binding(binding: &v1::Binding) -> Value {
    let value = (binding.value.len() <= 256).then(|| String::from_utf8_lossy(&binding.value).into_owned());
    let (path, size, revision) = (&binding.path, binding.value.len(), binding.modified_revision);
    json!({"path": path, "value": value, "size": size, "revision": revision})
}

fn plan(args: &Args) -> v1::BarrierPlan {
    let count = number(args, "count").and_then(|count| u32::try_from(count).ok());
    let departure = match text(args, "departure").as_str() {
        "wait" => v1::DeparturePolicy::Wait,
        "shrink" => v1::DeparturePolicy::Shrink,
        _ => v1::DeparturePolicy::Abort,
    };
    v1::BarrierPlan {
        parties: count.map(v1::barrier_plan::Parties::Count),
        is_double: args.get("double").and_then(Value::as_bool).unwrap_or_default(),
        departure: departure.into(),
        deadline: seconds(args, "deadline").and_then(|deadline| deadline.try_into().ok()),
    }
}

impl Failure {
    fn shown(&self) -> Value {
        match self {
            Self::Late => json!({"kind": "deadline", "reason": null, "text": "not in time"}),
            Self::Odd(text) => json!({"kind": "other", "reason": null, "text": text}),
            Self::Sdk(error) => {
                let kind = match error {
                    Error::Options(_) => "options",
                    Error::Refused(_) => "refused",
                    Error::Unavailable { .. } => "unavailable",
                    Error::Deadline { .. } => "deadline",
                    Error::Lost(_) => "lost",
                    _ => "other",
                };
                json!({"kind": kind, "reason": error.reason().map(ToString::to_string), "text": error.to_string()})
            }
        }
    }
}

fn odd(text: &str) -> Failure {
    Failure::Odd(text.to_owned())
}

fn token(token: Option<v1::Token>) -> Option<[u64; 2]> {
    token.map(|token| [token.epoch, token.counter])
}

fn text(args: &Args, name: &str) -> String {
    args.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn number(args: &Args, name: &str) -> Option<u64> {
    args.get(name).and_then(Value::as_u64)
}

fn seconds(args: &Args, name: &str) -> Option<Duration> {
    args.get(name).and_then(Value::as_f64).map(Duration::from_secs_f64)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
