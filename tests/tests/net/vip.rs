//! A virtual address moves when its owner is lost, and no two nodes have it at once: the example `ip-failover`.
//!
//! A client on a machine of its own asks for the page at the address all the time, and it is looked all the time in the
//! kernel of every node whether the address is there, also in that of a node that is cut off or of which all processes
//! are frozen.

use std::{
    os::unix::process::ExitStatusExt,
    process::Stdio,
    time::{Duration, Instant},
};

use quorate_tests::{
    Lab,
    failover::{ADDRESS, Fault, Residence, Site, Span, program},
    wait_until,
};
use rustix::process::Signal;

async fn the_address_moves_and_is_never_twice(fault: Fault) {
    // A program that fails may be tried again at the same place. Here it goes elsewhere at once, which is harder: what
    // was killed has not removed the address.
    let mut site = Site::start(if fault.is_of_the_node() { 3 } else { 0 }).await;
    let old = site.first_owner(None).await;
    let struck = Instant::now();
    site.strike(fault, &old);
    let new = site.first_owner(Some(&old)).await;
    let others = site.cluster().others(&old);
    if fault.is_of_the_node() {
        site.recovered(&others).await;
    }
    site.mend(fault, &old).await;
    // It stays where it is, also now that the first owner is back.
    site.answers_after(&new, Instant::now()).await;

    let (client, kernel) = (site.visitor().seen(), site.residence().seen());
    let [before, after] = [&old, &new].map(|node| client.of(node).unwrap());
    println!(
        "{fault}: from {old} to {new}; no answer for {:?}, the first one {:?} after the fault; {} and {} answers",
        after.first.saturating_duration_since(before.last),
        after.first - struck,
        before.count,
        after.count
    );
    let [left, arrived] = [&old, &new].map(|node| kernel.of(node).unwrap());
    println!("{fault}: the address was nowhere for {:?}", arrived.first.saturating_duration_since(left.last));
    for seen in [client, kernel] {
        assert_eq!(seen.overlap(), None, "{fault}: {:?}", seen.spans());
        assert_eq!(names(&seen.spans()), [old.as_str(), new.as_str()], "{fault}: it moved once");
    }
}

fn names(spans: &[(String, Span)]) -> Vec<&str> {
    spans.iter().map(|(node, _)| node.as_str()).collect()
}

#[tokio::test]
async fn an_address_survives_the_kill_of_its_owner_s_agent() {
    the_address_moves_and_is_never_twice(Fault::AgentKilled).await;
}

#[tokio::test]
async fn an_address_survives_the_kill_of_all_its_owner_s_processes() {
    the_address_moves_and_is_never_twice(Fault::AllKilled).await;
}

#[tokio::test]
async fn an_address_survives_the_loss_of_its_owner_s_network() {
    the_address_moves_and_is_never_twice(Fault::Cut).await;
}

#[tokio::test]
async fn an_address_survives_its_owner_s_agent_being_frozen() {
    the_address_moves_and_is_never_twice(Fault::AgentFrozen).await;
}

#[tokio::test]
async fn an_address_survives_all_its_owner_s_processes_being_frozen() {
    the_address_moves_and_is_never_twice(Fault::AllFrozen).await;
}

#[tokio::test]
async fn an_address_survives_the_kill_of_the_program_that_holds_it() {
    the_address_moves_and_is_never_twice(Fault::HolderKilled).await;
}

#[tokio::test]
async fn an_address_survives_the_program_that_holds_it_being_frozen() {
    the_address_moves_and_is_never_twice(Fault::HolderFrozen).await;
}

/// Even if nothing else kills it: on its own, without an agent and a runner.
#[tokio::test]
async fn a_program_that_was_frozen_does_not_renew_the_address() {
    let lab = Lab::new(1, 1);
    let residence = Residence::start(&lab, 1, ADDRESS);
    let words = program(&["vip.py", &ADDRESS.to_string(), "eth0"]);
    let mut command = lab.command(1, &words[0]);
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null());
    let mut holder = tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap();
    wait_until("the address", async || residence.seen().of("n1").is_some()).await;
    lab.signal_all(1, Signal::STOP);
    let gone = || residence.seen().of("n1").is_some_and(|span| span.last.elapsed() > Duration::from_millis(500));
    wait_until("the address to be gone for a while", async || gone()).await;
    let before = residence.seen().of("n1");
    lab.signal_all(1, Signal::CONT);
    let status = holder.wait().await.unwrap();
    assert_eq!(status.signal(), Some(Signal::ALARM.as_raw()), "its own alarm killed it");
    assert_eq!(residence.seen().of("n1"), before, "the address did not come back");
}
