//! The services of this node: what the core orders is done with processes, what happens to them is told to the core.
//!
//! ```text
//!   core  --ProcessOrder, rights-->  Supervisor  --> Unit (a task for each instance)  --> runner (a process)  --> service
//!   core  <--ProcessFact-----------              <--                                  <--
//! ```
//!
//! It decides nothing: which instance runs, and for how long without quorum, is the core's business; that nothing is left
//! behind is the runner's.

pub mod definition;
mod program;
mod record;
pub mod status;
mod supervisor;
mod unit;

pub use program::{BUS, UNIT};
pub use supervisor::{Found, Place, Supervisor, Ways, Work, look, right};
