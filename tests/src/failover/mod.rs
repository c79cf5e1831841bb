//! A virtual address that moves between nodes of a laboratory, under the eyes of a client: the example `ip-failover`.
//!
//! ```text
//!   nodes 1..3: agents, which run the programs of tests/examples/ip-failover     Residence: on which node is the address?
//!   last node: no agent                                                           Visitor: who answers at the address?
//! ```

mod definitions;
mod residence;
mod sightings;
mod site;
mod visitor;

pub use definitions::{definitions, program};
pub use residence::Residence;
pub use sightings::{Overlap, Sightings, Span};
pub use site::{Fault, Site};
pub use visitor::Visitor;

/// The virtual address: on the first network of every laboratory, where no node is.
pub const ADDRESS: std::net::Ipv4Addr = std::net::Ipv4Addr::new(10, 90, 0, 100);
/// Where the web server listens there.
pub const PORT: u16 = 80;
