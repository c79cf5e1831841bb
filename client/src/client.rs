//! The client: one method for each method of the API.

use std::time::Duration;

use tonic::{Request, Response, Status};

use crate::address::Address;
use crate::attempt::Attempt;
use crate::error::Error;
use crate::options::{ClientOptions, OptionsError};
use crate::pages::Page;
use crate::pool::Pool;
use crate::reason::Reason;
use crate::retry::{Limits, Outcome, Safety};
use crate::v1;
use crate::watch::{self, EventWatchOptions, MembershipWatchOptions, Watch};

/// Most events or nodes to ask for in one page; what the schema allows.
const PAGE_SIZE: u32 = 1000;
/// Bytes of a backup that one message has.
const CHUNK: usize = 64 * 1024;
/// Least time for forming a cluster anew.
const FORCE_TIMEOUT: Duration = Duration::from_secs(15);

/// A client of one cluster, by any of its agents. Cheap to clone; clones share their connections.
///
/// **Which agent answers.** The endpoint that answered last is asked first. When it cannot be reached, does not answer
/// in its share of the time, or says `UNAVAILABLE`, the next one is asked, and so on round by round until the deadline
/// or the last round ([`ClientOptions::rounds`]). The header of each answer names the node that gave it.
///
/// **Retries.** A call that was sent is repeated only where the schema says that is safe, which each method here does.
///
/// **Time.** Every method ends within [`ClientOptions::call_timeout`], [`leave`](Self::leave) within
/// [`ClientOptions::leave_timeout`]; those of a [`Session`](crate::Session) that wait for others say so, and take as long as
/// that takes. Dropping a future cancels its call.
///
/// **Errors.** Each method can fail with [`Error::Unavailable`], [`Error::Deadline`] and [`Error::Refused`]; the
/// reasons a refusal can have are listed with the method. Must be used within a tokio runtime.
#[derive(Clone)]
pub struct Client {
    pub(crate) pool: Pool,
    call_timeout: Duration,
}

impl Client {
    /// A client of these endpoints, each `host:port`, once one of them has answered.
    ///
    /// Blocks until then, with the default deadline of 5 s. Use [`Client::new`] when the agents may come later.
    pub async fn connect(endpoints: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, Error> {
        let client = Self::new(ClientOptions::new(endpoints))?;
        client.agent().await?;
        Ok(client)
    }

    /// A client with these options. Reads the files for TLS, if any; connections are made when they are needed.
    pub fn new(options: ClientOptions) -> Result<Self, OptionsError> {
        let call_timeout = options.call_timeout;
        Ok(Self { pool: Pool::new(options)?, call_timeout })
    }

    /// The endpoints, each as `host:port`, in the order they were given.
    pub fn endpoints(&self) -> impl Iterator<Item = &str> {
        self.pool.names()
    }

    /// This client with one of its endpoints alone, over the same connection. `None` when it has no such endpoint.
    pub fn at(&self, endpoint: &str) -> Option<Self> {
        let wanted = Address::parse(endpoint).ok()?.to_string();
        self.each().find(|client| client.endpoints().eq([wanted.as_str()]))
    }

    /// A client for each endpoint alone, over the same connections.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        (0..self.pool.len()).map(|index| Self { pool: self.pool.only(index), ..self.clone() })
    }

    /// The last installed view and how far it has come. In `VIEW_STATE_TRANSITION` nobody may act on the view.
    ///
    /// Does not block. Repeated when needed. Reasons: `NO_VIEW` when every agent asked is forming its first view.
    pub async fn view(&self) -> Result<v1::GetViewResponse, Error> {
        self.ask(v1::GetViewRequest {}, |a, r| async move { a.membership().get_view(r).await }).await
    }

    /// All nodes the answering node knows, members first, each with its link and channels; all pages as one answer.
    ///
    /// Does not block. Repeated when needed. The header is that of the first page.
    pub async fn nodes(&self) -> Result<v1::ListNodesResponse, Error> {
        self.pages(|a, page_size, page_token| async move {
            let request = a.request(v1::ListNodesRequest { page_size, page_token });
            a.membership().list_nodes(request).await
        })
        .await
    }

    /// What the answering node knows of one node; of itself when the name is empty.
    ///
    /// Does not block. Repeated when needed. Reasons: `BAD_REQUEST`, `NODE_NOT_FOUND`.
    pub async fn node(&self, name: &str) -> Result<v1::GetNodeResponse, Error> {
        let message = v1::GetNodeRequest { node_name: name.to_owned() };
        self.ask(message, |a, r| async move { a.membership().get_node(r).await }).await
    }

