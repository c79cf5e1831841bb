//! `MembershipService`: who is in the cluster, and how this node sees the others.

use std::{pin::Pin, sync::Arc};

use futures_util::Stream;
use quorate_core::{
    Outcome,
    status::{NodeStatus, Standing},
    types::NodeName,
};
use quorate_proto::v1::{
    EvictNodeRequest, EvictNodeResponse, GetNodeRequest, GetNodeResponse, GetViewRequest, GetViewResponse,
    LeaveRequest, LeaveResponse, ListNodesRequest, ListNodesResponse, ReadmitNodeRequest, ReadmitNodeResponse,
    WatchMembershipRequest, WatchMembershipResponse, membership_service_server::MembershipService,
};
use tonic::{Request, Response, Status};

use super::{
    context::Context,
    error::ApiError,
    map,
    membership_watch::{MembershipWatch, figures_interval},
    page::{self, Listing},
    watch,
};

/// Most bytes of the reason of an eviction.
const MAX_REASON: usize = 256;
/// Nodes of a page unless told.
const PAGE: usize = 1000;

/// The service.
#[derive(Clone, Debug)]
pub struct Membership(pub Arc<Context>);

impl Membership {
    async fn list(&self, request: ListNodesRequest) -> Result<ListNodesResponse, ApiError> {
        let size = page::size(request.page_size, PAGE)?;
        let listing = Listing::of("nodes", "");
        let after = listing.node(&request.page_token)?;
        let mut nodes = self.0.handle.nodes().await?;
        nodes.sort_by(|a, b| place(a).cmp(&place(b)));
        if let Some((is_member, name)) = after {
            nodes.retain(|node| place(node) > (!is_member, &name));
        }
        let last = page::cut(&mut nodes, size);
        let next_page_token = last.map(|node| listing.after_node(!place(node).0, &node.name)).unwrap_or_default();
        let nodes = nodes.iter().map(|node| map::node(node, &self.0.about.identity.name)).collect();
        Ok(ListNodesResponse { header: self.0.header(), nodes, next_page_token })
    }

    async fn get(&self, request: GetNodeRequest) -> Result<GetNodeResponse, ApiError> {
        let me = &self.0.about.identity.name;
        let name = if request.node_name.is_empty() { me.clone() } else { node_name("node_name", &request.node_name)? };
        let node = self.0.handle.node(name).await?;
        let node = node.ok_or(ApiError::NodeNotFound { name: request.node_name })?;
        Ok(GetNodeResponse { header: self.0.header(), node: Some(map::node(&node, me)) })
    }

    fn view(&self) -> Result<GetViewResponse, ApiError> {
        let now = self.0.handle.view();
        let view = now.view.ok_or(ApiError::NoView)?;
        Ok(GetViewResponse {
            header: self.0.header_at(Some(&view.id)),
            view: Some(map::view(&view, !view.contains(&self.0.about.identity))),
            state: map::view_state(now.state).into(),
        })
    }

    async fn evict(&self, request: EvictNodeRequest) -> Result<EvictNodeResponse, ApiError> {
        let name = node_name("node_name", &request.node_name)?;
        if request.reason.len() > MAX_REASON {
            let problem = format!("has {} bytes; allowed are {MAX_REASON}", request.reason.len());
            return Err(ApiError::bad_request("reason", problem));
        }
        let outcome = self.0.handle.evict(name.clone(), request.reason).await?;
        check(outcome, &name, "is evicted already")?;
        Ok(EvictNodeResponse { header: self.0.header() })
    }

    async fn readmit(&self, request: ReadmitNodeRequest) -> Result<ReadmitNodeResponse, ApiError> {
        let name = node_name("node_name", &request.node_name)?;
        let outcome = self.0.handle.readmit(name.clone()).await?;
        check(outcome, &name, "is not evicted")?;
        Ok(ReadmitNodeResponse { header: self.0.header() })
    }
}

/// Members come first, then the others, each group by name.
fn place(node: &NodeStatus) -> (bool, &NodeName) {
    (node.standing != Standing::Member, &node.name)
}

/// Reads the name of a node.
///
/// # Errors
/// [`ApiError::BadRequest`].
pub fn node_name(field: &'static str, text: &str) -> Result<NodeName, ApiError> {
    NodeName::new(text).map_err(|error| ApiError::bad_request(field, error.to_string()))
}

fn check(outcome: Outcome, name: &NodeName, state: &'static str) -> Result<(), ApiError> {
    match outcome {
        Outcome::Done => Ok(()),
        Outcome::Refounded(_) | Outcome::NotRefounded(_) => Err(ApiError::Internal("the answer to another command")),
        Outcome::WrongState => Err(ApiError::EvictionState { name: name.to_string(), state }),
        Outcome::Myself => Err(ApiError::bad_request("node_name", "is the answering node itself: use Leave")),
        Outcome::TooMany => Err(ApiError::LimitReached { what: "evictions", limit: None }),
    }
}

#[tonic::async_trait]
impl MembershipService for Membership {
    type WatchMembershipStream = Pin<Box<dyn Stream<Item = Result<WatchMembershipResponse, Status>> + Send>>;

    async fn get_view(&self, _: Request<GetViewRequest>) -> Result<Response<GetViewResponse>, Status> {
        Ok(Response::new(self.view()?))
    }

    async fn list_nodes(&self, request: Request<ListNodesRequest>) -> Result<Response<ListNodesResponse>, Status> {
        Ok(Response::new(self.list(request.into_inner()).await?))
    }

    async fn get_node(&self, request: Request<GetNodeRequest>) -> Result<Response<GetNodeResponse>, Status> {
        Ok(Response::new(self.get(request.into_inner()).await?))
    }

    async fn watch_membership(
        &self,
        request: Request<WatchMembershipRequest>,
    ) -> Result<Response<Self::WatchMembershipStream>, Status> {
        let request = request.into_inner();
        let interval = figures_interval(request.figures_interval)?;
        let watch = MembershipWatch::open(&self.0, &request.cursor, interval).await?;
        Ok(Response::new(Box::pin(watch::stream(watch))))
    }

    async fn leave(&self, _: Request<LeaveRequest>) -> Result<Response<LeaveResponse>, Status> {
        let confirmed = self.0.handle.leave().await.map_err(ApiError::from)?;
        Ok(Response::new(LeaveResponse { header: self.0.header(), confirmed }))
    }

    async fn evict_node(&self, request: Request<EvictNodeRequest>) -> Result<Response<EvictNodeResponse>, Status> {
        Ok(Response::new(self.evict(request.into_inner()).await?))
    }

    async fn readmit_node(
        &self,
        request: Request<ReadmitNodeRequest>,
    ) -> Result<Response<ReadmitNodeResponse>, Status> {
        Ok(Response::new(self.readmit(request.into_inner()).await?))
    }
}
