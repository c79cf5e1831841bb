//! How recovery stands: the whole as a tree, and what changed as lines.

use std::collections::{BTreeMap, BTreeSet};

use quorate::v1::{self, InstanceState, RecoveryStage, recovery_change::Change};

use super::coordination::token;
use crate::output::{Paint, Tone, lines};
use crate::standing::{obstacles, stage, stage_at, wait};
use crate::words::{clean, count, or_dash, short, times, word};

/// The whole: stage, levels with services and instances, what cannot run, programs, drained nodes, what is waited for.
pub fn recovery(recovery: &v1::Recovery, paint: Paint) -> String {
    let mut text = head(recovery, paint);
    if !recovery.instances.is_empty() || !recovery.unplaced.is_empty() {
        text += &format!("\n{}", tree(recovery, paint));
    }
    for one in &recovery.blocked {
        text += &format!("{}\n", paint.text(blocked(one), Tone::Bad));
    }
    text + &nodes(recovery, paint)
}

fn head(recovery: &v1::Recovery, paint: Paint) -> String {
    let word = stage(recovery);
    let mut text = format!("Recovery     {}\n", paint.text(&word, tone(recovery.stage())));
    text += &format!("Epoch        {}, led by {}\n", recovery.epoch, or_dash(&recovery.leader));
    let since = recovery.since.as_ref().map(short);
    let took = recovery.took.as_ref().map(short);
    match (since, took) {
        (Some(since), Some(took)) => text += &format!("Since        {since}; recovered after {took}\n"),
        (Some(since), None) => text += &format!("Since        {since}; not recovered yet\n"),
        (None, _) => {}
    }
    text += &format!("Definitions  revision {}\n", recovery.revision);
    for (index, one) in recovery.waits.iter().enumerate() {
        text += &format!("{}{}\n", if index == 0 { "Waits for    " } else { "             " }, wait(one));
    }
    text
}

/// Levels, services, instances.
fn tree(recovery: &v1::Recovery, paint: Paint) -> String {
    let mut levels: BTreeMap<u32, BTreeMap<&str, Vec<&v1::ServiceInstance>>> = BTreeMap::new();
    for one in &recovery.instances {
        levels.entry(one.level).or_default().entry(&one.service).or_default().push(one);
    }
    let mut table = paint.table(["SERVICES", "NODE", "STATE", "TOKEN", "NOTE"]);
    for (level, services) in levels {
        table.add_row([paint.cell(format!("level {level}"), Tone::Plain)]);
        for (service, instances) in services {
            let ready = instances.iter().filter(|one| one.wanted && one.state() == InstanceState::Ready).count();
            let nowhere = recovery.unplaced.iter().filter(|one| one.service == service).count();
            let all = instances.iter().filter(|one| one.wanted).count() + nowhere;
            table.add_row([
                paint.cell(format!("  {service}"), Tone::Plain),
                paint.cell("", Tone::Plain),
                paint.cell(format!("{ready} of {all}"), if ready == all { Tone::Good } else { Tone::Middling }),
            ]);
            for one in instances {
                add_instance(&mut table, one, "    ", paint);
            }
        }
    }
    for one in &recovery.unplaced {
        table.add_row([
            paint.cell(format!("{}/{}", one.service, one.instance), Tone::Plain),
            paint.cell("-", Tone::Plain),
            paint.cell("nowhere", Tone::Bad),
            paint.cell("-", Tone::Plain),
            paint.cell(obstacles(one), Tone::Plain),
        ]);
    }
    lines(&table)
}

/// A row for an instance.
pub fn add_instance(table: &mut comfy_table::Table, one: &v1::ServiceInstance, before: &str, paint: Paint) {
    let state = word::<InstanceState>(one.state);
    let mut notes = Vec::new();
    if !one.wanted && one.state() != InstanceState::Failed {
        notes.push("is not to run here".to_owned());
    }
    if one.tries > 0 {
        notes.push(format!("started again {}", times(one.tries)));
    }
    if !one.reason.is_empty() {
        notes.push(one.reason.clone());
    }
    let tone = Tone::of(&state);
    table.add_row([
        paint.cell(format!("{before}{}/{}", one.service, one.instance), Tone::Plain),
        paint.cell(&one.node_name, Tone::Plain),
        paint.cell(state, tone),
        paint.cell(token(one.token.as_ref()), Tone::Plain),
        paint.cell(notes.join(", "), Tone::Plain),
    ]);
}

