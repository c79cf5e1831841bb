"""From what is natural in Python to what the schema says, and back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from google.protobuf.duration_pb2 import Duration

from quorate import v1
from quorate.errors import OptionsError
from quorate.options import ParticipantOptions

Mode = Literal["exclusive", "shared", "counted"]
Departure = Literal["abort", "wait", "shrink"]

_MODES = {
    "exclusive": v1.NAME_MODE_EXCLUSIVE,
    "shared": v1.NAME_MODE_SHARED,
    "counted": v1.NAME_MODE_COUNTED,
}
_DEPARTURES = {
    "abort": v1.DEPARTURE_POLICY_ABORT,
    "wait": v1.DEPARTURE_POLICY_WAIT,
    "shrink": v1.DEPARTURE_POLICY_SHRINK,
}
_LATE = {
    "isolate": v1.LATE_POLICY_ISOLATE,
    "wait": v1.LATE_POLICY_WAIT,
}
_PHASES = {
    v1.PHASE_PREPARE: "prepare",
    v1.PHASE_RECOVER: "recover",
    v1.PHASE_RESUME: "resume",
}


@dataclass(frozen=True, order=True)
class Token:
    """A fencing token. Of two tokens for one name, the later one is greater.

    Hand it to whatever is protected, and have that refuse lower ones than it has seen.
    """

    epoch: int
    """The fencing epoch of the grant."""
    counter: int
    """Rises with each grant of an epoch."""

    def __str__(self) -> str:
        return f"{self.epoch}.{self.counter}"

    @staticmethod
    def of(token: v1.Token) -> Token:
        """From the generated type."""
        return Token(token.epoch, token.counter)

    def to_proto(self) -> v1.Token:
        """As the generated type."""
        return v1.Token(epoch=self.epoch, counter=self.counter)


@dataclass(frozen=True)
class Loss:
    """Why the holder of a session may not act any more."""

    error: Exception | None
    """What the cluster said, such as :class:`~quorate.errors.SessionEnded`; ``None`` when no agent could keep the session
    alive in time: what it holds may be somebody else's before long. When an agent answers again and it is still there, it
    is valid again."""

    def __str__(self) -> str:
        return str(self.error) if self.error else "no agent could keep the session alive in time"


def request_id() -> str:
    """A name for one request, so that it is carried out once however often it is sent."""
    return uuid.uuid4().hex


def duration(seconds: float | None) -> Duration | None:
    """A span of time as the schema has it."""
    if seconds is None:
        return None
    message = Duration()
    message.FromNanoseconds(round(seconds * 1e9))
    return message


def seconds(message: Duration) -> float:
    """A span of time in seconds."""
    return message.ToNanoseconds() / 1e9


def claim(
    path: str, mode: Mode = "exclusive", limit: int = 0, value: bytes = b"", delay: float = 0.0, no_wait: bool = False
) -> v1.LockClaim:
    """What lock is wanted, and how."""
    return v1.LockClaim(
        path=path, mode=_MODES[mode], limit=limit, value=value, delay=duration(delay or None), no_wait=no_wait
    )


def plan(
    *,
    count: int | None = None,
    members: Mapping[str, str] | None = None,
    group: str | None = None,
    least: int = 1,
    double: bool = False,
    departure: Departure = "abort",
    deadline: float | None = None,
) -> v1.BarrierPlan:
    """What a barrier is."""
    given = [party is not None for party in (count, members, group)]
    if sum(given) != 1:
        raise OptionsError("a barrier waits for exactly one of count, members and group")
    return v1.BarrierPlan(
        count=count,  # type: ignore[arg-type]
        members=None if members is None else v1.MemberParties(labels=members),
        group=None if group is None else v1.GroupParties(name=group, least=least),
        is_double=double,
        departure=_DEPARTURES[departure],
        deadline=duration(deadline),
    )


def introduction(options: ParticipantOptions) -> v1.ParticipateRequest:
    """What an agent is told first of a program that takes part in recovery."""
    participant = v1.Participant(
        name=options.name,
        level=options.level,
        requires=options.requires,
        deadline=duration(options.deadline),
        late=_LATE[options.late],
    )
    return v1.ParticipateRequest(participant=participant)


def phase_name(phase: v1.Phase.ValueType) -> str | None:
    """What a phase is called; ``None`` when a later version has added it."""
    return _PHASES.get(phase)
