//! Services, and their recovery after a change of the cluster.

use crate::client::Client;
use crate::error::Error;
use crate::reason::Reason;
use crate::retry::Safety;
use crate::v1::{self, control_service_request::Action};
use crate::watch::{self, Watch};

impl Client {
    /// Defines services: those that are new or differ are put, and with `prune` all others are removed; with `dry_run` only says
    /// what would change and where everything would run. All is done or nothing.
    ///
    /// Blocks until the change is durable, not until it is carried out: [`watch_recovery`](Self::watch_recovery) tells of that.
    /// Repeated when needed. With `expected_revision`, when an attempt without an answer had been carried out after all, this is
    /// a success without changes. Reasons: `BAD_REQUEST`, `SERVICE_INVALID` with all that is wrong in the message, `CONFLICT`
    /// when the definitions are at another revision than expected, `QUORUM_LOST`, `OUTCOME_UNKNOWN`.
    pub async fn apply_services(&self, request: v1::ApplyServicesRequest) -> Result<v1::ApplyServicesResponse, Error> {
        let outcome =
            self.ask_unsure(request.clone(), |a, r| async move { a.recovery().apply_services(r).await }).await;
        match outcome.result {
            Err(error) if outcome.unsure && error.reason() == Some(&Reason::Conflict) => {
                // Another revision than expected: is that our own doing?
                let look = v1::ApplyServicesRequest { dry_run: true, expected_revision: 0, ..request };
                let seen = self.ask(look, |a, r| async move { a.recovery().apply_services(r).await }).await?;
                if seen.changes.is_empty() { Ok(seen) } else { Err(error) }
            }
            result => result,
        }
    }

    /// The services as they are defined, what operators decided about each, and the nodes that are drained.
    ///
    /// Does not block. Repeated when needed. Reasons: `QUORUM_LOST`.
    pub async fn services(&self) -> Result<v1::ListServicesResponse, Error> {
        self.ask(v1::ListServicesRequest {}, |a, r| async move { a.recovery().list_services(r).await }).await
    }

    /// Has a service run that was stopped.
    ///
    /// Blocks until that is durable, not until it runs. Repeated when needed. Reasons: `BAD_REQUEST`, `SERVICE_NOT_FOUND`,
    /// `CLUSTER_STATE` when it is disabled, `QUORUM_LOST`, `OUTCOME_UNKNOWN`.
    pub async fn start_service(&self, name: &str) -> Result<v1::ControlServiceResponse, Error> {
        self.decide(Action::Start(name.to_owned())).await
    }

    /// Ends a service until it is started.
    ///
    /// Blocks until that is durable, not until it has ended. Repeated when needed. Reasons: as
    /// [`start_service`](Self::start_service).
    pub async fn stop_service(&self, name: &str) -> Result<v1::ControlServiceResponse, Error> {
        self.decide(Action::Stop(name.to_owned())).await
    }

    /// Ends the instances of a service and starts them again; its failures are forgotten.
    ///
    /// Blocks until that is decided, not until it is done. Not repeated once it was sent, for that would be one more restart:
    /// after [`Error::Lost`] or [`Error::Deadline`] it may have been done. Reasons: `BAD_REQUEST`, `SERVICE_NOT_FOUND`,
    /// `QUORUM_LOST`.
    pub async fn restart_service(&self, name: &str) -> Result<v1::ControlServiceResponse, Error> {
        let message = v1::ControlServiceRequest { action: Some(Action::Restart(name.to_owned())) };
        self.call(Safety::AtMostOnce, |a| {
            let request = a.request(message.clone());
            async move { a.recovery().control_service(request).await }
        })
        .await
    }

