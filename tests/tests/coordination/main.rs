//! Sessions, names, locks, elections, barriers and events of real agents.

#![allow(clippy::unwrap_used)]

mod events;
mod fencing;
mod grants;
mod sessions;
