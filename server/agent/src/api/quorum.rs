//! `QuorumService`: whether this node has quorum, and who votes.

use std::{collections::BTreeSet, pin::Pin, sync::Arc, time::Duration};

use futures_util::Stream;
use quorate_core::{
    database::ChangeKind,
    quorum::{Advice, Explanation, Lack, QuorumStatus, consensus::Policy},
    settings::MAX_VOTERS,
    types::{Candidacy, NodeName, Voter},
};
use quorate_proto::v1::{
    self, Bookmark, ExplainQuorumRequest, ExplainQuorumResponse, ForceNewClusterRequest, ForceNewClusterResponse,
    GetQuorumRequest, GetQuorumResponse, ListVotersRequest, ListVotersResponse, QuorumReason, SetVotersRequest,
    SetVotersResponse, VoterMode, WatchQuorumRequest, WatchQuorumResponse, quorum_service_server::QuorumService,
    watch_quorum_response::Message,
};
use tokio::{sync::watch, time::timeout};
use tonic::{Request, Response, Status};

use super::{
    context::{Context, Watcher},
    error::ApiError,
    force, map,
    membership::node_name,
    watch::{self as stream, QUIET, Watch},
};
use crate::driver::QuorumNews;

/// How long an answer waits at most while quorum goes on from one epoch to the next.
const RENEWAL: Duration = Duration::from_millis(900);

/// Most names in a dry run.
const MAX_NAMED: usize = 100;

/// The service.
#[derive(Clone, Debug)]
pub struct Quorum(pub Arc<Context>);

impl Quorum {
    /// How quorum stands. While it goes on from one epoch to the next, that is waited for.
    async fn status(&self) -> Result<QuorumStatus, ApiError> {
        let handle = &self.0.handle;
        let mut news = handle.watch_quorum();
        news.mark_unchanged();
        let status = handle.quorum().await?;
        if status.lack != Some(Lack::Renewing) {
            return Ok(status);
        }
        let _ = timeout(RENEWAL, news.changed()).await;
        Ok(handle.quorum().await?)
    }

    async fn voters(&self) -> Result<ListVotersResponse, ApiError> {
        let status = self.0.handle.quorum().await?;
        let view = self.0.handle.view().view;
        let present =
            |voter: &Voter| view.iter().flat_map(|view| &view.members).any(|member| member.identity.id == voter.id);
        let names = status.voters.iter().map(|voter| voter.name.clone()).collect();
        let nodes = self.0.handle.nodes_named(names).await?;
        let profile = |name: &NodeName| nodes.iter().find(|node| node.name == *name).map(|node| node.profile.clone());
        let mut voters: Vec<v1::Voter> = status
            .voters
            .iter()
            .map(|voter| {
                let profile = profile(&voter.name).unwrap_or_default();
                v1::Voter {
                    node_name: voter.name.to_string(),
                    node_id: map::node_id(voter.id),
                    present: present(voter),
                    leader: status.leader.as_ref() == Some(&voter.name),
                    witness: profile.candidacy == Candidacy::Witness,
                    zone: profile.label("zone").unwrap_or_default().to_owned(),
                }
            })
            .collect();
        voters.sort_by(|a, b| a.node_name.cmp(&b.node_name));
        let (mode, most, pinned) = match &status.policy {
            Policy::Auto { most } => (VoterMode::Auto, *most, BTreeSet::new()),
            Policy::Pinned { names } => (VoterMode::Pinned, 0, names.clone()),
        };
        let pinned_names = pinned.iter().map(NodeName::to_string).collect();
        Ok(ListVotersResponse { header: self.0.header(), voters, mode: mode.into(), most, pinned_names })
    }
}

impl Quorum {
    async fn set_voters(&self, request: SetVotersRequest) -> Result<SetVotersResponse, ApiError> {
        let policy = match request.mode() {
            VoterMode::Unspecified => return Err(ApiError::bad_request("mode", "must be auto or pinned")),
            VoterMode::Auto if !request.pinned_names.is_empty() => {
                return Err(ApiError::bad_request("pinned_names", "are for VOTER_MODE_PINNED"));
            }
            VoterMode::Auto => Policy::Auto { most: most(request.most)? },
            VoterMode::Pinned => Policy::Pinned { names: self.pinned(&request).await? },
        };
        self.0.change(ChangeKind::Policy(policy)).await?;
        Ok(SetVotersResponse { header: self.0.header() })
    }

