//! Where a value came from, so that an error can name the place, and the errors themselves.

use std::{collections::BTreeMap, path::PathBuf};

use toml::de::{DeTable, DeValue};

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is longer than any configuration.
    #[error("{}: it has more than {limit} bytes; is it a configuration file?", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Most bytes of a file.
        limit: usize,
    },
    /// The file is no text.
    #[error("{}:{line}: the file is not UTF-8", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The first line that is not, counted from 1.
        line: usize,
    },
    /// The file is no TOML, or has an unknown key or a value of the wrong form.
    #[error("{file}: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// Line, column and what is wrong.
        message: String,
    },
    /// A value is wrong by itself or beside another.
    #[error("{place}: {key} is {value}; {rule}")]
    Value {
        /// File and line, variable or flag.
        place: String,
        /// The key as in the file, such as `timing.heartbeat`.
        key: String,
        /// The value.
        value: String,
        /// What is allowed.
        rule: String,
    },
}

/// Remembers where values came from.
#[derive(Default, Debug)]
pub(super) struct Origins {
    file: Option<(String, String)>,
    overrides: BTreeMap<String, String>,
}

impl Origins {
    /// Values that stand in a file with this name and text.
    pub(super) fn file(name: &str, text: &str) -> Self {
        Self { file: Some((name.into(), text.into())), overrides: BTreeMap::new() }
    }

    /// Notes that a flag or variable set `key`.
    pub(super) fn note(&mut self, key: &str, place: &str) {
        self.overrides.insert(key.into(), place.into());
    }

    /// Makes the error for a value that breaks a rule.
    pub(super) fn error(&self, key: &str, value: impl ToString, rule: impl Into<String>) -> ConfigError {
        ConfigError::Value {
            place: self.place(key),
            key: key.into(),
            value: shown(&value.to_string()),
            rule: rule.into(),
        }
    }

    /// The flag, the variable, or the line of the file that says what `key` is.
    pub(super) fn place(&self, key: &str) -> String {
        if let Some(place) = self.overrides.get(key) {
            return place.clone();
        }
        match self.file.as_ref().and_then(|(name, text)| line(text, key).map(|line| format!("{name}:{line}"))) {
            Some(place) => place,
            None => "default".into(),
        }
    }
}

/// Quotes what would be lost in the sentence.
fn shown(value: &str) -> String {
    if value.is_empty() { "empty".into() } else { value.into() }
}

/// The line in which `key` (such as `network.1.listen`) stands, counted from 1. A key that a list entry lacks is said to
/// stand where the entry does; one that a section lacks is a default and stands nowhere.
fn line(text: &str, key: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let mut at = None;
    let mut value = &DeValue::Table(table.into_inner());
    for part in key.split('.') {
        let next = match (part.parse::<usize>(), value) {
            (Ok(index), DeValue::Array(list)) => list.get(index),
            (_, DeValue::Table(table)) => table.get(part),
            _ => None,
        };
        let Some(next) = next else {
            at = at.filter(|_| key.starts_with("network."));
            break;
        };
        at = Some(next.span().start);
        value = next.get_ref();
    }
    at.map(|at| text[..at].bytes().filter(|&byte| byte == b'\n').count() + 1)
}

#[cfg(test)]
mod tests {
    use super::{Origins, line};

    const TEXT: &str =
        "cluster = \"c\"\n\n[timing]\nheartbeat = \"1s\"\n\n[[network]]\nlisten = \"a\"\n[[network]]\nlisten = \"b\"\n";

    #[test]
    fn a_key_is_found_in_its_line() {
        assert_eq!(line(TEXT, "cluster"), Some(1));
        assert_eq!(line(TEXT, "timing.heartbeat"), Some(4));
        assert_eq!(line(TEXT, "network.1.listen"), Some(9));
        assert_eq!(line(TEXT, "network.1.name"), Some(8));
        assert_eq!(line(TEXT, "data_dir"), None);
        assert_eq!(line(TEXT, "timing.settle_time"), None);
    }

    #[test]
    fn a_flag_comes_before_the_file() {
        let mut origins = Origins::file("q.toml", TEXT);
        assert_eq!(origins.place("timing.heartbeat"), "q.toml:4");
        origins.note("timing.heartbeat", "--heartbeat");
        assert_eq!(origins.place("timing.heartbeat"), "--heartbeat");
        assert_eq!(origins.place("limits.history"), "default");
    }
}
