//! Recovery of real services: real agents, real runners, real processes.

#![allow(clippy::unwrap_used)]

mod many;
mod misbehaviour;
mod order;
mod programs;
mod readiness;
mod right;
mod units;
