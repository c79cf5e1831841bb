//! Histories: what clients asked for and were told, and whether that can have come about one after the other.
//!
//! ```text
//!   clients --calls--> agents      record: each call with when it began and ended
//!                                  model: what one register, held by one session at a time, may answer
//!                                  check: an order of all calls that fits both, by search
//!                                  meetings: generations of barriers, which need no search
//! ```

mod check;
mod meetings;
mod model;
mod record;

pub use check::linearize;
pub use meetings::{Meeting, judge};
pub use model::{Answer, Ask, Held, Register};
pub use record::{Call, Recorder};
