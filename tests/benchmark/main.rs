//! How fast a membership notices, agrees and what it costs while it is idle: Quorate beside Corosync and Serf. And what
//! quorum costs and the cluster database can do, beside etcd; and locks, names, barriers and watches, beside etcd and ZooKeeper;
//! and a virtual address that moves, beside keepalived; and how long services are gone whose node is killed.
//!
//! ```text
//!   args --> measure: for each size and system, runs until there are enough or the time is up
//!              run: a fresh group that forms, then one fault or an idle window
//!                systems/: quorate (event streams), corosync and serf (their own lines), all in a `Lab`
//!                  sightings: what each member saw, and when
//!        --> figures --> report (Markdown, every run), plots (SVG), aims
//!   args --> quorum: time without it, writes, cost while idle, with a report of its own
//!   args --> coordination: what a client waits for, with a report of its own
//!   args --> failover: an address that moves, with a report of its own
//!   args --> recovery: services whose node is killed, with a report of its own
//! ```
//!
//! Every system runs with its defaults in the same kind of network namespaces, one member in each. It is a program and
//! not a `cargo bench` of many short rounds, because one round takes seconds and needs root. Run it with `make bench`.

mod aims;
mod args;
mod coordination;
mod etcd;
mod failover;
mod figures;
mod idle;
mod machine;
mod measure;
mod neighbours;
mod plots;
mod quorum;
mod recovery;
mod report;
mod run;
mod sightings;
mod spread;
mod systems;

use clap::Parser;
use tokio::runtime::Builder;

use crate::{
    args::{Args, Part, Plan},
    figures::Figures,
    machine::Machine,
    measure::Measurement,
    neighbours::Neighbours,
    systems::System,
};

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if args.serve_floor {
        return Builder::new_multi_thread().enable_all().build()?.block_on(coordination::serve_floor());
    }
    let plan = args.plan()?;
    std::fs::create_dir_all(&plan.out)?;
    let machine = Machine::look();
    // Not within the time that is measured, nor within that of the plan.
    quorate_tests::build_programs();
    for part in &plan.parts {
        let mut runtime = match part {
            Part::Membership | Part::Quorum | Part::Failover | Part::Recovery => Builder::new_multi_thread(),
            // Members are measured, not how the threads of a client wake each other.
            Part::Coordination => Builder::new_current_thread(),
        };
        let text = runtime.enable_all().build()?.block_on(async {
            match part {
                Part::Membership => membership(&plan, &machine).await,
                Part::Quorum => quorum::measure(&plan, &machine).await,
                Part::Coordination => coordination::measure(&plan, &machine).await,
                Part::Failover => failover::measure(&plan, &machine).await,
                Part::Recovery => recovery::measure(&plan, &machine).await,
            }
        })?;
        println!("{text}");
    }
    Ok(())
}

async fn membership(plan: &Plan, machine: &Machine) -> anyhow::Result<String> {
    let systems: Vec<System> = System::ALL.into_iter().filter(|system| plan.peers || !system.is_peer()).collect();
    let (systems, missing) = systems.into_iter().partition(|system: &System| system.is_installed());
    let mut figures = Figures { missing, ..Figures::default() };
    figures.warn_of_missing();
    let table = Neighbours::make_room();
    Measurement::new(plan, &mut figures).run(&systems).await;
    figures.notes.extend(table.problem().map(str::to_owned));
    plots::draw(&plan.out, &figures)?;
    Ok(report::write(plan, machine, &figures)?)
}
