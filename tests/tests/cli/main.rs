//! The command line client against real clusters.

#![allow(clippy::unwrap_used)]

mod commands;
mod services;
mod tenure;
