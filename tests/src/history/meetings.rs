//! Generations of a barrier: all pass or none, nobody before the last has come, and nobody twice (B1).

use std::{collections::BTreeMap, time::Duration};

/// Somebody came to a barrier of so many, and passed, or was not told.
#[derive(Debug, Clone)]
pub struct Meeting {
    /// Which barrier.
    pub path: String,
    /// Who.
    pub session: String,
    /// When it came.
    pub came: Duration,
    /// When it was told that it passed, and with which generation.
    pub passed: Option<(Duration, u64)>,
}

/// Looks at all meetings at barriers for `size` participants; how many generations passed.
///
/// # Errors
/// What cannot be.
pub fn judge(meetings: &[Meeting], size: usize) -> Result<usize, String> {
    let mut generations: BTreeMap<(&str, u64), Vec<&Meeting>> = BTreeMap::new();
    for meeting in meetings {
        if let Some((_, generation)) = meeting.passed {
            generations.entry((&meeting.path, generation)).or_default().push(meeting);
        }
    }
    for (which, passed) in &generations {
        let first = passed.iter().filter_map(|one| one.passed).map(|(at, _)| at).min().unwrap_or_default();
        let mut sessions: Vec<_> = passed.iter().map(|one| one.session.as_str()).collect();
        sessions.sort_unstable();
        sessions.dedup();
        if sessions.len() < passed.len() {
            return Err(format!("{which:?}: somebody passed twice: {passed:#?}"));
        }
        if let Some(late) = passed.iter().find(|one| one.came > first) {
            return Err(format!("{which:?}: somebody passed before {late:?} came: {passed:#?}"));
        }
        // Those who were not told may have passed.
        let untold = meetings.iter().filter(|one| one.path == which.0 && one.passed.is_none() && one.came <= first);
        let untold = untold.filter(|one| !sessions.contains(&one.session.as_str())).count();
        if passed.len() > size || passed.len() + untold < size {
            return Err(format!("{which:?}: {} passed and {untold} were not told: {passed:#?}", passed.len()));
        }
    }
    Ok(generations.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn meeting(session: &str, came: u64, passed: Option<(u64, u64)>) -> Meeting {
        let at = Duration::from_millis;
        let passed = passed.map(|(when, generation)| (at(when), generation));
        Meeting { path: "gate".into(), session: session.into(), came: at(came), passed }
    }

    #[test]
    fn all_pass_together_or_none() {
        let two = [meeting("a", 0, Some((5, 1))), meeting("b", 3, Some((6, 1)))];
        assert_eq!(judge(&two, 2), Ok(1));
        judge(&two[..1], 2).unwrap_err();
        let untold = [two[0].clone(), meeting("b", 3, None)];
        assert_eq!(judge(&untold, 2), Ok(1));
        let late = [two[0].clone(), meeting("b", 7, None)];
        judge(&late, 2).unwrap_err();
    }

    #[test]
    fn nobody_passes_early_or_twice() {
        let early = [meeting("a", 0, Some((2, 1))), meeting("b", 3, Some((6, 1)))];
        assert!(judge(&early, 2).unwrap_err().contains("before"));
        let twice = [meeting("a", 0, Some((5, 1))), meeting("a", 1, Some((6, 1)))];
        assert!(judge(&twice, 2).unwrap_err().contains("twice"));
    }
}