    async fn pinned(&self, request: &SetVotersRequest) -> Result<BTreeSet<NodeName>, ApiError> {
        let names = node_names("pinned_names", &request.pinned_names, MAX_VOTERS)?;
        if names.is_empty() {
            return Err(ApiError::bad_request("pinned_names", format!("allowed are 1 to {MAX_VOTERS} names")));
        }
        // Most likely another name was meant.
        if names.len() < request.pinned_names.len() {
            return Err(ApiError::bad_request("pinned_names", "has a name twice"));
        }
        let view = self.0.handle.view().view;
        let known = |name: &NodeName| view.as_ref().is_some_and(|view| view.member(name).is_some());
        if let Some(name) = names.iter().find(|name| !known(name)) {
            return Err(ApiError::NodeNotFound { name: name.to_string() });
        }
        let nodes = self.0.handle.nodes_named(names.iter().cloned().collect()).await?;
        match nodes.iter().find(|node| node.profile.candidacy == Candidacy::Never) {
            Some(node) => {
                Err(ApiError::bad_request("pinned_names", format!("{} is configured not to vote", node.name)))
            }
            None => Ok(names),
        }
    }

    async fn explain(&self, request: ExplainQuorumRequest) -> Result<ExplainQuorumResponse, ApiError> {
        let failing = node_names("failing_nodes", &request.failing_nodes, MAX_NAMED)?;
        let leaving = node_names("leaving_nodes", &request.leaving_nodes, MAX_NAMED)?;
        let (view, status) = (self.0.handle.view().view, self.0.handle.quorum().await?);
        let known = |name: &NodeName| {
            view.as_ref().is_some_and(|view| view.member(name).is_some())
                || status.voters.iter().any(|voter| voter.name == *name)
        };
        if let Some(name) = failing.iter().chain(&leaving).find(|name| !known(name)) {
            return Err(ApiError::NodeNotFound { name: name.to_string() });
        }
        let Explanation { kept, voters, left, needed, spare, advice } = self.0.handle.explain(failing, leaving).await?;
        let names = |names: Vec<NodeName>| names.iter().map(NodeName::to_string).collect();
        Ok(ExplainQuorumResponse {
            header: self.0.header(),
            kept,
            voters: names(voters),
            voters_left: names(left),
            needed: u32::try_from(needed).unwrap_or(u32::MAX),
            spare: u32::try_from(spare).unwrap_or(u32::MAX),
            advice: advice.iter().map(advise).collect(),
        })
    }
}

fn most(asked: u32) -> Result<u32, ApiError> {
    match asked {
        0 => Ok(5),
        1 | 3 | 5 | 7 => Ok(asked),
        _ => Err(ApiError::bad_request("most", format!("is {asked}; allowed are 1, 3, 5 and 7, and 0 for 5"))),
    }
}

fn node_names(field: &'static str, texts: &[String], limit: usize) -> Result<BTreeSet<NodeName>, ApiError> {
    if texts.len() > limit {
        return Err(ApiError::bad_request(field, format!("{} names; allowed are at most {limit}", texts.len())));
    }
    texts.iter().map(|text| node_name(field, text)).collect()
}

fn advise(advice: &Advice) -> String {
    let list = |names: &[NodeName]| names.iter().map(NodeName::as_str).collect::<Vec<_>>().join(", ");
    match advice {
        Advice::NotFormed => "nobody votes: the cluster was never formed".into(),
        Advice::Absent(names) => format!("voters that are missing now: {}; have them come back", list(names)),
        Advice::AddWitness => "of two machines none may fail: add a third vote, such as a witness".into(),
        Advice::AddVoters(names) => format!("after that no voter may fail: {} could vote, too", list(names)),
        Advice::AddNodes => "after that no voter may fail, and no other node may vote: add machines".into(),
        Advice::Even(count) => format!("{count} is an even number of voters: no more may fail than of one less"),
        Advice::Zone(zone) => format!("quorum goes with zone {zone:?}: have fewer voters there"),
    }
}

/// How quorum stands, as the API tells it.
#[must_use]
pub fn quorum(status: &QuorumStatus) -> v1::Quorum {
    let regime = status.regime.as_ref();
    v1::Quorum {
        granted: status.granted.is_some(),
        epoch: regime.map_or(0, |regime| regime.epoch.0),
        view_id: regime.map(|regime| map::view_id(&regime.view)),
        valid_duration: status.granted.as_ref().map(|(_, _, left)| map::duration(*left)),
        holder: regime.map(|regime| regime.holder.name.to_string()).unwrap_or_default(),
        cluster_uid: status.cluster.map(|cluster| cluster.to_string()).unwrap_or_default(),
        ..without(status.lack.as_ref())
    }
}

/// What is told of quorum along with events.
#[must_use]
pub fn news(news: &QuorumNews) -> v1::Quorum {
    v1::Quorum {
        granted: news.granted.is_some(),
        epoch: news.granted.as_ref().map_or(0, |(epoch, _)| epoch.0),
        view_id: news.granted.as_ref().map(|(_, view)| map::view_id(view)),
        ..without(news.lack.as_ref())
    }
}

