//! Services as real processes below real runners.
//!
//! Each test has a folder and a run of its own, waits for what it expects and not for time to pass, and ends with
//! nothing left of its run: that is checked by a look at all processes that does not use the crate's own.

#![allow(clippy::unwrap_used, reason = "tests")]

mod checks;
mod commands;
mod endings;
mod logs;
mod refusals;
mod remains;
mod rights;
mod starts;
mod support;
