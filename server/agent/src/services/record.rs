//! What an instance's folder says of it, for the next start of the agent.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use quorate_core::types::{ServiceName, Slot};
use serde::{Deserialize, Serialize};

/// Name of the file.
const FILE: &str = "unit.json";

/// What an instance is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    service: String,
    index: u32,
    /// Which start of it, as the core counts them.
    pub run: u64,
    /// The version of the definition.
    pub version: u64,
    /// Which restart that an operator asked for.
    pub generation: u64,
    /// Its level.
    pub level: u32,
    definition: String,
}

impl Record {
    /// Of an instance that is about to be started.
    pub fn new(slot: &Slot, run: u64, version: u64, generation: u64, level: u32, definition: &[u8]) -> Self {
        let (service, index) = (slot.service.to_string(), slot.index);
        Self { service, index, run, version, generation, level, definition: STANDARD.encode(definition) }
    }

    /// Which instance it is; none when the record makes no sense.
    pub fn slot(&self) -> Option<Slot> {
        Some(Slot { service: ServiceName::new(&self.service).ok()?, index: self.index })
    }

    /// The definition by which it was started.
    pub fn definition(&self) -> Vec<u8> {
        STANDARD.decode(&self.definition).unwrap_or_default()
    }

    /// Writes it into the instance's folder, which is made if it is not there. Nobody else may read it: definitions may
    /// hold passwords.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let partial = folder.join("unit.json.new");
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&partial)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        fs::rename(partial, folder.join(FILE))
    }

    /// Reads it; none when there is none that can be read.
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(folder.join(FILE)).ok()?).ok()
    }
}