/// Programs that take part, and drained nodes.
fn nodes(recovery: &v1::Recovery, paint: Paint) -> String {
    let mut table = paint.table(["PROGRAM", "NODE", "LEVEL", "PHASE", "NOTE"]);
    for (node, program) in recovery.nodes.iter().flat_map(|node| node.participants.iter().map(move |one| (node, one))) {
        let (note, tone) = match (program.isolated, program.done) {
            (true, _) => ("late: nobody waits for it", Tone::Bad),
            (false, true) => ("done", Tone::Good),
            (false, false) => ("not done", Tone::Middling),
        };
        table.add_row([
            paint.cell(&program.name, Tone::Plain),
            paint.cell(&node.node_name, Tone::Plain),
            paint.cell(program.level, Tone::Plain),
            paint.cell(word::<v1::Phase>(program.phase), Tone::Plain),
            paint.cell(note, tone),
        ]);
    }
    let mut text = if table.is_empty() { String::new() } else { format!("\n{}", lines(&table)) };
    for node in recovery.nodes.iter().filter(|node| node.drained) {
        text += &format!("{} is drained: {}\n", clean(&node.node_name), clean(&node.reason));
    }
    text
}

/// What an instance is known by.
type Key<'a> = (&'a str, u32, &'a str);

/// What changed, a line each. Before there was anything, how far recovery is.
pub fn changes(before: Option<&v1::Recovery>, now: &v1::Recovery) -> Vec<String> {
    let mut told = Vec::new();
    if before.is_none_or(|before| before.epoch != now.epoch) {
        let nodes = count(now.nodes.len(), "member");
        told.push(format!("epoch {}: {} leads the recovery of {nodes}", now.epoch, or_dash(&now.leader)));
    }
    let states: BTreeMap<Key<'_>, i32> =
        before.map(|before| before.instances.iter().map(state).collect()).unwrap_or_default();
    let present: BTreeMap<Key<'_>, i32> = now.instances.iter().map(state).collect();
    for one in now.instances.iter().filter(|_| before.is_some()) {
        let (key, state) = state(one);
        let was = states.get(&key);
        if was != Some(&state) {
            told.push(instance_line(one, was.copied()));
        }
    }
    let gone = states.keys().filter(|key| !present.contains_key(*key));
    told.extend(gone.map(gone_line));
    let nowhere = |recovery: &v1::Recovery| -> BTreeSet<(String, u32)> {
        recovery.unplaced.iter().map(|one| (one.service.clone(), one.instance)).collect()
    };
    for (service, index) in nowhere(now).difference(&before.map(nowhere).unwrap_or_default()) {
        told.push(format!("{}/{index} can run nowhere", clean(service)));
    }
    let far = |recovery: &v1::Recovery| (recovery.epoch, recovery.stage, recovery.level, recovery.waits.clone());
    if before.map(far) != Some(far(now)) {
        let first = before.is_some_and(|before| before.epoch != now.epoch || before.took.is_none());
        told.push(stage_line(now, first));
    }
    told
}

fn state(one: &v1::ServiceInstance) -> (Key<'_>, i32) {
    ((&one.service, one.instance, &one.node_name), one.state)
}

fn gone_line((service, index, node): &Key<'_>) -> String {
    format!("{}/{index} on {}: gone", clean(service), clean(node))
}

fn blocked(one: &v1::BlockedService) -> String {
    let (service, requires) = (clean(&one.service), clean(&one.requires));
    format!("{service} cannot run: it requires {requires}, which does not run")
}

fn tone(stage: RecoveryStage) -> Tone {
    if stage == RecoveryStage::Recovered { Tone::Good } else { Tone::Middling }
}

