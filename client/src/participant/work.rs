//! The program's side: one phase after the other, the newest order first.

use std::pin::pin;

use tokio::sync::mpsc;

use super::{Notice, Participant, PhaseError};
use crate::v1::{ParticipateRequest, Phase, PhaseDone, participate_request::Message as Say};

/// What comes from the agents.
pub(super) enum Event {
    /// The program is to do this.
    Order(Order),
    /// The program is to know this.
    Notice(Notice),
}

/// What a program is to do.
pub(super) struct Order {
    /// By which epoch; none when no agent says so.
    pub(super) epoch: Option<u64>,
    pub(super) phase: Phase,
    /// Where it is acknowledged; nowhere when no agent says so.
    pub(super) says: Option<mpsc::Sender<ParticipateRequest>>,
}

impl Order {
    /// Says that it was done; an agent that has gone, or does not read, is not told.
    fn acknowledge(&self) {
        if let (Some(says), Some(epoch)) = (&self.says, self.epoch) {
            let done = PhaseDone { epoch, phase: self.phase.into() };
            let _ = says.try_send(ParticipateRequest { message: Some(Say::Done(done)) });
        }
    }
}

/// Does what is told until nobody can tell anything any more, and all that was told is done.
pub(super) async fn run(program: &impl Participant, mut events: mpsc::Receiver<Event>) {
    let mut next = None;
    loop {
        let order = match next.take() {
            Some(order) => order,
            None => match events.recv().await {
                Some(Event::Order(order)) => order,
                Some(Event::Notice(notice)) => {
                    program.notice(notice);
                    continue;
                }
                None => return,
            },
        };
        let order = newest(program, &mut events, order);
        next = perform(program, &mut events, order).await;
    }
}

/// Of this order and those that have come meanwhile, the last.
fn newest(program: &impl Participant, events: &mut mpsc::Receiver<Event>, mut order: Order) -> Order {
    while let Ok(event) = events.try_recv() {
        match event {
            Event::Order(newer) => order = newer,
            Event::Notice(notice) => program.notice(notice),
        }
    }
    order
}

/// Does what an order says; returns the one that came meanwhile.
async fn perform(program: &impl Participant, events: &mut mpsc::Receiver<Event>, order: Order) -> Option<Order> {
    let mut phase = pin!(phase(program, &order));
    let mut newer = None;
    let mut open = true;
    let done = loop {
        tokio::select! {
            biased;
            done = &mut phase => break done,
            event = events.recv(), if open => match event {
                Some(Event::Notice(notice)) => program.notice(notice),
                Some(Event::Order(came)) => {
                    newer = Some(came);
                    if order.phase != Phase::Prepare {
                        return newer;
                    }
                }
                None => open = false,
            },
        }
    };
    match done {
        Ok(()) => order.acknowledge(),
        Err(error) => program.notice(Notice::Failed { phase: order.phase, epoch: order.epoch, error }),
    }
    newer
}

