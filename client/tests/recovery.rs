//! Services and their recovery: what is repeated, the watch, and programs that take part.

#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Mutex;
use std::time::Duration;

use futures_util::StreamExt;
use quorate::v1::{self, Phase, participate_response::Message as Told, watch_recovery_response::Message};
use quorate::{Client, ClientOptions, Code, Error, Notice, Participant, ParticipantOptions, PhaseError, Reason};
use support::{Answer, MockAgent, PATIENCE, Step, data, refusal};

fn client(endpoints: &[&str]) -> Client {
    let options = ClientOptions::new(endpoints.iter().copied()).connect_timeout(Duration::from_secs(30));
    Client::new(options.call_timeout(PATIENCE).attempt_timeout(PATIENCE)).unwrap()
}

fn apply(expected_revision: u64) -> v1::ApplyServicesRequest {
    let services = vec![data::service("api", &["web"])];
    v1::ApplyServicesRequest { services, expected_revision, ..v1::ApplyServicesRequest::default() }
}

fn unavailable() -> Answer {
    Answer::Refuse(refusal(Code::Unavailable, "QUORUM_LOST", "no leader"))
}

#[tokio::test]
async fn every_call_reaches_an_agent() {
    let agent = MockAgent::start("n1").await;
    let client = client(&[&agent.address]);
    let plan = client.apply_services(v1::ApplyServicesRequest { dry_run: true, ..apply(0) }).await.unwrap();
    assert_eq!((plan.revision, plan.changes[0].kind()), (7, v1::ChangeKind::Added));
    assert_eq!(client.apply_services(apply(7)).await.unwrap().revision, 8);
    assert_eq!(client.services().await.unwrap().services.len(), 3);
    client.start_service("web").await.unwrap();
    client.stop_service("web").await.unwrap();
    client.restart_service("web").await.unwrap();
    client.move_service("web", 1, "n3").await.unwrap();
    client.disable_service("web", "broken").await.unwrap();
    client.enable_service("web").await.unwrap();
    client.drain_node("n1", "new disk").await.unwrap();
    assert_eq!(client.undrain_node("n1").await.unwrap().revision, 8);
    assert_eq!(client.recovery().await.unwrap().recovery.unwrap(), data::recovery());
    let failed_nodes = vec!["n1".to_owned()];
    let question = v1::ExplainRecoveryRequest { failed_nodes, ..v1::ExplainRecoveryRequest::default() };
    assert_eq!(client.explain_recovery(question).await.unwrap().shifts, data::shifts());
    let expected = [
        "ApplyServices api true 0",
        "ApplyServices api false 7",
        "ListServices",
        "Start web",
        "Stop web",
        "Restart web",
        "Move web/1 n3",
        "Disable web broken",
        "Enable web",
        "Drain n1 new disk",
        "Undrain n1",
        "GetRecovery",
        "Explain n1 ",
    ];
    assert_eq!(agent.calls(), expected);
}

#[tokio::test]
async fn decisions_are_repeated_elsewhere_but_a_restart_is_not() {
    let (first, second) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    first.answer([unavailable()]);
    client(&[&first.address, &second.address]).stop_service("web").await.unwrap();
    assert_eq!((first.calls(), second.calls()), (vec!["Stop web".to_owned()], vec!["Stop web".to_owned()]));

    first.answer([unavailable()]);
    let error = client(&[&first.address, &second.address]).restart_service("web").await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::QuorumLost));
    assert_eq!(second.calls().len(), 1);
}

#[tokio::test]
async fn reasons_are_typed() {
    let agent = MockAgent::start("n1").await;
    let client = client(&[&agent.address]);
    for (code, reason, expected) in [
        (Code::InvalidArgument, "SERVICE_INVALID", Reason::ServiceInvalid),
        (Code::NotFound, "SERVICE_NOT_FOUND", Reason::ServiceNotFound),
        (Code::FailedPrecondition, "CANNOT_MOVE", Reason::CannotMove),
    ] {
        agent.answer([Answer::Refuse(refusal(code, reason, "no"))]);
        let error = client.move_service("web", 0, "n9").await.unwrap_err();
        assert_eq!(error.reason(), Some(&expected));
    }
}

#[tokio::test]
async fn a_conflict_with_ones_own_lost_attempt_is_none() {
    let (rude, _) = support::hanging_up().await;
    let agent = MockAgent::start("n1").await;
    let conflict = || Answer::Refuse(refusal(Code::Aborted, "CONFLICT", "another revision"));
    agent.answer([conflict()]);
    agent.services(|known| {
        let service = Some(data::service("api", &["web"]));
        known.services.push(v1::DefinedService { service, ..v1::DefinedService::default() });
    });
    let answer = client(&[&rude, &agent.address]).apply_services(apply(7)).await.unwrap();
    assert!(answer.changes.is_empty());
    assert_eq!(agent.calls(), ["ApplyServices api false 7", "ApplyServices api true 0"]);

    // Somebody else's change is one, and so is any where no attempt was lost.
    agent.services(|known| drop(known.services.pop()));
    agent.answer([conflict()]);
    let error = client(&[&rude, &agent.address]).apply_services(apply(7)).await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::Conflict));
    agent.answer([conflict()]);
    assert!(client(&[&agent.address]).apply_services(apply(7)).await.is_err());
    assert_eq!(agent.calls().len(), 5);
}

