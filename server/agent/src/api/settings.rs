//! The settings that hold for the whole cluster.

use std::{ops::RangeInclusive, time::Duration};

use quorate_core::database::{ChangeKind, Rules};
use quorate_proto::v1::Setting;

use super::error::ApiError;

/// Name of the setting that says how long voters that are missing keep their place.
pub const VOTER_GRACE: &str = "voter_grace";
/// Its range, as in the configuration file.
const VOTER_GRACE_RANGE: RangeInclusive<Duration> = quorate_core::settings::VOTER_GRACE;

/// A duration as settings have it.
#[must_use]
pub fn show(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

/// All settings there are, by name.
#[must_use]
pub fn list(rules: &Rules) -> Vec<Setting> {
    vec![Setting {
        name: VOTER_GRACE.into(),
        value: rules.voter_grace.map(show).unwrap_or_default(),
        allowed: allowed(),
        description: "how long a voter that is missing keeps its place before another node takes it".into(),
    }]
}

fn allowed() -> String {
    format!("{} to {}", show(*VOTER_GRACE_RANGE.start()), show(*VOTER_GRACE_RANGE.end()))
}

/// The change that gives a setting this value, or removes it.
///
/// # Errors
/// [`ApiError::BadRequest`] for an unknown name or a value that is not allowed.
pub fn change(name: &str, value: &str) -> Result<ChangeKind, ApiError> {
    if name != VOTER_GRACE {
        return Err(ApiError::bad_request("name", format!("{name:?} is no setting; there is {VOTER_GRACE}")));
    }
    if value.is_empty() {
        return Ok(ChangeKind::VoterGrace(None));
    }
    let grace = humantime::parse_duration(value).ok().filter(|grace| VOTER_GRACE_RANGE.contains(grace));
    let refused = || ApiError::bad_request("value", format!("is {value:?}; allowed are {}", allowed()));
    grace.map(|grace| ChangeKind::VoterGrace(Some(grace))).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use quorate_core::database::{ChangeKind, Rules};

    use super::{change, list};

    #[test]
    fn a_setting_is_written_as_it_is_read() {
        assert_eq!(change("voter_grace", "2m"), Ok(ChangeKind::VoterGrace(Some(Duration::from_secs(120)))));
        assert_eq!(change("voter_grace", ""), Ok(ChangeKind::VoterGrace(None)));
        let rules = Rules { voter_grace: Some(Duration::from_secs(120)), ..Rules::default() };
        let values: Vec<_> = list(&rules).into_iter().map(|setting| (setting.name, setting.value)).collect();
        assert_eq!(values, [("voter_grace".into(), "2m".into())]);
    }

    #[test]
    fn what_is_not_allowed_is_named() {
        for (name, value) in [("voters", "5"), ("", ""), ("voter_grace", "soon"), ("voter_grace", "1ms")] {
            assert!(change(name, value).is_err(), "{name} {value}");
        }
    }
}
