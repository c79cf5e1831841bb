//! What can be done with a unit, as arguments.

use std::time::Duration;

/// What is done with a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// Starts it, and waits until it is active.
    Start,
    /// Succeeds when it is active for so long, and fails as soon as it is not.
    Watch(Duration),
    /// Stops it, and waits until nothing of it is left.
    Stop,
    /// Kills all its processes, and sees to it that systemd does not start it again.
    Kill,
}

impl Verb {
    /// The arguments that mean this.
    #[must_use]
    pub fn arguments(self, unit: &str) -> Vec<String> {
        let (word, more) = match self {
            Self::Start => ("start", None),
            Self::Watch(hold) => ("watch", Some(humantime::format_duration(hold).to_string())),
            Self::Stop => ("stop", None),
            Self::Kill => ("kill", None),
        };
        [word.to_owned(), unit.to_owned()].into_iter().chain(more).collect()
    }
}

pub(crate) fn parse(arguments: &[String]) -> Option<(Verb, String)> {
    let (verb, unit) = match arguments {
        [word, unit] if word == "start" => (Verb::Start, unit),
        [word, unit, hold] if word == "watch" => (Verb::Watch(humantime::parse_duration(hold).ok()?), unit),
        [word, unit] if word == "stop" => (Verb::Stop, unit),
        [word, unit] if word == "kill" => (Verb::Kill, unit),
        _ => return None,
    };
    Some((verb, unit.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_come_back_from_their_arguments() {
        for verb in [Verb::Start, Verb::Watch(Duration::from_millis(2500)), Verb::Stop, Verb::Kill] {
            assert_eq!(parse(&verb.arguments("a.service")), Some((verb, "a.service".to_owned())));
        }
        assert_eq!(parse(&["start".to_owned()]), None);
        assert_eq!(parse(&["watch", "a.service", "soon"].map(str::to_owned)), None);
    }
}
