//! The schema's enums, durations and times as words.

use std::time::{Duration, SystemTime};

use prost_types::Timestamp;
use quorate::v1;

/// An enum of the schema whose names begin with the name of the enum.
pub trait Named: TryFrom<i32> {
    /// What all its names begin with.
    const PREFIX: &'static str;

    /// The name as the schema has it.
    fn name(&self) -> &'static str;
}

macro_rules! named {
    ($($kind:ident $prefix:literal)*) => {
        $(impl Named for v1::$kind {
            const PREFIX: &'static str = $prefix;

            fn name(&self) -> &'static str {
                self.as_str_name()
            }
        })*
    };
}

named! {
    ViewState "VIEW_STATE_"
    NodeState "NODE_STATE_"
    LinkState "LINK_STATE_"
    ChannelState "CHANNEL_STATE_"
    CauseKind "CAUSE_KIND_"
    SnapshotReason "SNAPSHOT_REASON_"
    QuorumReason "QUORUM_REASON_"
    VoterMode "VOTER_MODE_"
    NameKind "NAME_KIND_"
    NameMode "NAME_MODE_"
    EndReason "END_REASON_"
    BarrierStepKind "BARRIER_STEP_KIND_"
    ServiceIntent "SERVICE_INTENT_"
    ChangeKind "CHANGE_KIND_"
    RecoveryStage "RECOVERY_STAGE_"
    InstanceState "INSTANCE_STATE_"
    Phase "PHASE_"
}

/// The name of an enum's value in lower case without the prefix; `unknown_7` for one this version does not know.
pub fn word<E: Named>(value: i32) -> String {
    match E::try_from(value) {
        Ok(known) => known.name().trim_start_matches(E::PREFIX).to_ascii_lowercase(),
        Err(_) => format!("unknown_{value}"),
    }
}

/// A duration as seconds; `None` for a negative one, which no agent sends.
pub fn seconds(duration: &prost_types::Duration) -> Option<f64> {
    Duration::try_from(*duration).ok().map(|duration| duration.as_secs_f64())
}

/// A time as RFC 3339 with milliseconds; `None` for one before 1970, which no agent sends.
pub fn time(timestamp: &Timestamp) -> Option<String> {
    let time = system_time(timestamp)?;
    Some(humantime::format_rfc3339_millis(time).to_string())
}

/// A time as the standard library has it.
pub fn system_time(timestamp: &Timestamp) -> Option<SystemTime> {
    SystemTime::try_from(*timestamp).ok().filter(|time| *time >= SystemTime::UNIX_EPOCH)
}

/// A duration for people, with as much detail as they need.
pub fn short(duration: &prost_types::Duration) -> String {
    match Duration::try_from(*duration) {
        Ok(duration) => short_duration(duration),
        Err(_) => "?".to_owned(),
    }
}

/// A duration for people, with as much detail as they need.
pub fn short_duration(duration: Duration) -> String {
    let micros = duration.as_micros();
    let millis = duration.as_secs_f64() * 1e3;
    match micros {
        0..1000 => format!("{micros} us"),
        1000..10_000 => format!("{millis:.1} ms"),
        10_000..1_000_000 => format!("{millis:.0} ms"),
        1_000_000..60_000_000 => format!("{:.1} s", duration.as_secs_f64()),
        _ => humantime::format_duration(Duration::from_secs(duration.as_secs())).to_string(),
    }
}

/// A view id for people.
pub fn view_id(id: Option<&v1::ViewId>) -> String {
    id.map_or_else(|| "-".to_owned(), |id| format!("{}@{}", id.incarnation, clean(&id.controller)))
}

/// A text from elsewhere, safe to write to a terminal and on one line.
pub fn clean(text: &str) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

/// The text, or a dash when there is none.
pub fn or_dash(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { clean(text) }
}

/// "1 member", "2 members".
pub fn count(number: usize, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

/// "once", "3 times".
pub fn times(number: u32) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn enums_become_lower_case_words() {
        assert_eq!(word::<v1::ViewState>(v1::ViewState::Stable.into()), "stable");
        assert_eq!(word::<v1::SnapshotReason>(v1::SnapshotReason::HistoryDropped.into()), "history_dropped");
        assert_eq!(word::<v1::LinkState>(77), "unknown_77");
    }

    #[test]
    fn durations_get_the_unit_that_fits() {
        for (micros, shown) in [
            (0, "0 us"),
            (420, "420 us"),
            (3_240, "3.2 ms"),
            (52_000, "52 ms"),
            (1_250_000, "1.2 s"),
            (3_725_000_000, "1h 2m 5s"),
        ] {
            assert_eq!(short_duration(Duration::from_micros(micros)), shown);
        }
        assert_eq!(short(&prost_types::Duration { seconds: -1, nanos: 0 }), "?");
    }

    #[test]
    fn times_are_rfc_3339() {
        let noon = Timestamp { seconds: 1_795_348_800, nanos: 250_000_000 };
        assert_eq!(time(&noon).unwrap(), "2026-11-22T12:00:00.250Z");
        assert_eq!(time(&Timestamp { seconds: -1, nanos: 0 }), None);
        assert_eq!(seconds(&prost_types::Duration { seconds: 1, nanos: 500_000_000 }), Some(1.5));
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped() {
        assert_eq!(clean("a\u{1b}[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
        assert_eq!(or_dash(""), "-");
        assert_eq!(view_id(None), "-");
        assert_eq!((count(1, "member"), count(3, "member")), ("1 member".to_owned(), "3 members".to_owned()));
    }
}
