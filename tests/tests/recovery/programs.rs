//! Programs that no agent has started take part in recovery.

use quorate::v1::{
    self, ParticipateRequest, ParticipateResponse, Phase, participate_request::Message as Said,
    participate_response::Message as Told,
};
use quorate_tests::{Agent, LIMIT, Plan, services::*};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

struct Program {
    say: mpsc::Sender<ParticipateRequest>,
    told: Streaming<ParticipateResponse>,
}

impl Program {
    async fn join(agent: &Agent, name: &str, level: u32) -> Self {
        let (say, said) = mpsc::channel(8);
        let participant = v1::Participant { name: name.to_owned(), level, deadline: millis(2_000), ..<_>::default() };
        say.send(ParticipateRequest { message: Some(Said::Participant(participant)) }).await.unwrap();
        let told = recovery_of(agent).await.participate(ReceiverStream::new(said)).await.unwrap().into_inner();
        Self { say, told }
    }

    /// What it is told next, bookmarks aside.
    async fn next(&mut self) -> Told {
        loop {
            let told =
                timeout(LIMIT, self.told.message()).await.expect("in time").unwrap().expect("the stream goes on");
            match told.message.unwrap() {
                Told::Bookmark(_) => {}
                other => return other,
            }
        }
    }

    async fn is_told(&mut self, phase: Phase) -> u64 {
        match self.next().await {
            Told::Order(order) if order.phase() == phase => order.epoch,
            other => panic!("{other:?} instead of {phase:?}"),
        }
    }

    async fn done(&mut self, epoch: u64, phase: Phase) {
        let done = v1::PhaseDone { epoch, phase: phase.into() };
        self.say.send(ParticipateRequest { message: Some(Said::Done(done)) }).await.unwrap();
    }

    async fn does(&mut self, phase: Phase) {
        let epoch = self.is_told(phase).await;
        self.done(epoch, phase).await;
    }
}

#[tokio::test]
async fn r1_programs_recover_level_by_level_across_the_cluster() {
    let stage = Stage::default();
    let mut cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    apply(cluster.agent("n1"), vec![stage.single("db")]).await.unwrap();
    cluster.recovered(&["n1", "n2", "n3"], |_| Ok(())).await;
    let mut low = Program::join(cluster.agent("n1"), "low", 1).await;
    let mut high = Program::join(cluster.agent("n2"), "high", 2).await;
    low.does(Phase::Prepare).await;
    let epoch = high.is_told(Phase::Prepare).await;
    high.done(epoch, Phase::Prepare).await;
    low.does(Phase::Recover).await;
    high.does(Phase::Recover).await;
    low.does(Phase::Resume).await;
    high.does(Phase::Resume).await;
    cluster.recovered(&["n1", "n2", "n3"], |_| Ok(())).await;

    // The cluster changes: all begin anew, and nobody recovers before all have stopped.
    cluster.agent_mut("n3").kill_dash_nine();
    let (first, second) = (low.is_told(Phase::Prepare).await, high.is_told(Phase::Prepare).await);
    low.done(first, Phase::Prepare).await;
    high.done(second, Phase::Prepare).await;
    let recover = low.is_told(Phase::Recover).await;
    assert!(recover > epoch);
    let waits = |now: &v1::Recovery| now.waits.iter().map(|wait| wait.what.clone()).collect::<Vec<_>>();
    let now = recovery(cluster.agent("n2")).await.unwrap();
    assert_eq!((now.level, waits(&now)), (1, vec!["low".to_owned()]));
    low.done(recover, Phase::Recover).await;
    // This one is late: it is isolated, and the cluster goes on.
    high.is_told(Phase::Recover).await;
    low.does(Phase::Resume).await;
    assert!(matches!(high.next().await, Told::Isolated(_)));
    let now = cluster.recovered(&["n1", "n2"], |_| Ok(())).await;
    let programs: Vec<(&str, bool)> =
        now.nodes.iter().flat_map(|node| &node.participants).map(|one| (one.name.as_str(), one.isolated)).collect();
    assert_eq!(programs, [("low", false), ("high", true)]);
}
