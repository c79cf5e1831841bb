//! The node agent of Quorate: the shell around the pure core.
//!
//! It turns the core's effects into IO and IO into the core's events. `quorated` is a thin `main` over this library, so
//! that tests can drive every part without a process.

pub mod agent;
pub mod api;
pub mod cli;
pub mod config;
pub mod consensus;
pub mod dev;
pub mod discovery;
pub mod driver;
pub mod error;
pub mod http;
pub mod logging;
pub mod metrics;
pub mod parent;
pub mod services;
pub mod store;
pub mod tls;
pub mod transport;
pub mod wire;
