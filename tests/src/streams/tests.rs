//! The rules bite: each test makes one change to a tape that is good, and says what is found.

use quorate::v1::{self, SnapshotReason, ViewState};

use super::{
    check::check,
    tape::{Entry, Said, Tape},
};
use crate::views::{History, Id, id_of};

fn id(incarnation: u64, controller: &str) -> v1::ViewId {
    v1::ViewId { incarnation, controller: controller.to_owned() }
}

fn view(incarnation: u64, members: &[&str], parents: &[v1::ViewId]) -> v1::View {
    let member = |name: &&str| v1::Member { node_name: (*name).to_owned(), ..v1::Member::default() };
    v1::View {
        id: Some(id(incarnation, members[0])),
        members: members.iter().map(member).collect(),
        parents: parents.to_vec(),
        ..v1::View::default()
    }
}

fn missed(view: v1::View) -> v1::View {
    v1::View { missed: true, ..view }
}

/// n3 was apart for a while, with a view of its own: 1@n1, then 2@n1 and 2@n3, then 3@n1.
fn whole() -> v1::View {
    view(1, &["n1", "n2", "n3"], &[])
}
fn majority() -> v1::View {
    view(2, &["n1", "n2"], &[id(1, "n1")])
}
fn minority() -> v1::View {
    view(2, &["n3"], &[id(1, "n1")])
}
fn healed() -> v1::View {
    view(3, &["n1", "n2", "n3"], &[id(2, "n1"), id(2, "n3")])
}

fn history() -> History {
    [whole(), majority(), minority(), healed()].into_iter().map(|view| (id_of(&view), view)).collect()
}

fn start() -> Said {
    Said::Snapshot { reason: SnapshotReason::Start, view: Some(whole()), state: ViewState::Stable }
}

fn left(view: &v1::View) -> Said {
    Said::Started { left: Some(id_of(view)) }
}

/// What a reader of n1 is to be told.
fn good() -> Vec<Said> {
    vec![
        start(),
        left(&whole()),
        Said::View(majority()),
        Said::Stable(id_of(&majority())),
        left(&majority()),
        Said::View(missed(minority())),
        Said::View(healed()),
        Said::Stable(id_of(&healed())),
    ]
}

fn problems(said: Vec<Said>, may_drop: bool) -> String {
    let at = std::time::Instant::now();
    let entry = |said| Entry { at, from: "n1".to_owned(), cursor: String::new(), said };
    check(&Tape { entries: said.into_iter().map(entry).collect() }, &history(), may_drop).join("; ")
}

/// The good tape with one entry exchanged.
fn but(index: usize, said: Said) -> String {
    let mut all = good();
    all[index] = said;
    problems(all, false)
}

#[test]
fn a_good_tape_has_no_problem() {
    assert_eq!(problems(good(), false), "");
}

#[test]
fn e1_a_gap_is_found() {
    let mut said = good();
    said.truncate(5);
    assert_eq!(problems(said, false), format!("E1/V4: never told of {:?}", [Id(2, "n3".into()), Id(3, "n1".into())]));
}

#[test]
fn e1_a_view_told_twice_is_found() {
    let mut said = good();
    said.push(Said::View(missed(minority())));
    assert_eq!(problems(said, false), "E1: 2@n3 is told twice");
}

#[test]
fn v4_a_view_before_its_parent_is_found() {
    let mut said = good();
    said.swap(5, 6);
    assert!(problems(said, false).contains("V4: 3@n1 is told before 2@n3"));
}

#[test]
fn v4_a_view_that_is_kept_from_readers_is_found() {
    let found = but(5, Said::Bookmark);
    assert!(found.contains("V4: 3@n1 is told before 2@n3") && found.contains("never told of [2@n3]"), "{found}");
}

#[test]
fn v4_a_missed_view_that_is_not_marked_is_found() {
    let found = but(5, Said::View(minority()));
    assert!(found.contains("V2: n1 installs 2@n3, which does not contain it"), "{found}");
}

#[test]
fn v3_a_view_installed_before_the_old_one_was_left_is_found() {
    assert_eq!(but(1, Said::Bookmark), "V3: 2@n1 is installed in Some(1@n1) before that was left");
}

#[test]
fn v2_views_that_fall_are_found() {
    let mut said = good();
    said.push(left(&healed()));
    said.push(Said::View(view(1, &["n1"], &[])));
    assert!(problems(said, false).contains("V2: 1@n1 is installed after Some(3@n1)"));
}

#[test]
fn v1_other_members_are_found() {
    let found = but(2, Said::View(view(2, &["n1", "n3"], &[id(1, "n1")])));
    assert_eq!(found, "V1: 2@n1 is told with other members than are kept");
}

#[test]
fn e1_a_resumption_from_nowhere_is_found() {
    let mut said = good();
    let ahead = Said::Snapshot { reason: SnapshotReason::Resumed, view: Some(healed()), state: ViewState::Stable };
    said.insert(5, ahead);
    assert!(problems(said, false).contains("E1: it resumes at 3@n1, of which it never told"));
}

#[test]
fn e1_dropped_history_is_found_where_it_is_not_expected() {
    let again =
        Said::Snapshot { reason: SnapshotReason::HistoryDropped, view: Some(healed()), state: ViewState::Stable };
    let mut said = good();
    said.push(again);
    assert_eq!(problems(said.clone(), false), "E1: it says 1 times that events were dropped");
    assert_eq!(problems(said, true), "");
}
