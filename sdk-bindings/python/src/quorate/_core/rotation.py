"""Which endpoint comes next, and how long to pause before it.

Within a round over all endpoints there is no pause: another agent may well answer at once. Between rounds there is one
that grows and has jitter, so that many clients do not come back to a restarted cluster in step.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

GOOD_AFTER = 2.0
"""A stream that lasted so many seconds was a good one: after it there is no pause."""
_LEAST = 0.05
_MOST = 2.0


@dataclass(frozen=True)
class Step:
    """What to do next."""

    index: int
    """The endpoint to try."""
    pause: float
    """How long to wait before that."""
    rounds_done: int
    """How many rounds over all endpoints are complete."""


class Rotation:
    """The endless order in which endpoints are tried, beginning with ``first``."""

    def __init__(self, endpoints: int, first: int) -> None:
        self._endpoints = endpoints
        self._next = first
        self._attempts = 0
        self._pause = _LEAST

    def step(self) -> Step:
        index = self._next
        rounds, within = divmod(self._attempts, self._endpoints)
        pause = 0.0
        if rounds and not within:
            pause = self._pause * (1 + random.random())
            self._pause = min(self._pause * 2, _MOST)
        self._next = (index + 1) % self._endpoints
        self._attempts += 1
        return Step(index, pause, rounds)

    def reset(self) -> None:
        """Begins anew without a pause, with the endpoint after the last one tried."""
        self._attempts = 0
        self._pause = _LEAST
