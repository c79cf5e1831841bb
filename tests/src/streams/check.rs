//! The rules for what one stream says.

use std::collections::BTreeSet;

use quorate::v1::{self, SnapshotReason, ViewState};

use super::tape::{Entry, Said, Tape};
use crate::views::{History, Id, id_of, members_of, names_of};

/// What is wrong with a tape, given everything that all agents know at its end.
pub(super) fn check(tape: &Tape, history: &History, may_drop: bool) -> Vec<String> {
    let mut reader = Reader::new(history);
    for entry in &tape.entries {
        reader.take(entry);
    }
    let mut problems = reader.problems;
    let untold: Vec<_> = history.keys().filter(|id| !reader.seen.contains(id)).collect();
    if !untold.is_empty() {
        problems.push(format!("E1/V4: never told of {untold:?}"));
    }
    if reader.drops > 0 && !may_drop {
        problems.push(format!("E1: it says {} times that events were dropped", reader.drops));
    }
    problems
}

/// All views that lead to these, and they themselves.
pub(super) fn closure<'a>(history: &History, tips: impl IntoIterator<Item = &'a Id>) -> BTreeSet<Id> {
    let mut open: Vec<Id> = tips.into_iter().cloned().collect();
    let mut known = BTreeSet::new();
    while let Some(id) = open.pop() {
        let parents = history.get(&id).map(|view| view.parents.iter().map(Id::from).collect::<Vec<_>>());
        if known.insert(id) {
            open.extend(parents.unwrap_or_default());
        }
    }
    known
}

/// A reader of a stream who believes what it says, and finds out when that does not fit.
#[derive(Debug)]
struct Reader<'a> {
    history: &'a History,
    /// What was told, or lies before the snapshot the reader began with.
    seen: BTreeSet<Id>,
    /// The view the answering agent is in; none when that is not known.
    installed: Option<Id>,
    /// Whether the agent has said that it left that view.
    left: bool,
    /// Whether all that was missed while not connected has been told.
    live: bool,
    drops: usize,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(history: &'a History) -> Self {
        let (seen, problems) = (BTreeSet::new(), Vec::new());
        Self { history, seen, installed: None, left: false, live: false, drops: 0, problems }
    }

    fn take(&mut self, entry: &Entry) {
        match &entry.said {
            Said::Snapshot { reason: SnapshotReason::Resumed, view, .. } => self.resumed(view.as_ref()),
            Said::Snapshot { reason, view, state } => {
                self.drops += usize::from(*reason != SnapshotReason::Start);
                self.begin(view.as_ref(), *state);
            }
            Said::View(view) => self.view(&entry.from, view),
            Said::Started { left } => {
                if self.live && self.installed.is_some() && *left != self.installed {
                    self.problems.push(format!("V3: it left {left:?}, but was in {:?}", self.installed));
                }
                (self.live, self.left) = (true, true);
            }
            Said::Stable(id) => {
                if self.installed.as_ref().is_some_and(|installed| installed != id) {
                    self.problems.push(format!("{id:?} is told to be stable in {:?}", self.installed));
                }
                self.live = true;
            }
            Said::Bookmark => self.live = true,
            Said::Ended(_) => {}
        }
    }

    fn begin(&mut self, view: Option<&v1::View>, state: ViewState) {
        self.installed = view.map(id_of);
        self.seen = closure(self.history, &self.installed);
        self.live = true;
        self.left = matches!(state, ViewState::Transition | ViewState::Forming);
    }

    /// The snapshot repeats where the reader was.
    fn resumed(&mut self, view: Option<&v1::View>) {
        if let Some(id) = view.map(id_of).filter(|id| !self.seen.contains(id)) {
            self.problems.push(format!("E1: it resumes at {id:?}, of which it never told"));
        }
        (self.installed, self.live, self.left) = (None, false, false);
    }

    fn view(&mut self, from: &str, view: &v1::View) {
        let id = id_of(view);
        if self.history.get(&id).is_some_and(|kept| members_of(kept) != members_of(view)) {
            self.problems.push(format!("V1: {id:?} is told with other members than are kept"));
        }
        if !view.missed && !names_of(view).contains(&from) {
            self.problems.push(format!("V2: {from} installs {id:?}, which does not contain it"));
        }
        let parents = view.parents.iter().map(Id::from);
        for parent in parents.filter(|parent| self.history.contains_key(parent) && !self.seen.contains(parent)) {
            self.problems.push(format!("V4: {id:?} is told before {parent:?}, from which it came"));
        }
        if !self.seen.insert(id.clone()) {
            self.problems.push(format!("E1: {id:?} is told twice"));
        }
        if !view.missed {
            self.installs(id);
        }
    }

    fn installs(&mut self, id: Id) {
        if self.installed.as_ref().is_some_and(|before| *before >= id) {
            self.problems.push(format!("V2: {id:?} is installed after {:?}", self.installed));
        }
        if self.live && self.installed.is_some() && !self.left {
            self.problems.push(format!("V3: {id:?} is installed in {:?} before that was left", self.installed));
        }
        (self.installed, self.left) = (Some(id), false);
    }
}
