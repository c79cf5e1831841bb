//! Every cursor of a tape leads on, on every running agent, with exactly what the tape had not told by then (E1).

use std::collections::BTreeSet;

use quorate::v1::{ListEventsRequest, SnapshotReason, event::Kind};

use super::{
    check::closure,
    tape::{Said, Tape},
};
use crate::{
    agent::Agent,
    cluster::Cluster,
    views::{History, Id, id_of},
};

/// What is wrong with the cursors of a tape. Those before history was dropped may lead nowhere, and are left out.
pub(super) async fn check(name: &str, tape: &Tape, history: &History, cluster: &Cluster) -> Vec<String> {
    let mut problems = Vec::new();
    for (cursor, seen) in points(tape, history) {
        let missing: BTreeSet<Id> = history.keys().filter(|id| !seen.contains(id)).cloned().collect();
        for agent in cluster.agents().iter().filter(|agent| agent.is_running()) {
            if let Err(why) = leads_to(agent, &cursor, &missing).await {
                problems.push(format!("E1: a cursor of stream {name} after {seen:?}: on {}: {why}", agent.name()));
            }
        }
    }
    problems
}

/// Each different cursor of the tape with what had been seen by then.
fn points(tape: &Tape, history: &History) -> Vec<(String, BTreeSet<Id>)> {
    let mut points: Vec<(String, BTreeSet<Id>)> = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in &tape.entries {
        match &entry.said {
            Said::Snapshot { reason: SnapshotReason::Resumed, .. } | Said::Ended(_) => {}
            Said::Snapshot { view, .. } => {
                points.clear();
                seen = closure(history, &view.as_ref().map(id_of));
            }
            Said::View(view) => {
                seen.insert(id_of(view));
            }
            Said::Started { .. } | Said::Stable(_) | Said::Bookmark => {}
        }
        if !entry.cursor.is_empty() && points.last().is_none_or(|(last, _)| *last != entry.cursor) {
            points.push((entry.cursor.clone(), seen.clone()));
        }
    }
    points
}

async fn leads_to(agent: &Agent, cursor: &str, missing: &BTreeSet<Id>) -> Result<(), String> {
    let request = ListEventsRequest { cursor: cursor.to_owned(), ..ListEventsRequest::default() };
    let listed = agent.client().list_events(request).await.map_err(|why| why.to_string())?;
    let mut told = BTreeSet::new();
    for event in listed.events {
        if let Some(Kind::View(view)) = event.kind {
            let id = id_of(&view);
            if !told.insert(id.clone()) {
                return Err(format!("{id:?} is listed twice"));
            }
        }
    }
    match (listed.history_dropped, told == *missing) {
        (true, _) => Err("history was dropped".to_owned()),
        (false, false) => Err(format!("it leads to {told:?}, missing are {missing:?}")),
        (false, true) => Ok(()),
    }
}
