//! The services of the mock agent.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use quorate::v1;
use quorate::v1::admin_service_server::{AdminService, AdminServiceServer};
use quorate::v1::control_service_request::Action;
use quorate::v1::event_service_server::{EventService, EventServiceServer};
use quorate::v1::membership_service_server::{MembershipService, MembershipServiceServer};
use quorate::v1::participate_request::Message as Said;
use quorate::v1::recovery_service_server::{RecoveryService, RecoveryServiceServer};
use tokio_stream::Stream;
use tonic::transport::server::Router;
use tonic::{Request, Response, Status, Streaming};

use super::{Answer, State, Step, data};

type Reply<T> = Result<Response<T>, Status>;
type Messages<M> = Pin<Box<dyn Stream<Item = Result<M, Status>> + Send>>;

struct Mock(Arc<State>);

/// The cluster database has whole-system tests.
fn not_mocked() -> Status {
    Status::unimplemented("the mock has no cluster database")
}

pub fn router(state: &Arc<State>) -> Router {
    tonic::transport::Server::builder()
        .add_service(MembershipServiceServer::new(Mock(Arc::clone(state))))
        .add_service(EventServiceServer::new(Mock(Arc::clone(state))))
        .add_service(AdminServiceServer::new(Mock(Arc::clone(state))))
        .add_service(RecoveryServiceServer::new(Mock(Arc::clone(state))))
}

impl Mock {
    /// Writes the call down and does what the script says.
    async fn unary<T: Default>(&self, call: String, usual: impl FnOnce(&State) -> Result<T, Status>) -> Reply<T> {
        self.0.calls.lock().unwrap().push(call);
        let answer = self.0.answers.lock().unwrap().pop_front().unwrap_or(Answer::Usual);
        match answer {
            Answer::Usual => usual(&self.0).map(Response::new),
            Answer::Empty => Ok(Response::new(T::default())),
            Answer::Refuse(status) => Err(status),
            Answer::Hang => std::future::pending().await,
        }
    }

    fn header(&self) -> Option<v1::ResponseHeader> {
        Some(data::header(&self.0.name))
    }

    fn watch<M: Send + 'static>(&self, call: String, script: &Mutex<VecDeque<Vec<Step<M>>>>) -> Reply<Messages<M>> {
        self.0.calls.lock().unwrap().push(call);
        let steps = script.lock().unwrap().pop_front().unwrap_or_default();
        let dropped = Dropped(Arc::clone(&self.0));
        Ok(Response::new(Box::pin(async_stream::stream! {
            let _dropped = dropped;
            for step in steps {
                match step {
                    Step::Send(message) => yield Ok(message),
                    Step::Fail(status) => { yield Err(status); return; }
                    Step::End => return,
                    Step::Hear => {}
                    Step::Hang => break,
                }
            }
            std::future::pending::<()>().await;
        })))
    }
}

/// Tells the test that the server end of a watch is gone.
struct Dropped(Arc<State>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.watch_dropped.notify_one();
    }
}

#[tonic::async_trait]
impl MembershipService for Mock {
    type WatchMembershipStream = Messages<v1::WatchMembershipResponse>;

    async fn get_view(&self, _: Request<v1::GetViewRequest>) -> Reply<v1::GetViewResponse> {
        let header = self.header();
        self.unary("GetView".to_owned(), |_| {
            let state = v1::ViewState::Stable.into();
            Ok(v1::GetViewResponse { header, view: Some(data::view(12)), state })
        })
        .await
    }

    async fn list_nodes(&self, _: Request<v1::ListNodesRequest>) -> Reply<v1::ListNodesResponse> {
        let header = self.header();
        self.unary("ListNodes".to_owned(), |state| {
            let nodes = data::nodes(&state.name);
            Ok(v1::ListNodesResponse { header, nodes, next_page_token: String::new() })
        })
        .await
    }

