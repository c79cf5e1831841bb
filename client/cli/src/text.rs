//! Texts and tables for people, from what the agents answered.

pub mod agent;
pub mod coordination;
pub mod event;
pub mod history;
pub mod links;
pub mod members;
pub mod nodes;
pub mod quorum;
pub mod recovery;
pub mod services;
pub mod status;