    /// Whether the answering node has quorum at this moment, and for how long surely.
    ///
    /// Having no quorum is an answer. Count [`valid_duration`](v1::Quorum::valid_duration) from before the call. Blocks for
    /// less than a second, and only while quorum goes on from one epoch to the next. Repeated when needed.
    pub async fn quorum(&self) -> Result<v1::GetQuorumResponse, Error> {
        self.ask(v1::GetQuorumRequest {}, |a, r| async move { a.quorum().get_quorum(r).await }).await
    }

    /// Who votes, and how voters are chosen, as far as the answering node knows.
    ///
    /// Does not block. Repeated when needed.
    pub async fn voters(&self) -> Result<v1::ListVotersResponse, Error> {
        self.ask(v1::ListVotersRequest {}, |a, r| async move { a.quorum().list_voters(r).await }).await
    }

    /// Has voters chosen otherwise from now on: by the cluster, or by name.
    ///
    /// Blocks until that is durable; the voters change after that. Repeated when needed. Reasons: `BAD_REQUEST`,
    /// `NODE_NOT_FOUND`, `QUORUM_LOST`, `OUTCOME_UNKNOWN`.
    pub async fn set_voters(&self, request: v1::SetVotersRequest) -> Result<v1::SetVotersResponse, Error> {
        self.ask(request, |a, r| async move { a.quorum().set_voters(r).await }).await
    }

    /// What would happen to quorum if these nodes failed, and those left. Changes nothing.
    ///
    /// Does not block. Repeated when needed. Reasons: `BAD_REQUEST`, `NODE_NOT_FOUND`.
    pub async fn explain_quorum(&self, request: v1::ExplainQuorumRequest) -> Result<v1::ExplainQuorumResponse, Error> {
        self.ask(request, |a, r| async move { a.quorum().explain_quorum(r).await }).await
    }

    /// The answering agent: version, identity, addresses, uptime, configuration in force.
    ///
    /// Does not block. Repeated when needed.
    pub async fn agent(&self) -> Result<v1::GetAgentResponse, Error> {
        self.ask(v1::GetAgentRequest {}, |a, r| async move { a.admin().get_agent(r).await }).await
    }

    /// Has the node behind this client's one endpoint leave the cluster cleanly; its agent stops after that.
    ///
    /// Never goes to another agent, which would make another node leave: a client of several endpoints gets
    /// [`Error::SeveralEndpoints`] and has to choose with [`at`](Self::at).
    ///
    /// Blocks until the other members have agreed on a view without the node, or the agent's own `leave_timeout` has
    /// passed, but no longer than [`ClientOptions::leave_timeout`]. Repeated when the connection is lost, which joins
    /// the departure under way. After [`Error::Unavailable`] the agent may have left and stopped already. Reasons:
    /// `STOPPING`.
    pub async fn leave(&self) -> Result<v1::LeaveResponse, Error> {
        if self.pool.len() > 1 {
            return Err(Error::SeveralEndpoints(self.pool.len()));
        }
        let total = self.pool.options().leave_timeout;
        let limits = Limits { share: Some(total), ..self.pool.limits(total) };
        let leave = |a: Attempt, r| async move { a.membership().leave(r).await };
        self.ask_within(limits, v1::LeaveRequest {}, leave).await.result
    }

    /// Removes a node from the cluster and has it refused from then on by every member, until
    /// [`readmit`](Self::readmit).
    ///
    /// `reason` is for people: at most 256 bytes. Blocks until the answering node has recorded the eviction durably;
    /// the view without the node follows. Repeated when needed; when an attempt without an answer had been carried out
    /// after all, this is a success without a header. Reasons: `BAD_REQUEST`, `EVICTION_STATE` when the node was
    /// evicted already, `LIMIT_REACHED`.
    pub async fn evict(&self, name: &str, reason: &str) -> Result<v1::EvictNodeResponse, Error> {
        let message = v1::EvictNodeRequest { node_name: name.to_owned(), reason: reason.to_owned() };
        settled(self.ask_unsure(message, |a, r| async move { a.membership().evict_node(r).await }).await)
    }

    /// Lifts an eviction; the node comes back by itself when its agent runs.
    ///
    /// Blocks until the answering node has recorded it durably. Repeated when needed, as [`evict`](Self::evict) is.
    /// Reasons: `BAD_REQUEST`, `EVICTION_STATE` when the node is not evicted.
    pub async fn readmit(&self, name: &str) -> Result<v1::ReadmitNodeResponse, Error> {
        let message = v1::ReadmitNodeRequest { node_name: name.to_owned() };
        settled(self.ask_unsure(message, |a, r| async move { a.membership().readmit_node(r).await }).await)
    }

