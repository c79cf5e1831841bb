//! How clusters form, change and end, by agents that start, leave, crash and are put out.

#![allow(clippy::unwrap_used)]

mod crash;
mod evict;
mod form;
mod grpc;
mod leave;
mod pause;
mod refuse;
mod restart;
mod seeds;
mod wire;