    /// Has an instance (counted from 0) of a service run on another node, from where it does not go back by itself.
    ///
    /// Blocks until that is decided, not until it runs there. Repeated when needed. Reasons: `BAD_REQUEST`,
    /// `SERVICE_NOT_FOUND`, `NODE_NOT_FOUND`, `CANNOT_MOVE` with why in the message, `QUORUM_LOST`.
    pub async fn move_service(
        &self,
        name: &str,
        instance: u32,
        node_name: &str,
    ) -> Result<v1::ControlServiceResponse, Error> {
        let (service, node_name) = (name.to_owned(), node_name.to_owned());
        self.decide(Action::Move(v1::MoveService { service, instance, node_name })).await
    }

    /// Keeps a service from running until it is [enabled](Self::enable_service).
    ///
    /// `reason` is for people: at most 256 bytes. Blocks until that is durable. Repeated when needed. Reasons: as
    /// [`start_service`](Self::start_service).
    pub async fn disable_service(&self, name: &str, reason: &str) -> Result<v1::ControlServiceResponse, Error> {
        let (service, reason) = (name.to_owned(), reason.to_owned());
        self.decide(Action::Disable(v1::DisableService { service, reason })).await
    }

    /// Lets a service run again.
    ///
    /// Blocks until that is durable. Repeated when needed. Reasons: as [`start_service`](Self::start_service).
    pub async fn enable_service(&self, name: &str) -> Result<v1::ControlServiceResponse, Error> {
        self.decide(Action::Enable(name.to_owned())).await
    }

    /// Has no service run on a node: what runs there goes elsewhere, in order.
    ///
    /// `reason` is for people: at most 256 bytes. Blocks until that is durable, not until the node is empty. Repeated when
    /// needed. Reasons: `BAD_REQUEST`, `NODE_NOT_FOUND`, `QUORUM_LOST`, `OUTCOME_UNKNOWN`.
    pub async fn drain_node(&self, node_name: &str, reason: &str) -> Result<v1::ControlServiceResponse, Error> {
        let (node_name, reason) = (node_name.to_owned(), reason.to_owned());
        self.decide(Action::Drain(v1::DrainNode { node_name, reason })).await
    }

    /// Lets services run on a node again.
    ///
    /// Blocks until that is durable. Repeated when needed. Reasons: as [`drain_node`](Self::drain_node).
    pub async fn undrain_node(&self, node_name: &str) -> Result<v1::ControlServiceResponse, Error> {
        self.decide(Action::Undrain(node_name.to_owned())).await
    }

    /// How far recovery is, what runs where, what waits for what, and what cannot run and why.
    ///
    /// Blocks for some seconds at most, and only while nobody leads recovery. Repeated when needed. Reasons: `QUORUM_LOST`.
    pub async fn recovery(&self) -> Result<v1::GetRecoveryResponse, Error> {
        self.ask(v1::GetRecoveryRequest {}, |a, r| async move { a.recovery().get_recovery(r).await }).await
    }

    /// What would run elsewhere, and what nowhere and why, if nodes failed or were drained. Changes nothing.
    ///
    /// Repeated when needed. Reasons: `BAD_REQUEST`, `NODE_NOT_FOUND`, `QUORUM_LOST`.
    pub async fn explain_recovery(
        &self,
        request: v1::ExplainRecoveryRequest,
    ) -> Result<v1::ExplainRecoveryResponse, Error> {
        self.ask(request, |a, r| async move { a.recovery().explain_recovery(r).await }).await
    }

    /// Watches how recovery stands: as it is now, then each time that this changes. See [`Watch`] for what the stream does on
    /// its own; after a reconnection it begins with how recovery stands again. Steps in between may be left out, never the
    /// present one.
    ///
    /// Does no IO itself: the call is made when the stream is first polled. It ends only when no agent serves it.
    pub fn watch_recovery(&self) -> Watch<v1::WatchRecoveryResponse> {
        watch::recovery(self.pool.clone())
    }

    /// Makes a decision that is the same however often it is made.
    async fn decide(&self, action: Action) -> Result<v1::ControlServiceResponse, Error> {
        let message = v1::ControlServiceRequest { action: Some(action) };
        self.ask(message, |a, r| async move { a.recovery().control_service(r).await }).await
    }
}
