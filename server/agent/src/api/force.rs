//! After a disaster: the cluster is formed anew from what one node has.

use std::{collections::BTreeSet, time::Duration};

use quorate_core::{
    Outcome,
    quorum::{NotRefounded, QuorumStatus},
    types::{ClusterUid, NodeId},
};
use quorate_proto::v1::{ForceNewClusterRequest, ForceNewClusterResponse};
use tokio::time::timeout;

use super::{context::Context, error::ApiError, quorum};

/// How long the new cluster may take until it has quorum.
const PATIENCE: Duration = Duration::from_secs(10);

/// Forms the cluster anew, or only says what that would mean.
///
/// # Errors
/// [`ApiError::BadRequest`] without the right confirmation, [`ApiError::ClusterState`], [`ApiError::Stopping`].
pub async fn force(context: &Context, request: ForceNewClusterRequest) -> Result<ForceNewClusterResponse, ApiError> {
    let before = context.handle.quorum().await?;
    let present = before.cluster.ok_or_else(ApiError::unformed)?;
    if !request.dry_run && request.cluster_uid != present.to_string() {
        let problem = format!("must be the uid of the cluster that is given up, {present}");
        return Err(ApiError::bad_request("cluster_uid", problem));
    }
    let cluster = if request.dry_run {
        context.handle.may_refound().await?.map_err(refused)?;
        present
    } else {
        match context.handle.refound().await? {
            Outcome::Refounded(cluster) => cluster,
            Outcome::NotRefounded(why) => return Err(refused(why)),
            _ => return Err(ApiError::Internal("the answer to another command")),
        }
    };
    let members = members(context);
    if !request.dry_run {
        // Whoever gave up waiting learns from the answer how it stands.
        let _ = timeout(PATIENCE, formed(context, cluster)).await;
    }
    let lost = before.voters.iter().filter(|voter| !members.iter().any(|(id, _)| *id == voter.id));
    let lost_voters: BTreeSet<String> = lost.map(|voter| voter.name.to_string()).collect();
    let now = context.handle.quorum().await?;
    Ok(ForceNewClusterResponse {
        header: context.header(),
        cluster_uid: cluster.to_string(),
        members: members.into_iter().map(|(_, name)| name).collect(),
        consequences: consequences(&lost_voters),
        lost_voters: lost_voters.into_iter().collect(),
        quorum: Some(quorum::quorum(&now)),
    })
}

fn members(context: &Context) -> Vec<(NodeId, String)> {
    let view = context.handle.view().view;
    let members = view.iter().flat_map(|view| &view.members);
    members.map(|member| (member.identity.id, member.identity.name.to_string())).collect()
}

/// Waits until the cluster formed anew has quorum here.
async fn formed(context: &Context, cluster: ClusterUid) -> Result<(), ApiError> {
    let mut news = context.handle.watch_quorum();
    loop {
        news.mark_unchanged();
        let QuorumStatus { granted, cluster: now, .. } = context.handle.quorum().await?;
        if now == Some(cluster) && granted.is_some() {
            return Ok(());
        }
        news.changed().await.map_err(|_| ApiError::Stopping)?;
    }
}

/// What forming the cluster anew breaks.
fn consequences(lost: &BTreeSet<String>) -> Vec<String> {
    let lost: Vec<&str> = lost.iter().map(String::as_str).collect();
    vec![
        format!("voters that are given up: {}", lost.join(", ")),
        "if most of them run after all, merely out of reach, there will be two clusters that both have quorum".into(),
        "what only they had of the cluster database is lost".into(),
        "nodes that are not in the view now can join only after their data folder was removed".into(),
        "cursors of event streams begin anew, and epochs go on 1,000,000,000 higher".into(),
    ]
}

fn refused(why: NotRefounded) -> ApiError {
    let (state, text) = match why {
        NotRefounded::Unformed => return ApiError::unformed(),
        NotRefounded::Transition => ("transition", "the members are agreeing on a view: try again in a moment"),
        NotRefounded::Majority => {
            ("majority", "most voters are in the view, so the cluster has quorum or will have it without force")
        }
        NotRefounded::Satellite => (
            "satellite",
            "this node does not vote, so it has no copy of the cluster database: ask a voter that is left",
        ),
    };
    ApiError::ClusterState { state, text }
}
