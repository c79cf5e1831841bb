//! placeholder
use crate::{cli::DevArgs, error::AgentError};
/// x
pub fn run(args: &DevArgs) -> Result<(), AgentError> {
    let _ = args;
    Ok(())
}
