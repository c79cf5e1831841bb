//! Self-distrust: a node whose own timers run late widens its limits before it accuses others.
//!
//! After Lifeguard's local health multiplier (Dadgar, Phillips, Currey: "Lifeguard: SWIM-ing with situational
//! awareness", 2017): a score from 0 to 8, and every limit is multiplied by one more than the score.

use crate::types::Duration;

/// Highest score.
const MOST: u32 = 8;
/// Timers in time that lower the score by one.
const CALM: u32 = 10;

/// How far a node distrusts its own timers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Distrust {
    level: u32,
    calm: u32,
}

impl Distrust {
    /// A timer of the given period came `late` by so much. Returns whether the score rose.
    pub fn on_timer(&mut self, late: Duration, period: Duration) -> bool {
        if late < period {
            self.calm += 1;
            if self.calm >= CALM {
                self.calm = 0;
                self.level = self.level.saturating_sub(1);
            }
            return false;
        }
        self.calm = 0;
        let before = self.level;
        let missed = u32::try_from(late.as_nanos() / period.as_nanos().max(1)).unwrap_or(MOST);
        self.level = (self.level + missed.min(2)).min(MOST);
        self.level > before
    }

    /// The score, 0 to 8.
    pub fn level(self) -> u32 {
        self.level
    }

    /// A limit, widened by the score.
    pub fn widen(self, limit: Duration) -> Duration {
        limit * (self.level + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Distrust;
    use crate::types::Duration;

    #[test]
    fn late_timers_widen_the_limits_and_calm_narrows_them_again() {
        let period = Duration::from_millis(100);
        let mut distrust = Distrust::default();
        assert!(!distrust.on_timer(period / 2, period));
        assert!(distrust.on_timer(period * 30, period));
        assert_eq!(distrust.widen(Duration::from_secs(1)), Duration::from_secs(3));
        for _ in 0..20 {
            distrust.on_timer(Duration::ZERO, period);
        }
        assert_eq!(distrust.level(), 0);
        for _ in 0..20 {
            distrust.on_timer(period, period);
        }
        assert_eq!(distrust.level(), 8);
    }
}
