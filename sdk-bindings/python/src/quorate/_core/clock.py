"""A clock that goes on while the machine is suspended: whoever wakes up knows that time has passed."""

from __future__ import annotations

import time

if hasattr(time, "CLOCK_BOOTTIME"):

    def now() -> float:
        """Seconds since the machine started, suspensions included."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

else:

    def now() -> float:
        """Seconds by the monotonic clock, which goes on during a suspension on macOS and Windows."""
        return time.monotonic()