async fn phase(program: &impl Participant, order: &Order) -> Result<(), PhaseError> {
    match (order.phase, order.epoch) {
        (Phase::Recover, Some(epoch)) => program.recover(epoch).await,
        (Phase::Resume, Some(epoch)) => program.resume(epoch).await,
        // What cannot be understood is a reason to stop.
        _ => program.prepare(order.epoch).await,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Mutex;

    use tokio::sync::Notify;

    use super::*;

    /// Writes down what it is told; recovers only when it is let.
    #[derive(Default)]
    struct Program {
        told: Mutex<Vec<String>>,
        let_recover: Notify,
        let_prepare: Option<Notify>,
    }

    impl Program {
        fn note(&self, what: impl Into<String>) {
            self.told.lock().unwrap().push(what.into());
        }

        fn told(&self) -> Vec<String> {
            std::mem::take(&mut self.told.lock().unwrap())
        }
    }

    impl Participant for Program {
        async fn prepare(&self, epoch: Option<u64>) -> Result<(), PhaseError> {
            self.note(format!("prepare {epoch:?}"));
            if let Some(gate) = &self.let_prepare {
                gate.notified().await;
                self.note("prepared");
            }
            Ok(())
        }

        async fn recover(&self, epoch: u64) -> Result<(), PhaseError> {
            self.note(format!("recover {epoch}"));
            self.let_recover.notified().await;
            Ok(())
        }

        async fn resume(&self, _: u64) -> Result<(), PhaseError> {
            Err("no disk".into())
        }

        fn notice(&self, notice: Notice) {
            self.note(notice.to_string());
        }
    }

    fn order(epoch: u64, phase: Phase, says: &mpsc::Sender<ParticipateRequest>) -> Event {
        Event::Order(Order { epoch: Some(epoch), phase, says: Some(says.clone()) })
    }

    fn gone() -> Event {
        Event::Order(Order { epoch: None, phase: Phase::Prepare, says: None })
    }

    async fn done(said: &mut mpsc::Receiver<ParticipateRequest>) -> (u64, Phase) {
        match said.recv().await.unwrap().message.unwrap() {
            Say::Done(done) => (done.epoch, done.phase()),
            Say::Participant(_) => panic!("no acknowledgement"),
        }
    }

    /// Lets everything else run that can.
    async fn settle() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn each_phase_is_acknowledged_when_it_is_done() {
        let program = Program::default();
        let (says, mut said) = mpsc::channel(16);
        let (events, queue) = mpsc::channel(16);
        let story = async {
            events.send(order(7, Phase::Prepare, &says)).await.unwrap();
            assert_eq!(done(&mut said).await, (7, Phase::Prepare));
            events.send(order(7, Phase::Recover, &says)).await.unwrap();
            settle().await;
            assert!(said.try_recv().is_err());
            events.send(Event::Notice(Notice::Isolated(Phase::Recover))).await.unwrap();
            settle().await;
            assert_eq!(program.told().last().unwrap(), "was late: recover", "a notice does not wait");
            program.let_recover.notify_one();
            assert_eq!(done(&mut said).await, (7, Phase::Recover));
            events.send(order(7, Phase::Resume, &says)).await.unwrap();
            settle().await;
            assert!(said.try_recv().is_err(), "an error is no acknowledgement");
            assert_eq!(program.told(), ["failed to resume: no disk"]);
            drop(events);
        };
        tokio::join!(story, run(&program, queue));
    }

    #[tokio::test]
    async fn what_is_out_of_date_is_dropped_and_the_newest_order_counts() {
        let program = Program::default();
        let (says, mut said) = mpsc::channel(16);
        let (events, queue) = mpsc::channel(16);
        events.send(order(7, Phase::Recover, &says)).await.unwrap();
        let story = async {
            settle().await;
            events.send(gone()).await.unwrap();
            settle().await;
            events.send(order(8, Phase::Prepare, &says)).await.unwrap();
            events.send(order(9, Phase::Prepare, &says)).await.unwrap();
            assert_eq!(done(&mut said).await, (9, Phase::Prepare));
            assert_eq!(program.told(), ["recover 7", "prepare None", "prepare Some(9)"]);
            drop(events);
        };
        tokio::join!(story, run(&program, queue));
        assert!(said.try_recv().is_err());
    }

    #[tokio::test]
    async fn preparing_is_never_cut_short() {
        let program = Program { let_prepare: Some(Notify::new()), ..Program::default() };
        let (says, mut said) = mpsc::channel(16);
        let (events, queue) = mpsc::channel(16);
        events.send(order(7, Phase::Prepare, &says)).await.unwrap();
        let story = async {
            settle().await;
            events.send(gone()).await.unwrap();
            drop(events);
            settle().await;
            let gate = program.let_prepare.as_ref().unwrap();
            gate.notify_one();
            assert_eq!(done(&mut said).await, (7, Phase::Prepare));
            settle().await;
            gate.notify_one();
        };
        tokio::join!(story, run(&program, queue));
        assert_eq!(program.told(), ["prepare Some(7)", "prepared", "prepare None", "prepared"]);
    }
}
