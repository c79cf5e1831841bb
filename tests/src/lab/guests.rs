//! Other programs on the networks of a laboratory.

use std::{path::Path, process::Command};

use super::{Lab, host};
use crate::agent::in_namespace;

impl Lab {
    /// A program, to be run on the networks of this node, counted from 1. Its process id is that of the command.
    #[must_use]
    pub fn command(&self, node: usize, program: impl AsRef<Path>) -> Command {
        in_namespace(&self.namespace(node), program.as_ref())
    }

    /// Address of a node on a network.
    #[must_use]
    pub fn address(&self, network: usize, node: usize) -> String {
        host(network, node)
    }
}