    /// The history of views that the answering node keeps, oldest first; all pages as one answer.
    ///
    /// `cursor` lists only what came after it, `since_time` only views committed at or after it, by the controllers'
    /// wall clocks. `page_size` and `page_token` of the filter are not used. Does not block. Repeated when needed.
    /// Reasons: `BAD_REQUEST`, `BAD_CURSOR`.
    pub async fn list_events(&self, filter: v1::ListEventsRequest) -> Result<v1::ListEventsResponse, Error> {
        self.pages(|a, page_size, page_token| {
            let request = v1::ListEventsRequest { page_size, page_token, ..filter.clone() };
            async move { a.events().list_events(a.request(request)).await }
        })
        .await
    }

    /// What the cluster database remembers, oldest first: views with their causes, grants of quorum with their epochs, what
    /// operators did; all pages as one answer.
    ///
    /// `page_size` and `page_token` of the filter are not used. Does not block. Repeated when needed. Reasons:
    /// `BAD_REQUEST`, `CLUSTER_STATE` when the cluster was never formed, `QUORUM_LOST` at a node that does not vote.
    pub async fn list_history(&self, filter: v1::ListHistoryRequest) -> Result<v1::ListHistoryResponse, Error> {
        self.pages(|a, page_size, page_token| {
            let request = v1::ListHistoryRequest { page_size, page_token, ..filter.clone() };
            async move { a.events().list_history(a.request(request)).await }
        })
        .await
    }

    /// The settings that hold for the whole cluster.
    ///
    /// Does not block. Repeated when needed. Reasons: `CLUSTER_STATE` when the cluster was never formed, `QUORUM_LOST` at a
    /// node that does not vote.
    pub async fn settings(&self) -> Result<v1::ListSettingsResponse, Error> {
        self.ask(v1::ListSettingsRequest {}, |a, r| async move { a.admin().list_settings(r).await }).await
    }

