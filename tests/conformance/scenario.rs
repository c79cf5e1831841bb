//! Scenarios as they are written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What is played.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// By the name of its file.
    #[serde(skip)]
    pub name: String,
    /// What it is about, for people.
    pub about: String,
    /// One after the other.
    pub steps: Vec<Step>,
}

/// A step: with `on` a program does something, otherwise the one word that it has says what happens to whom.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Step(pub Map<String, Value>);

impl Step {
    /// A text of the step.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str)
    }

    /// The step on one line, for people.
    pub fn shown(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }
}

/// The scenarios in a folder whose names contain `part`, in the order of their names.
pub fn read_all(folder: &Path, part: &str) -> Result<Vec<Scenario>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    let name = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    paths.retain(|path| name(path).contains(part));
    if paths.is_empty() {
        bail!("no scenario's name contains {part:?}");
    }
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path)?;
        let scenario: Scenario = serde_saphyr::from_str(&text).with_context(|| path.display().to_string())?;
        Ok(Scenario { name: name(&path), ..scenario })
    };
    paths.into_iter().map(read).collect()
}
