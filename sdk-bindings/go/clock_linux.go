package quorate

import (
	"time"

	"golang.org/x/sys/unix"
)

// instant is a moment by a clock that goes on while the machine is suspended: whoever wakes up knows that time has passed.
type instant time.Duration

func now() instant {
	var spec unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &spec); err != nil {
		// Linux has had this clock since 2.6.39.
		panic(err)
	}
	return instant(spec.Nano())
}

// passed is the time since then.
func (i instant) passed() time.Duration { return time.Duration(now() - i) }