/// What an event says of a service, or of recovery.
pub fn change(change: &v1::RecoveryChange, paint: Paint) -> String {
    let titled = |title: &str, tone, text: String| format!("{}  {text}", paint.text(title, tone));
    match &change.change {
        Some(Change::Step(step)) => {
            let far = stage_at(step.stage, step.level);
            let since = step.since.as_ref().map(|since| format!(", after {}", short(since))).unwrap_or_default();
            let text = format!("epoch {}, led by {}: {far}{since}", change.epoch, or_dash(&step.leader));
            titled("recovery", tone(step.stage()), text)
        }
        Some(Change::Instance(one)) => {
            titled("service", Tone::of(&word::<InstanceState>(one.state)), instance_line(one, None))
        }
        Some(Change::Gone(one)) => titled("service", Tone::Plain, gone_line(&state(one).0)),
        Some(Change::Unplaced(one)) => {
            let (service, why) = (clean(&one.service), clean(&obstacles(one)));
            titled("service", Tone::Bad, format!("{service}/{} can run nowhere ({why})", one.instance))
        }
        Some(Change::Blocked(one)) => titled("service", Tone::Bad, blocked(one)),
        Some(Change::NoRecovery(_)) => titled("recovery", Tone::Bad, "nobody leads it".to_owned()),
        None => "a change of recovery of a kind this version does not know".to_owned(),
    }
}

fn instance_line(one: &v1::ServiceInstance, was: Option<i32>) -> String {
    let was = was.map(|was| format!("{} -> ", word::<InstanceState>(was))).unwrap_or_default();
    let reason = if one.reason.is_empty() { String::new() } else { format!(" ({})", clean(&one.reason)) };
    let (service, node) = (clean(&one.service), clean(&one.node_name));
    format!("{service}/{} on {node}: {was}{}{reason}", one.instance, word::<InstanceState>(one.state))
}

/// How far it is; the time it took only where everything is recovered for the first time.
fn stage_line(now: &v1::Recovery, first: bool) -> String {
    let waits: Vec<_> = now.waits.iter().map(wait).collect();
    match (now.stage(), &now.took) {
        (RecoveryStage::Recovered, Some(took)) if first => format!("recovered after {}", short(took)),
        _ if waits.is_empty() => stage(now),
        _ => format!("{}: waits for {}", stage(now), waits.join(", ")),
    }
}

