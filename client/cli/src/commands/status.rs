//! `quorate status`: every endpoint is asked, and the summary is taken from the one with the newest view.

use futures_util::future::join_all;
use quorate::{Client, Error, Reason, v1};

use crate::app::App;
use crate::failure::Failure;
use crate::words::word;
use crate::{json, text};

/// What all endpoints said; at least one said something.
pub struct Summary {
    pub reports: Vec<Report>,
    /// The report to take the summary from.
    best: Standing,
}

/// What one endpoint said.
pub struct Report {
    pub endpoint: String,
    pub result: Result<Standing, Error>,
}

/// How one agent sees the cluster.
#[derive(Clone)]
pub struct Standing {
    /// Unset while the agent forms its first view.
    view: Option<v1::GetViewResponse>,
    nodes: v1::ListNodesResponse,
}

pub async fn run(mut app: App) -> Result<(), Failure> {
    let reports = join_all(app.client.each().map(ask)).await;
    let summary = Summary::new(reports)?;
    if app.out.is_json() {
        app.out.json(&json(&summary))?;
    } else {
        let text = text::status::status(&summary, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

/// Asks one endpoint.
async fn ask(client: Client) -> Report {
    let endpoint = client.endpoints().next().unwrap_or_default().to_owned();
    Report { endpoint, result: standing(&client).await }
}

async fn standing(client: &Client) -> Result<Standing, Error> {
    let nodes = client.nodes().await?;
    let view = match client.view().await {
        Ok(view) => Some(view),
        Err(error) if error.reason() == Some(&Reason::NoView) => None,
        Err(error) => return Err(error),
    };
    Ok(Standing { view, nodes })
}

impl Summary {
    fn new(reports: Vec<Report>) -> Result<Self, Error> {
        let mut best: Option<&Standing> = None;
        for standing in reports.iter().filter_map(|report| report.result.as_ref().ok()) {
            if best.is_none_or(|best| standing.rank() > best.rank()) {
                best = Some(standing);
            }
        }
        match best.cloned() {
            Some(best) => Ok(Self { reports, best }),
            None => Err(joined_error(reports)),
        }
    }

    /// The standing with the newest view.
    pub fn best(&self) -> &Standing {
        &self.best
    }
}

impl Standing {
    pub fn view(&self) -> Option<&v1::View> {
        self.view.as_ref()?.view.as_ref()
    }

    pub fn state(&self) -> String {
        let forming = v1::ViewState::Forming.into();
        word::<v1::ViewState>(self.view.as_ref().map_or(forming, |answer| answer.state))
    }

    pub fn cluster_id(&self) -> &str {
        self.nodes.header.as_ref().map_or("", |header| &header.cluster_id)
    }

    /// The node that answered.
    pub fn node(&self) -> &str {
        self.nodes.header.as_ref().map_or("", |header| &header.node_name)
    }

    /// The members that the answering node reaches, itself among them.
    pub fn reachable_members(&self) -> Vec<String> {
        let reached = |node: &&v1::Node| node.is_self || node.link.as_ref().is_some_and(|link| link.trusted);
        let reached: Vec<&str> = self.nodes.nodes.iter().filter(reached).map(|node| node.node_name.as_str()).collect();
        let members = self.view().map_or(&[][..], |view| &view.members);
        let names = members.iter().map(|member| member.node_name.clone());
        names.filter(|name| reached.contains(&name.as_str())).collect()
    }

    /// Views are ordered by incarnation, then by controller; having one comes before having none.
    fn rank(&self) -> Option<(u64, &str)> {
        let id = self.view()?.id.as_ref()?;
        Some((id.incarnation, &id.controller))
    }
}

/// What to say when no endpoint answered: a fault of one agent first, else all causes together.
fn joined_error(reports: Vec<Report>) -> Error {
    let mut all = Vec::new();
    let mut deadline = None;
    for error in reports.into_iter().filter_map(|report| report.result.err()) {
        match error {
            Error::Unavailable { tried } => all.extend(tried),
            Error::Deadline { limit, tried } => {
                deadline = Some(limit);
                all.extend(tried);
            }
            other => return other,
        }
    }
    match deadline {
        Some(limit) => Error::Deadline { limit, tried: all },
        None => Error::Unavailable { tried: all },
    }
}

/// The error of one endpoint, without the endpoint.
pub fn short_error(error: &Error) -> String {
    match error {
        Error::Unavailable { tried } | Error::Deadline { tried, .. } => match tried.as_slice() {
            [one] => one.cause.to_string(),
            _ => error.to_string(),
        },
        _ => error.to_string(),
    }
}

fn json(summary: &Summary) -> json::Status {
    let best = summary.best();
    json::Status {
        cluster_id: Some(best.cluster_id().to_owned()).filter(|id| !id.is_empty()),
        answered_by: Some(best.node().to_owned()).filter(|name| !name.is_empty()),
        state: best.state(),
        view: best.view().map(json::View::from),
        member_count: best.view().map_or(0, |view| view.members.len()),
        reachable_members: best.reachable_members(),
        agents: summary.reports.iter().map(agent_json).collect(),
    }
}

fn agent_json(report: &Report) -> json::AgentStatus {
    let standing = report.result.as_ref().ok();
    let view = standing.and_then(Standing::view);
    json::AgentStatus {
        endpoint: report.endpoint.clone(),
        node_name: standing.map(|standing| standing.node().to_owned()),
        state: standing.map(Standing::state),
        view_id: view.and_then(|view| view.id.as_ref()).map(json::ViewId::from),
        member_count: view.map(|view| view.members.len()),
        reachable_member_count: standing.map(|standing| standing.reachable_members().len()),
        error: report.result.as_ref().err().map(short_error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use quorate::{Cause, Tried};

    use super::*;

    fn standing(node: &str, incarnation: Option<u64>) -> Standing {
        let header = v1::ResponseHeader { node_name: node.to_owned(), ..v1::ResponseHeader::default() };
        let nodes = v1::ListNodesResponse { header: Some(header), ..v1::ListNodesResponse::default() };
        let view = incarnation.map(|incarnation| {
            let id = Some(v1::ViewId { incarnation, controller: "n1".to_owned() });
            let view = Some(v1::View { id, ..v1::View::default() });
            v1::GetViewResponse { view, state: v1::ViewState::Stable.into(), header: None }
        });
        Standing { view, nodes }
    }

    fn report(endpoint: &str, result: Result<Standing, Error>) -> Report {
        Report { endpoint: endpoint.to_owned(), result }
    }

    fn unreachable(endpoint: &str) -> Report {
        let cause = Cause::Connect("connection refused".to_owned());
        report(endpoint, Err(Error::Unavailable { tried: vec![Tried { endpoint: endpoint.to_owned(), cause }] }))
    }

    #[test]
    fn the_newest_view_speaks_for_the_cluster() {
        let reports = vec![
            unreachable("a:1"),
            report("b:1", Ok(standing("n2", None))),
            report("c:1", Ok(standing("n3", Some(11)))),
            report("d:1", Ok(standing("n4", Some(12)))),
        ];
        let summary = Summary::new(reports).unwrap();
        assert_eq!(summary.best().node(), "n4");
        assert_eq!(json(&summary).agents[0].error.as_deref(), Some("connection refused"));
        assert_eq!(json(&summary).agents[1].state.as_deref(), Some("forming"));
    }

    #[test]
    fn when_nobody_answers_all_causes_are_named() {
        let error = Summary::new(vec![unreachable("a:1"), unreachable("b:1")]).err().unwrap();
        assert_eq!(
            error.to_string(),
            "no endpoint could serve the call: a:1: connection refused; b:1: connection refused"
        );
    }
}
