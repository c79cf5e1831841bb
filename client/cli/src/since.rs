//! Where a listing of events begins.

use std::convert::Infallible;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// What `--since` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// After the event with this cursor.
    Cursor(String),
    /// So long ago, by this machine's clock.
    Ago(Duration),
    /// At this time.
    At(SystemTime),
}

impl Since {
    /// The time it stands for, when it is one. `None` also when it lies before all time.
    pub fn time(&self, now: SystemTime) -> Option<SystemTime> {
        match self {
            Self::Cursor(_) => None,
            Self::Ago(age) => now.checked_sub(*age),
            Self::At(time) => Some(*time),
        }
    }

    /// The cursor, when it is one.
    pub fn cursor(&self) -> Option<&str> {
        match self {
            Self::Cursor(cursor) => Some(cursor),
            Self::Ago(_) | Self::At(_) => None,
        }
    }
}

impl Since {
    /// A duration or a time, where a cursor makes no sense.
    pub fn parse_time(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(Self::Cursor(_)) => {
                Err("neither a duration, as in 12h, nor a time, as in 2026-11-22T12:00:00Z".to_owned())
            }
            Ok(since) => Ok(since),
        }
    }
}

impl FromStr for Since {
    type Err = Infallible;

    /// A duration, else a time, else a cursor: only the agent knows what a good cursor is.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        if let Some(cursor) = text.strip_prefix("cursor:") {
            return Ok(Self::Cursor(cursor.to_owned()));
        }
        if let Ok(age) = humantime::parse_duration(text) {
            return Ok(Self::Ago(age));
        }
        if let Ok(time) = humantime::parse_rfc3339_weak(text) {
            return Ok(Self::At(time));
        }
        Ok(Self::Cursor(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn parse(text: &str) -> Since {
        text.parse().unwrap()
    }

    #[test]
    fn durations_times_and_cursors_are_told_apart() {
        assert_eq!(parse("10m"), Since::Ago(Duration::from_secs(600)));
        assert_eq!(parse("1h 30m"), Since::Ago(Duration::from_secs(5400)));
        let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_348_800);
        assert_eq!(parse("2026-11-22T12:00:00Z"), Since::At(noon));
        assert_eq!(parse("2026-11-22 12:00:00"), Since::At(noon));
        assert_eq!(parse("AAEC_w"), Since::Cursor("AAEC_w".to_owned()));
        assert_eq!(parse("cursor:10m"), Since::Cursor("10m".to_owned()));
    }

    #[test]
    fn a_duration_counts_back_from_now() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        assert_eq!(parse("10s").time(now), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(990)));
        assert!(Since::parse_time("c1").is_err());
        assert_eq!(Since::parse_time("10s"), Ok(Since::Ago(Duration::from_secs(10))));
        assert_eq!(parse("c1").time(now), None);
        assert_eq!(parse("c1").cursor(), Some("c1"));
    }
}