/// What would run elsewhere.
pub fn shifts(shifts: &[v1::Shift], paint: Paint) -> String {
    if shifts.is_empty() {
        return "nothing would run elsewhere\n".to_owned();
    }
    let mut table = paint.table(["INSTANCE", "FROM", "TO", "NOTE"]);
    for one in shifts {
        let tone = if one.to_node.is_empty() { Tone::Bad } else { Tone::Plain };
        let to = if one.to_node.is_empty() { "nowhere" } else { &one.to_node };
        table.add_row([
            paint.cell(format!("{}/{}", one.service, one.instance), Tone::Plain),
            paint.cell(or_dash(&one.from_node), Tone::Plain),
            paint.cell(to, tone),
            paint.cell(&one.reason, Tone::Plain),
        ]);
    }
    lines(&table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_of_an_event_takes_one_line() {
        let told = |one| change(&v1::RecoveryChange { epoch: 9, change: Some(one) }, Paint::NONE);
        let stage = RecoveryStage::Level.into();
        let step = v1::RecoveryStep { stage, level: 2, leader: "n1".to_owned(), since: None };
        assert_eq!(told(Change::Step(step)), "recovery  epoch 9, led by n1: level 2");
        let failed = v1::ServiceInstance { reason: "exit code 3".to_owned(), ..instance(0, InstanceState::Failed) };
        assert_eq!(told(Change::Instance(failed.clone())), "service  web/0 on n1: failed (exit code 3)");
        assert_eq!(told(Change::Gone(failed)), "service  web/0 on n1: gone");
        let at = v1::PlacementObstacle { node_name: "n1".to_owned(), reason: "drained".to_owned() };
        let unplaced = v1::UnplacedInstance { service: "web".to_owned(), instance: 0, obstacles: vec![at] };
        assert_eq!(told(Change::Unplaced(unplaced)), "service  web/0 can run nowhere (n1: drained)");
        assert_eq!(told(Change::NoRecovery(v1::NoRecovery {})), "recovery  nobody leads it");
    }

    fn instance(index: u32, state: InstanceState) -> v1::ServiceInstance {
        v1::ServiceInstance {
            service: "web".to_owned(),
            instance: index,
            node_name: "n1".to_owned(),
            wanted: true,
            state: state.into(),
            level: 1,
            ..v1::ServiceInstance::default()
        }
    }

    fn at_level(instances: Vec<v1::ServiceInstance>) -> v1::Recovery {
        let reason = "starts".to_owned();
        v1::Recovery {
            epoch: 9,
            stage: RecoveryStage::Level.into(),
            level: 1,
            leader: "n1".to_owned(),
            waits: vec![v1::RecoveryWait { node_name: "n1".to_owned(), what: "web/0".to_owned(), reason }],
            instances,
            ..v1::Recovery::default()
        }
    }

    #[test]
    fn the_tree_has_levels_services_and_instances() {
        let mut stands = at_level(vec![instance(0, InstanceState::Starting), instance(1, InstanceState::Ready)]);
        let obstacles = vec![v1::PlacementObstacle { node_name: "n2".to_owned(), reason: "is drained".to_owned() }];
        stands.unplaced = vec![v1::UnplacedInstance { service: "web".to_owned(), instance: 2, obstacles }];
        stands.blocked = vec![v1::BlockedService { service: "api".to_owned(), requires: "web".to_owned() }];
        let program = v1::ParticipantStatus { name: "store".to_owned(), isolated: true, ..<_>::default() };
        let node = v1::RecoveryNode { node_name: "n2".to_owned(), participants: vec![program], ..<_>::default() };
        stands.nodes = vec![v1::RecoveryNode { drained: true, reason: "new disk".to_owned(), ..node }];
        let text = recovery(&stands, Paint::NONE);
        let rows: Vec<&str> = text.lines().map(str::trim_end).collect();
        let expected = [
            "Recovery     level 1",
            "Epoch        9, led by n1",
            "Definitions  revision 0",
            "Waits for    web/0 on n1 (starts)",
            "",
            "SERVICES   NODE  STATE     TOKEN  NOTE",
            "level 1",
            "  web            1 of 3",
            "    web/0  n1    starting  -",
            "    web/1  n1    ready     -",
            "web/2      -     nowhere   -      n2: is drained",
            "api cannot run: it requires web, which does not run",
            "",
            "PROGRAM  NODE  LEVEL  PHASE        NOTE",
            "store    n2    0      unspecified  late: nobody waits for it",
            "n2 is drained: new disk",
        ];
        assert_eq!(rows, expected, "{text}");
    }

    #[test]
    fn changes_are_lines() {
        let first = at_level(vec![instance(0, InstanceState::Starting)]);
        let begun = changes(None, &first);
        assert_eq!(begun, ["epoch 9: n1 leads the recovery of 0 members", "level 1: waits for web/0 on n1 (starts)"]);
        assert!(changes(Some(&first), &first).is_empty());
        let mut last = at_level(vec![instance(0, InstanceState::Ready), instance(1, InstanceState::Waiting)]);
        last.stage = RecoveryStage::Recovered.into();
        last.took = Some(prost_types::Duration { seconds: 2, nanos: 0 });
        last.waits.clear();
        let expected = ["web/0 on n1: starting -> ready", "web/1 on n1: waiting", "recovered after 2.0 s"];
        assert_eq!(changes(Some(&first), &last), expected);
        assert_eq!(changes(None, &last)[1..], ["recovered"]);
        assert_eq!(changes(Some(&last), &first)[..2], ["web/0 on n1: ready -> starting", "web/1 on n1: gone"]);
    }
}
