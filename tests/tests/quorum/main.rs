//! Quorum and the cluster database of real agents.

#![allow(clippy::unwrap_used)]

mod answers;
mod database;
mod disk;
mod voters;