    async fn get_node(&self, request: Request<v1::GetNodeRequest>) -> Reply<v1::GetNodeResponse> {
        let header = self.header();
        let name = request.into_inner().node_name;
        self.unary(format!("GetNode {name}"), |state| {
            let node = data::nodes(&state.name).into_iter().find(|node| node.node_name == name);
            Ok(v1::GetNodeResponse { header, node })
        })
        .await
    }

    async fn watch_membership(
        &self,
        request: Request<v1::WatchMembershipRequest>,
    ) -> Reply<Self::WatchMembershipStream> {
        let request = request.into_inner();
        self.watch(format!("WatchMembership {}", request.cursor), &self.0.membership)
    }

    async fn leave(&self, _: Request<v1::LeaveRequest>) -> Reply<v1::LeaveResponse> {
        let header = self.header();
        self.unary("Leave".to_owned(), |_| Ok(v1::LeaveResponse { header, confirmed: true })).await
    }

    async fn evict_node(&self, request: Request<v1::EvictNodeRequest>) -> Reply<v1::EvictNodeResponse> {
        let header = self.header();
        let request = request.into_inner();
        let call = format!("EvictNode {} {}", request.node_name, request.reason);
        self.unary(call, |_| Ok(v1::EvictNodeResponse { header })).await
    }

    async fn readmit_node(&self, request: Request<v1::ReadmitNodeRequest>) -> Reply<v1::ReadmitNodeResponse> {
        let header = self.header();
        let call = format!("ReadmitNode {}", request.into_inner().node_name);
        self.unary(call, |_| Ok(v1::ReadmitNodeResponse { header })).await
    }
}

#[tonic::async_trait]
impl EventService for Mock {
    type WatchEventsStream = Messages<v1::WatchEventsResponse>;

    async fn watch_events(&self, request: Request<v1::WatchEventsRequest>) -> Reply<Self::WatchEventsStream> {
        let request = request.into_inner();
        self.watch(format!("WatchEvents {}", request.cursor), &self.0.events)
    }

    async fn list_history(&self, _: Request<v1::ListHistoryRequest>) -> Reply<v1::ListHistoryResponse> {
        Err(not_mocked())
    }

    async fn list_events(&self, request: Request<v1::ListEventsRequest>) -> Reply<v1::ListEventsResponse> {
        let request = request.into_inner();
        let header = self.header();
        let index: usize = request.page_token.parse().unwrap_or(0);
        self.unary(format!("ListEvents {}", request.page_token), |state| {
            let pages = state.pages.lock().unwrap();
            let mut page = pages.get(index).cloned().unwrap_or_default();
            page.header = header;
            if index + 1 < pages.len() {
                page.next_page_token = (index + 1).to_string();
            }
            Ok(page)
        })
        .await
    }
}

#[tonic::async_trait]
impl AdminService for Mock {
    type BackupStream = Messages<v1::BackupResponse>;

    async fn list_settings(&self, _: Request<v1::ListSettingsRequest>) -> Reply<v1::ListSettingsResponse> {
        Err(not_mocked())
    }

    async fn set_setting(&self, _: Request<v1::SetSettingRequest>) -> Reply<v1::SetSettingResponse> {
        Err(not_mocked())
    }

    async fn backup(&self, _: Request<v1::BackupRequest>) -> Reply<Self::BackupStream> {
        Err(not_mocked())
    }

    async fn restore(&self, _: Request<Streaming<v1::RestoreRequest>>) -> Reply<v1::RestoreResponse> {
        Err(not_mocked())
    }

    async fn get_agent(&self, _: Request<v1::GetAgentRequest>) -> Reply<v1::GetAgentResponse> {
        let header = self.header();
        self.unary("GetAgent".to_owned(), |state| {
            Ok(v1::GetAgentResponse { header, agent: Some(data::agent(&state.name)) })
        })
        .await
    }
}

#[tonic::async_trait]
impl RecoveryService for Mock {
    type WatchRecoveryStream = Messages<v1::WatchRecoveryResponse>;
    type ParticipateStream = Messages<v1::ParticipateResponse>;

