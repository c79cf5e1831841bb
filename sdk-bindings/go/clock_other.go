//go:build !linux

package quorate

import "time"

// instant is a moment by the monotonic clock, which may stand still while the machine is suspended, and by the wall clock.
type instant time.Time

func now() instant { return instant(time.Now()) }

// passed is the time since then, by the clock by which more has passed: whoever wakes up knows that time has passed, and a wall
// clock that is put back does no harm.
func (i instant) passed() time.Duration {
	then, at := time.Time(i), time.Now()
	return max(at.Sub(then), at.Round(0).Sub(then.Round(0)))
}
