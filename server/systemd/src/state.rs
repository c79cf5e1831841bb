//! How a unit stands, in systemd's words and in ours.

use std::collections::HashMap;

use zbus::{OwnedVariant, Variant};

/// The properties of an object.
pub(crate) type Properties = HashMap<String, OwnedVariant>;

/// How a unit stands.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct State {
    /// `loaded`, `not-found`, `masked`, `bad-setting`, `error`, ...
    pub load: String,
    /// Why it cannot be loaded.
    pub load_error: String,
    /// `enabled`, `disabled`, `static`, ...
    pub file: String,
    /// `active`, `inactive`, `failed`, `activating`, ...
    pub active: String,
    /// More of that, by the type of the unit: `running`, `auto-restart`, ...
    pub sub: String,
}

/// How its last run ended.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Outcome {
    /// `success`, `exit-code`, `signal`, `timeout`, ...
    pub result: String,
    /// How the main process of a service ended: `si_code` and `si_status` of `SIGCHLD`.
    pub code: i32,
    pub status: i32,
}

impl State {
    pub(crate) fn of(properties: &Properties) -> Self {
        let load_error = match properties.get("LoadError").map(|value| &**value) {
            // The name of an error, and what it says.
            Some(Variant::Structure(error)) => error.fields().get(1).map(string).unwrap_or_default(),
            _ => String::new(),
        };
        Self {
            load: text(properties, "LoadState"),
            load_error,
            file: text(properties, "UnitFileState"),
            active: text(properties, "ActiveState"),
            sub: text(properties, "SubState"),
        }
    }

    /// Whether it does its work.
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.active.as_str(), "active" | "reloading" | "refreshing")
    }

    /// Whether it has ended, and systemd does nothing with it by itself.
    pub(crate) fn is_down(&self) -> bool {
        matches!(self.active.as_str(), "inactive" | "failed")
    }

    /// Whether systemd starts it by itself when the machine starts.
    pub(crate) fn is_enabled(&self) -> bool {
        self.file.starts_with("enabled")
    }

    /// What it is, when it should be up.
    pub(crate) fn in_words(&self, unit: &str, outcome: &Outcome) -> String {
        match self.active.as_str() {
            "failed" => format!("{unit} failed: {}", outcome.in_words()),
            "activating" if self.sub.starts_with("auto-restart") => {
                format!("{unit} failed, and systemd starts it again by itself: {}", outcome.in_words())
            }
            "inactive" => format!("{unit} is inactive: it ended by itself, or was stopped by somebody else"),
            active => format!("{unit} is {active} ({})", self.sub),
        }
    }
}

impl Outcome {
    pub(crate) fn of(properties: &Properties) -> Self {
        let number = |name: &str| match properties.get(name).map(|value| &**value) {
            Some(Variant::I32(number)) => *number,
            _ => 0,
        };
        let result = text(properties, "Result");
        Self { result, code: number("ExecMainCode"), status: number("ExecMainStatus") }
    }

    fn in_words(&self) -> String {
        let result = if self.result.is_empty() { "no reason is known" } else { &self.result };
        match (self.code, self.status) {
            // CLD_EXITED, CLD_KILLED, CLD_DUMPED.
            (1, status) => format!("{result} (its main process exited with {status})"),
            (2 | 3, signal) => format!("{result} (its main process ended by signal {signal})"),
            _ => result.to_owned(),
        }
    }
}

fn text(properties: &Properties, name: &str) -> String {
    properties.get(name).map(|value| string(value)).unwrap_or_default()
}

fn string(value: &Variant<'_>) -> String {
    match value {
        Variant::Str(text) => text.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(active: &str, sub: &str) -> State {
        State { active: active.to_owned(), sub: sub.to_owned(), ..State::default() }
    }

    #[test]
    fn a_unit_that_is_not_up_says_why() {
        let says = |active: &str, sub: &str, result: &str, code, status| {
            let outcome = Outcome { result: result.to_owned(), code, status };
            state(active, sub).in_words("a.service", &outcome)
        };
        assert_eq!(
            says("failed", "failed", "exit-code", 1, 3),
            "a.service failed: exit-code (its main process exited with 3)"
        );
        assert_eq!(
            says("activating", "auto-restart", "signal", 2, 9),
            "a.service failed, and systemd starts it again by itself: signal (its main process ended by signal 9)"
        );
        assert_eq!(says("failed", "failed", "resources", 0, 0), "a.service failed: resources");
        assert_eq!(says("deactivating", "stop-sigterm", "success", 0, 0), "a.service is deactivating (stop-sigterm)");
    }

    #[test]
    fn what_is_under_way_is_neither_up_nor_down() {
        assert!(state("active", "running").is_up() && state("reloading", "reload").is_up());
        assert!(state("inactive", "dead").is_down() && state("failed", "failed").is_down());
        for active in ["activating", "deactivating", "maintenance", ""] {
            assert!(!state(active, "").is_up() && !state(active, "").is_down(), "{active}");
        }
    }
}