    async fn apply_services(&self, request: Request<v1::ApplyServicesRequest>) -> Reply<v1::ApplyServicesResponse> {
        let header = self.header();
        let request = request.into_inner();
        let names: Vec<&str> = request.services.iter().map(|service| service.name.as_str()).collect();
        let call = format!("ApplyServices {} {} {}", names.join(","), request.dry_run, request.expected_revision);
        self.unary(call, |state| {
            state.applied.lock().unwrap().push(request.clone());
            Ok(data::applied(header, &state.services.lock().unwrap(), &request))
        })
        .await
    }

    async fn list_services(&self, _: Request<v1::ListServicesRequest>) -> Reply<v1::ListServicesResponse> {
        let header = self.header();
        self.unary("ListServices".to_owned(), |state| {
            Ok(v1::ListServicesResponse { header, ..state.services.lock().unwrap().clone() })
        })
        .await
    }

    async fn control_service(&self, request: Request<v1::ControlServiceRequest>) -> Reply<v1::ControlServiceResponse> {
        let header = self.header();
        let call = match request.into_inner().action.unwrap() {
            Action::Start(name) => format!("Start {name}"),
            Action::Stop(name) => format!("Stop {name}"),
            Action::Restart(name) => format!("Restart {name}"),
            Action::Enable(name) => format!("Enable {name}"),
            Action::Undrain(name) => format!("Undrain {name}"),
            Action::Move(asked) => format!("Move {}/{} {}", asked.service, asked.instance, asked.node_name),
            Action::Disable(asked) => format!("Disable {} {}", asked.service, asked.reason),
            Action::Drain(asked) => format!("Drain {} {}", asked.node_name, asked.reason),
        };
        self.unary(call, |state| {
            let revision = state.services.lock().unwrap().revision + 1;
            Ok(v1::ControlServiceResponse { header, revision })
        })
        .await
    }

    async fn get_recovery(&self, _: Request<v1::GetRecoveryRequest>) -> Reply<v1::GetRecoveryResponse> {
        let header = self.header();
        self.unary("GetRecovery".to_owned(), |state| {
            Ok(v1::GetRecoveryResponse { header, recovery: Some(state.stands.lock().unwrap().clone()) })
        })
        .await
    }

    async fn watch_recovery(&self, _: Request<v1::WatchRecoveryRequest>) -> Reply<Self::WatchRecoveryStream> {
        self.watch("WatchRecovery".to_owned(), &self.0.recovery)
    }

    async fn explain_recovery(
        &self,
        request: Request<v1::ExplainRecoveryRequest>,
    ) -> Reply<v1::ExplainRecoveryResponse> {
        let header = self.header();
        let request = request.into_inner();
        let call = format!("Explain {} {}", request.failed_nodes.join(","), request.drained_nodes.join(","));
        self.unary(call, |_| Ok(v1::ExplainRecoveryResponse { header, shifts: data::shifts() })).await
    }

    async fn participate(&self, request: Request<Streaming<v1::ParticipateRequest>>) -> Reply<Self::ParticipateStream> {
        let mut said = request.into_inner();
        let Some(Said::Participant(first)) = said.message().await?.and_then(|first| first.message) else {
            return Err(Status::invalid_argument("the first message must say what it is"));
        };
        let state = Arc::clone(&self.0);
        let note = move |call: String| state.calls.lock().unwrap().push(call);
        note(format!("Participate {}", first.name));
        let steps = self.0.participate.lock().unwrap().pop_front().unwrap_or_default();
        Ok(Response::new(Box::pin(async_stream::stream! {
            for step in steps {
                match step {
                    Step::Send(message) => yield Ok(message),
                    Step::Fail(status) => { yield Err(status); return; }
                    Step::End => return,
                    Step::Hang => break,
                    Step::Hear => match said.message().await {
                        Ok(Some(v1::ParticipateRequest { message: Some(Said::Done(done)) })) => {
                            note(format!("Done {} {:?}", done.epoch, done.phase()));
                        }
                        _ => return,
                    },
                }
            }
            std::future::pending::<()>().await;
        })))
    }
}
