//! `quorate man`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;

use crate::args::Cli;
use crate::failure::Failure;

/// Prints the page of the whole, or writes one for each command into a folder.
pub fn run(folder: Option<&Path>) -> Result<(), Failure> {
    if let Some(folder) = folder {
        let write = || fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Cli::command(), folder));
        return write().map_err(|why| Failure::Usage(format!("{}: {why}", folder.display())));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    io::stdout().write_all(&page)?;
    Ok(())
}
