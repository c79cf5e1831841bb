//! Bad input of every kind, and too much of it: each gets a clear answer, and harms nobody else (L1).

#![allow(clippy::unwrap_used)]

mod bytes;
mod clients;
mod config;
mod coordination;
mod database;
mod files;
mod peers;
mod store;
