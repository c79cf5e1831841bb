//! Requests that wait for their answer.
//!
//! An answer is joined to its request by number. Numbers begin with how often the folder was opened, so that an answer
//! which another node worked on while this one started anew is not taken for that of a later request.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use quorate_core::types::NodeId;
use tokio::sync::{mpsc, oneshot};

use super::{
    envelope::{Envelope, Kind},
    lock,
    message::{Reply, Request},
};
use crate::{event::Event, ids::ClusterUid, raft::codec};

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The link to the node is down.
    Unreachable,
    /// It took too long.
    Late,
    /// There is one, but it makes no sense.
    Nonsense(String),
}

/// Requests that wait, and the way out for messages.
pub(crate) struct Asker {
    events: mpsc::Sender<Event>,
    waiting: Mutex<Waiting>,
}

struct Waiting {
    next: u64,
    open: BTreeMap<u64, (NodeId, oneshot::Sender<Vec<u8>>)>,
}

impl Asker {
    /// `times`: how often the folder was opened.
    pub(crate) fn new(events: mpsc::Sender<Event>, times: u32) -> Self {
        Self { events, waiting: Mutex::new(Waiting { next: u64::from(times) << 32, open: BTreeMap::new() }) }
    }

    /// Asks a node and waits for its answer, so long.
    pub(crate) async fn ask(
        &self,
        cluster: ClusterUid,
        to: NodeId,
        request: &Request,
        limit: Duration,
    ) -> Result<Reply, NoAnswer> {
        let nonsense = |why: String| NoAnswer::Nonsense(why);
        let body = codec::encode(request).map_err(|why| nonsense(why.to_string()))?;
        let (number, answer) = self.note(to);
        let _forget = Forget { asker: self, number };
        let exchange = async {
            self.send(to, Envelope { kind: Kind::Request, cluster, number, body }).await;
            answer.await
        };
        match tokio::time::timeout(limit, exchange).await {
            Err(_) => Err(NoAnswer::Late),
            Ok(Err(_)) => Err(NoAnswer::Unreachable),
            Ok(Ok(body)) => codec::decode(&body).map_err(nonsense),
        }
    }

    /// Answers a request of `to`.
    pub(crate) async fn answer(&self, cluster: ClusterUid, to: NodeId, number: u64, reply: &Reply) {
        match codec::encode(reply) {
            Ok(body) => self.send(to, Envelope { kind: Kind::Answer, cluster, number, body }).await,
            Err(why) => tracing::error!(%why, "an answer cannot be written as bytes"),
        }
    }

    /// An answer came in.
    pub(crate) fn answered(&self, from: NodeId, number: u64, body: Vec<u8>) {
        let mut waiting = lock(&self.waiting);
        // Only whoever was asked may answer; all others, and those that are late, are not heard.
        if waiting.open.get(&number).is_some_and(|(to, _)| *to == from)
            && let Some((_, answer)) = waiting.open.remove(&number)
        {
            let _ = answer.send(body);
        }
    }

    /// The link to a node went down: what it was asked will not be answered.
    pub(crate) fn unreachable(&self, peer: NodeId) {
        lock(&self.waiting).open.retain(|_, (to, _)| *to != peer);
    }

    fn note(&self, to: NodeId) -> (u64, oneshot::Receiver<Vec<u8>>) {
        let (answer, wait) = oneshot::channel();
        let mut waiting = lock(&self.waiting);
        let number = waiting.next;
        waiting.next += 1;
        waiting.open.insert(number, (to, answer));
        (number, wait)
    }

    async fn send(&self, to: NodeId, envelope: Envelope) {
        // Nobody takes messages any more only when everything is ending.
        let _ = self.events.send(Event::Send { to, message: envelope.encode() }).await;
    }
}

/// Forgets a request that nobody waits for any more.
struct Forget<'a> {
    asker: &'a Asker,
    number: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        lock(&self.asker.waiting).open.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::message::Receipt;

    const A: NodeId = NodeId([1; 16]);
    const B: NodeId = NodeId([2; 16]);
    const CLUSTER: ClusterUid = ClusterUid([9; 16]);

    fn request() -> Request {
        Request::SnapshotPiece { offset: 0, bytes: vec![] }
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_one_that_was_asked_answers_and_only_in_time() {
        let (events, mut out) = mpsc::channel(4);
        let asker = std::sync::Arc::new(Asker::new(events, 3));
        let asking = tokio::spawn({
            let asker = asker.clone();
            async move { asker.ask(CLUSTER, A, &request(), Duration::from_secs(1)).await.map(|_| ()) }
        });
        let Some(Event::Send { to: A, message }) = out.recv().await else { panic!("nothing was sent") };
        let number = Envelope::decode(message).unwrap().number;
        assert_eq!(number, 3 << 32);
        let body = codec::encode(&Reply::Snapshot(Receipt::Lost)).unwrap();
        asker.answered(B, number, body.clone());
        asker.answered(A, number + 1, body.clone());
        tokio::task::yield_now().await;
        assert!(!asking.is_finished());
        asker.answered(A, number, body);
        assert_eq!(asking.await.unwrap(), Ok(()));
        let late = asker.ask(CLUSTER, A, &request(), Duration::from_secs(1)).await.map(|_| ());
        assert_eq!(late, Err(NoAnswer::Late));
        assert!(lock(&asker.waiting).open.is_empty());
    }

    #[tokio::test]
    async fn a_link_that_goes_down_ends_the_wait() {
        let (events, mut out) = mpsc::channel(4);
        let asker = std::sync::Arc::new(Asker::new(events, 1));
        let asking = tokio::spawn({
            let asker = asker.clone();
            async move { asker.ask(CLUSTER, A, &request(), Duration::from_secs(3600)).await.map(|_| ()) }
        });
        out.recv().await.unwrap();
        asker.unreachable(B);
        tokio::task::yield_now().await;
        assert!(!asking.is_finished());
        asker.unreachable(A);
        assert_eq!(asking.await.unwrap(), Err(NoAnswer::Unreachable));
    }
}