/// Why there is no quorum; nothing when there is.
fn without(why: Option<&Lack>) -> v1::Quorum {
    let Some(why) = why else { return v1::Quorum::default() };
    let (reason, text) = lack(why);
    let missing_voters = match why {
        Lack::Minority { missing } => missing.iter().map(NodeName::to_string).collect(),
        _ => Vec::new(),
    };
    v1::Quorum { reason: reason.into(), text, missing_voters, ..v1::Quorum::default() }
}

fn lack(lack: &Lack) -> (QuorumReason, String) {
    match lack {
        Lack::Leaving => (QuorumReason::Leaving, "this node is leaving the cluster".into()),
        Lack::Unformed { expected: 0 } => {
            (QuorumReason::NotFormed, "the cluster was never formed, and bootstrap_expect is not set here".into())
        }
        Lack::Unformed { expected } => {
            let text = format!("the cluster was never formed: that takes {expected} nodes that may vote, in one view");
            (QuorumReason::NotFormed, text)
        }
        Lack::Transition => (QuorumReason::Transition, "the members are agreeing on a view".into()),
        Lack::Minority { missing } => {
            let names: Vec<_> = missing.iter().map(NodeName::as_str).collect();
            (QuorumReason::Minority, format!("too few voters are in the view; missing: {}", names.join(", ")))
        }
        Lack::Pending | Lack::Renewing => (QuorumReason::Pending, "the grant is on its way".into()),
    }
}

#[tonic::async_trait]
impl QuorumService for Quorum {
    type WatchQuorumStream = Pin<Box<dyn Stream<Item = Result<WatchQuorumResponse, Status>> + Send>>;

    async fn get_quorum(&self, _: Request<GetQuorumRequest>) -> Result<Response<GetQuorumResponse>, Status> {
        let status = self.status().await?;
        Ok(Response::new(GetQuorumResponse { header: self.0.header(), quorum: Some(quorum(&status)) }))
    }

    async fn watch_quorum(&self, _: Request<WatchQuorumRequest>) -> Result<Response<Self::WatchQuorumStream>, Status> {
        let watch = QuorumWatch::open(self.clone())?;
        Ok(Response::new(Box::pin(stream::stream(watch))))
    }

    async fn list_voters(&self, _: Request<ListVotersRequest>) -> Result<Response<ListVotersResponse>, Status> {
        Ok(Response::new(self.voters().await?))
    }

    async fn set_voters(&self, request: Request<SetVotersRequest>) -> Result<Response<SetVotersResponse>, Status> {
        Ok(Response::new(Self::set_voters(self, request.into_inner()).await?))
    }

    async fn explain_quorum(
        &self,
        request: Request<ExplainQuorumRequest>,
    ) -> Result<Response<ExplainQuorumResponse>, Status> {
        Ok(Response::new(self.explain(request.into_inner()).await?))
    }

    async fn force_new_cluster(
        &self,
        request: Request<ForceNewClusterRequest>,
    ) -> Result<Response<ForceNewClusterResponse>, Status> {
        Ok(Response::new(force::force(&self.0, request.into_inner()).await?))
    }
}

/// One stream of `WatchQuorum`.
#[derive(Debug)]
pub struct QuorumWatch {
    service: Quorum,
    news: watch::Receiver<QuorumNews>,
    told: bool,
    _watcher: Watcher,
}

impl QuorumWatch {
    fn open(service: Quorum) -> Result<Self, ApiError> {
        let watcher = service.0.watcher()?;
        let news = service.0.handle.watch_quorum();
        Ok(Self { service, news, told: false, _watcher: watcher })
    }
}

impl Watch for QuorumWatch {
    type Message = WatchQuorumResponse;

    async fn next(&mut self) -> Result<Vec<WatchQuorumResponse>, ApiError> {
        let context = &self.service.0;
        let quiet = self.told
            && tokio::select! {
                changed = timeout(QUIET, self.news.changed()) => match changed {
                    Ok(Ok(())) => false,
                    Ok(Err(_)) => return Err(ApiError::Stopping),
                    Err(_) => true,
                },
                () = context.stopping.cancelled() => return Err(ApiError::Stopping),
            };
        let message = if quiet {
            Message::Bookmark(Bookmark {})
        } else {
            self.told = true;
            self.news.mark_unchanged();
            Message::Quorum(quorum(&self.service.status().await?))
        };
        Ok(vec![WatchQuorumResponse { header: self.service.0.header(), message: Some(message) }])
    }
}
