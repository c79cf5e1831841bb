"""One call over several endpoints: which failure ends it, and which only ends the attempt.

A plan does no IO: whoever carries it out, with threads or with asyncio, asks it for the next :meth:`Plan.step` and tells
it what :meth:`Plan.failed`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from quorate._core.failure import Failure
from quorate._core.rotation import GOOD_AFTER, Rotation
from quorate.errors import ConnectionLost, DeadlineExceeded, Tried, Unavailable
from quorate.options import ClientOptions


@dataclass(frozen=True)
class Attempt:
    """What to try next."""

    index: int
    """At this endpoint."""
    pause: float
    """After so many seconds."""
    timeout: float | None
    """For so many seconds at most."""


class Plan:
    """A call that begins now. Without ``limit`` it takes as long as it takes."""

    def __init__(
        self, options: ClientOptions, first: int, *, limit: float | None, share: bool = True, repeat: bool = True
    ) -> None:
        self._options = options
        self._rotation = Rotation(len(options.endpoints), first)
        self._limit = limit
        self._end = None if limit is None else time.monotonic() + limit
        self._share = options.share(limit) if limit is not None and share else None
        self._repeat = repeat
        self._tried: dict[str, Tried] = {}

    def step(self) -> Attempt:
        """The next attempt.

        Raises:
            Unavailable: Each endpoint was tried as often as allowed.
            DeadlineExceeded: There is no time left.
        """
        step = self._rotation.step()
        if self._end is None or self._limit is None:
            return Attempt(step.index, step.pause, None)
        left = self._end - time.monotonic() - step.pause
        if left <= 0 or step.rounds_done >= self._options.rounds:
            tried = tuple(self._tried.values())
            if left <= 0 and (not tried or any(one.silent for one in tried)):
                raise DeadlineExceeded(self._limit, tried)
            raise Unavailable(tried)
        return Attempt(step.index, step.pause, min(left, self._share or left))

    def failed(self, failure: Failure) -> None:
        """Takes note of a failed attempt.

        Raises:
            Refused: No other endpoint would answer otherwise.
            ConnectionLost: It may have been carried out, and must not be repeated.
        """
        if not failure.may_pass:
            raise failure.refused()
        if not self._repeat and failure.was_sent:
            raise ConnectionLost(failure.tried())
        self._tried[failure.answer.endpoint] = failure.tried()


class Resume:
    """What a watch knows across its streams: where it got to, whom to ask next, since when it has been cut off."""

    def __init__(self, endpoints: Sequence[str], first: int, cursor: str, give_up_after: float | None) -> None:
        self.cursor = cursor
        """Resumes after the last message; empty before the first one."""
        self._rotation = Rotation(len(endpoints), first)
        self._give_up_after = give_up_after
        self._tried: dict[str, Tried] = {}
        self._cut_off = time.monotonic()
        self._opened = 0.0

    def step(self) -> Attempt:
        """Where to open the stream next.

        Raises:
            Unavailable: There was no message for as long as the watch may be cut off.
        """
        step = self._rotation.step()
        limit = self._give_up_after
        if limit is not None and self._tried and time.monotonic() + step.pause >= self._cut_off + limit:
            raise Unavailable(tuple(self._tried.values()))
        return Attempt(step.index, step.pause, None)

    def opened(self) -> None:
        """A stream is opened now."""
        self._opened = time.monotonic()

    def received(self, cursor: str) -> None:
        """A message came; it has this cursor, or none."""
        self._tried.clear()
        if cursor:
            self.cursor = cursor

    def failed(self, failure: Failure) -> None:
        """The stream failed, or could not be opened.

        Raises:
            Refused: No other endpoint would answer otherwise.
        """
        if failure.is_final:
            raise failure.refused()
        self.ended(failure.tried())

    def ended(self, tried: Tried) -> None:
        """The stream ended, which it never should."""
        now = time.monotonic()
        if not self._tried:
            self._cut_off = now
        if now - self._opened >= GOOD_AFTER:
            self._rotation.reset()
        self._tried[tried.endpoint] = tried