#[tokio::test]
async fn the_watch_goes_on_at_another_agent() {
    let (first, second) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    first.watch_recovery(vec![Step::Send(data::recovery_message(data::recovery())), Step::End]);
    let nobody = v1::WatchRecoveryResponse { header: None, message: Some(Message::NoRecovery(v1::NoRecovery {})) };
    let recovered = Step::Send(data::recovery_message(data::recovered()));
    second.watch_recovery(vec![Step::Send(nobody), recovered, Step::Hang]);
    let mut watch = client(&[&first.address, &second.address]).watch_recovery();
    for expected in [
        Message::Recovery(data::recovery()),
        Message::NoRecovery(v1::NoRecovery {}),
        Message::Recovery(data::recovered()),
    ] {
        let told = tokio::time::timeout(PATIENCE, watch.next()).await.unwrap().unwrap().unwrap();
        assert_eq!(told.message, Some(expected));
    }
    assert_eq!((first.calls().len(), second.calls().len()), (1, 1));
}

/// Writes down what it is told.
#[derive(Default)]
struct Program {
    told: Mutex<Vec<String>>,
}

impl Program {
    fn note(&self, what: String) {
        self.told.lock().unwrap().push(what);
    }

    fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}

impl Participant for Program {
    async fn prepare(&self, epoch: Option<u64>) -> Result<(), PhaseError> {
        self.note(format!("prepare {epoch:?}"));
        Ok(())
    }

    async fn recover(&self, epoch: u64) -> Result<(), PhaseError> {
        self.note(format!("recover {epoch}"));
        if epoch == 9 { Err("no disk".into()) } else { Ok(()) }
    }

    async fn resume(&self, epoch: u64) -> Result<(), PhaseError> {
        self.note(format!("resume {epoch}"));
        Ok(())
    }

    fn notice(&self, notice: Notice) {
        match notice {
            Notice::Joined { .. } => self.note("joined".to_owned()),
            Notice::Away(_) => self.note("away".to_owned()),
            other => self.note(other.to_string()),
        }
    }
}

fn told(message: Told) -> Step<v1::ParticipateResponse> {
    Step::Send(v1::ParticipateResponse { header: Some(data::header("n1")), message: Some(message) })
}

fn order(epoch: u64, phase: Phase) -> Step<v1::ParticipateResponse> {
    told(Told::Order(v1::PhaseOrder { epoch, phase: phase.into() }))
}

#[tokio::test]
async fn a_program_takes_part_and_goes_on_at_the_next_agent() {
    let (first, second) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    let phases = [Phase::Prepare, Phase::Recover, Phase::Resume];
    let mut script: Vec<_> = phases.into_iter().flat_map(|phase| [order(8, phase), Step::Hear]).collect();
    script.push(told(Told::Bookmark(v1::Bookmark {})));
    script.push(Step::Fail(refusal(Code::Unavailable, "STOPPING", "stopping")));
    first.participate(script);
    let isolated = told(Told::Isolated(v1::Isolated { phase: Phase::Recover.into() }));
    second.participate(vec![order(9, Phase::Prepare), Step::Hear, order(9, Phase::Recover), isolated, Step::Hear]);

    let program = Program::default();
    let client = client(&[&first.address, &second.address]);
    let options = ParticipantOptions::new("store").level(3);
    let seen = async {
        let waiting = async {
            while program.told().len() < 11 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{:?}", program.told()));
    };
    tokio::select! {
        () = seen => {}
        error = client.participate(options, &program) => panic!("{error}"),
    }
    let mut told = program.told();
    let after = told.split_off(8);
    assert_eq!(
        told,
        ["joined", "prepare Some(8)", "recover 8", "resume 8", "away", "prepare None", "joined", "prepare Some(9)"]
    );
    assert!(after.contains(&"recover 9".to_owned()), "{after:?}");
    assert!(after.contains(&"failed to recover: no disk".to_owned()), "{after:?}");
    assert!(after.contains(&"was late: recover".to_owned()), "{after:?}");
    assert_eq!(first.calls(), ["Participate store", "Done 8 Prepare", "Done 8 Recover", "Done 8 Resume"]);
    assert_eq!(second.asked(2).await[..2], ["Participate store", "Done 9 Prepare"]);
    assert_eq!(second.calls().len(), 2, "a failure is not acknowledged");
}

#[tokio::test]
async fn a_refusal_that_every_agent_would_repeat_ends_taking_part() {
    let agent = MockAgent::start("n1").await;
    let refused = Step::Fail(refusal(Code::InvalidArgument, "BAD_REQUEST", "1 to 128 bytes are allowed"));
    agent.participate(vec![order(8, Phase::Prepare), Step::Hear, refused]);
    let program = Program::default();
    let taking_part = client(&[&agent.address]);
    let ended = taking_part.participate(ParticipantOptions::new(""), &program);
    let error = tokio::time::timeout(PATIENCE, ended).await.unwrap();
    assert_eq!(error.reason(), Some(&Reason::BadRequest));
    assert_eq!(program.told(), ["joined", "prepare Some(8)", "away", "prepare None"]);
    let bad = ParticipantOptions::new("store").deadline(Duration::ZERO);
    assert!(matches!(taking_part.participate(bad, &program).await, Error::Options(_)));
}

#[tokio::test]
async fn a_silent_agent_is_gone() {
    let (first, second) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    first.participate(vec![order(8, Phase::Prepare), Step::Hear, Step::Hang]);
    second.participate(vec![order(8, Phase::Prepare), Step::Hear, Step::Hang]);
    let program = Program::default();
    let client = client(&[&first.address, &second.address]);
    let options = ParticipantOptions::new("store").idle_timeout(Duration::from_millis(500));
    tokio::select! {
        _ = second.asked(2) => {}
        error = client.participate(options, &program) => panic!("{error}"),
    }
    assert_eq!(program.told()[..4], ["joined", "prepare Some(8)", "away", "prepare None"]);
}