    /// Changes a setting of the whole cluster; an empty value removes it.
    ///
    /// Blocks until that is durable. Repeated when needed. Reasons: `BAD_REQUEST`, `QUORUM_LOST`, `OUTCOME_UNKNOWN`.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<v1::SetSettingResponse, Error> {
        let message = v1::SetSettingRequest { name: name.to_owned(), value: value.to_owned() };
        self.ask(message, |a, r| async move { a.admin().set_setting(r).await }).await
    }

    /// The whole cluster database as a file, for [`restore`](Self::restore).
    ///
    /// Disturbs nothing. Repeated when needed. Reasons: `CLUSTER_STATE` when the cluster was never formed, `QUORUM_LOST` at
    /// a node that does not vote.
    pub async fn backup(&self) -> Result<Vec<u8>, Error> {
        self.ask(v1::BackupRequest {}, |a, r| async move {
            let mut answers = a.admin().backup(r).await?.into_inner();
            let (mut file, mut total) = (Vec::new(), 0);
            while let Some(answer) = answers.message().await? {
                total = answer.total_bytes;
                file.extend(answer.chunk);
            }
            let whole = file.len() as u64 == total;
            if whole { Ok(Response::new(file)) } else { Err(Status::unavailable("the backup ended early")) }
        })
        .await
    }

    /// Brings back what a backup has: how voters are chosen, settings, evictions, history; or, with `dry_run`, says whether
    /// it would be taken.
    ///
    /// `from_cluster` must name the cluster (a UUID) whose backup it is when that is not this one. Blocks until it is
    /// durable. Repeated when needed. Reasons: `BAD_REQUEST`, `BAD_BACKUP`, `QUORUM_LOST`, `OUTCOME_UNKNOWN`, `CONFLICT`.
    pub async fn restore(
        &self,
        file: &[u8],
        from_cluster: Option<&str>,
        dry_run: bool,
    ) -> Result<v1::RestoreResponse, Error> {
        let from_cluster_uid = from_cluster.unwrap_or_default().to_owned();
        let message = |chunk: &[u8]| v1::RestoreRequest {
            chunk: chunk.to_vec(),
            from_cluster_uid: from_cluster_uid.clone(),
            dry_run,
        };
        // An empty file is refused by the agent, which knows why.
        let first = file.is_empty().then(|| message(&[]));
        let messages: Vec<v1::RestoreRequest> = first.into_iter().chain(file.chunks(CHUNK).map(message)).collect();
        self.ask(futures_util::stream::iter(messages), |a, r| async move { a.admin().restore(r).await }).await
    }

    /// After a disaster: forms the cluster anew from what the node behind this client's one endpoint has; or, with
    /// `dry_run`, says what that would do and break. See the schema for when that is right.
    ///
    /// Never goes to another agent: a client of several endpoints gets [`Error::SeveralEndpoints`] and has to choose with
    /// [`at`](Self::at). Blocks until the cluster formed anew has quorum, for 10 s at most. Not repeated once it was sent:
    /// look at the uid that [`quorum`](Self::quorum) tells. Reasons: `BAD_REQUEST` when `cluster_uid` is not the present
    /// cluster's, `CLUSTER_STATE`.
    pub async fn force_new_cluster(
        &self,
        cluster_uid: &str,
        dry_run: bool,
    ) -> Result<v1::ForceNewClusterResponse, Error> {
        if self.pool.len() > 1 {
            return Err(Error::SeveralEndpoints(self.pool.len()));
        }
        let message = v1::ForceNewClusterRequest { cluster_uid: cluster_uid.to_owned(), dry_run };
        let limits = self.pool.limits(self.call_timeout.max(FORCE_TIMEOUT));
        let force = |a: Attempt| {
            let request = a.request(message.clone());
            async move { a.quorum().force_new_cluster(request).await }
        };
        self.pool.call(Safety::AtMostOnce, limits, force).await.result
    }

    /// Watches views, transitions, nodes and links. See [`Watch`] for what the stream does on its own.
    ///
    /// Does no IO itself: the call is made when the stream is first polled. Reasons the stream can end with:
    /// `BAD_REQUEST`, `BAD_CURSOR`.
    pub fn watch_membership(
        &self,
        options: MembershipWatchOptions,
    ) -> Result<Watch<v1::WatchMembershipResponse>, OptionsError> {
        watch::membership(self.pool.clone(), options)
    }

    /// Watches what happens in the cluster, in one order, without gaps. See [`Watch`] for what the stream does on its
    /// own.
    ///
    /// Does no IO itself: the call is made when the stream is first polled. Reasons the stream can end with:
    /// `BAD_REQUEST`, `BAD_CURSOR`.
    pub fn watch_events(&self, options: EventWatchOptions) -> Result<Watch<v1::WatchEventsResponse>, OptionsError> {
        watch::events(self.pool.clone(), options)
    }

    /// Makes any call with this client's failover and deadline, for methods that have none here.
    ///
    /// `call` is run once for each attempt, with the stubs to use; make its request with [`Attempt::request`].
    ///
    /// ```no_run
    /// # use quorate::{v1, Attempt, Client, Error, Safety};
    /// # async fn run(client: Client) -> Result<(), Error> {
    /// let call = |a: Attempt| async move { a.membership().get_view(a.request(v1::GetViewRequest {})).await };
    /// let answer = client.call(Safety::Idempotent, call).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call<T, F, Fut>(&self, safety: Safety, call: F) -> Result<T, Error>
    where
        F: FnMut(Attempt) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        self.pool.call(safety, self.pool.limits(self.call_timeout), call).await.result
    }

    /// Makes a call that is safe to repeat, within the client's deadline.
    pub(crate) async fn ask<M, T, F, Fut>(&self, message: M, call: F) -> Result<T, Error>
    where
        M: Clone,
        F: Fn(Attempt, Request<M>) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        self.ask_unsure(message, call).await.result
    }

    /// Makes a call that is safe to repeat and waits for what others do, for as long as that takes.
    pub(crate) async fn wait<M, T, F, Fut>(&self, message: M, call: F) -> Result<T, Error>
    where
        M: Clone,
        F: Fn(Attempt, Request<M>) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        self.ask_within(Limits::NONE, message, call).await.result
    }

    /// Reads all pages of a listing. `list` asks for the page of the given size and token.
    pub(crate) async fn pages<P, F, Fut>(&self, list: F) -> Result<P, Error>
    where
        P: Page,
        F: Fn(Attempt, u32, String) -> Fut,
        Fut: Future<Output = Result<Response<P>, Status>>,
    {
        self.pool.list(self.pool.limits(self.call_timeout), |a, token| list(a, PAGE_SIZE, token)).await
    }

    /// Makes a call that is safe to repeat, within the client's deadline; tells also whether an attempt before the last one may
    /// have been carried out.
    pub(crate) async fn ask_unsure<M, T, F, Fut>(&self, message: M, call: F) -> Outcome<T>
    where
        M: Clone,
        F: Fn(Attempt, Request<M>) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        self.ask_within(self.pool.limits(self.call_timeout), message, call).await
    }

    async fn ask_within<M, T, F, Fut>(&self, limits: Limits, message: M, call: F) -> Outcome<T>
    where
        M: Clone,
        F: Fn(Attempt, Request<M>) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        let call = |attempt: Attempt| {
            let request = attempt.request(message.clone());
            call(attempt, request)
        };
        self.pool.call(Safety::Idempotent, limits, call).await
    }
}

/// A change that found the state it was to bring about, after an attempt that may have been carried out, is done.
fn settled<T: Default>(outcome: Outcome<T>) -> Result<T, Error> {
    match outcome.result {
        Err(error) if outcome.unsure && error.reason() == Some(&Reason::EvictionState) => Ok(T::default()),
        result => result,
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("endpoints", &self.endpoints().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}
