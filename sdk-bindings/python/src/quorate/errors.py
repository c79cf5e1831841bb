"""What can go wrong with a call, and whose fault it is.

Every error of this package is a :class:`QuorateError`. What an agent refused is a :class:`Refused`, of the class that
belongs to the documented reason: catch :class:`NameHeld`, never match on a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import grpc


class QuorateError(Exception):
    """The base of all errors of this package."""

    @property
    def reason(self) -> str | None:
        """The documented reason that an agent gave, such as ``"NAME_HELD"``; ``None`` when none did."""
        return None


class OptionsError(QuorateError, ValueError):
    """An option has a value that is not allowed. Nothing was sent; the caller has to change it."""


@dataclass(frozen=True)
class Tried:
    """An endpoint that was tried, and what went wrong there."""

    endpoint: str
    """The endpoint, as ``host:port``."""
    what: str
    """What went wrong, for people."""
    reason: str | None = None
    """The documented reason, when an agent gave one."""
    silent: bool = False
    """Whether it took the request and did not answer in time."""

    def __str__(self) -> str:
        return f"{self.endpoint}: {self.what}"


def _list(tried: tuple[Tried, ...]) -> str:
    return "; ".join(str(one) for one in tried) or "none was tried"


class _TriedError(QuorateError):
    def __init__(self, text: str, tried: tuple[Tried, ...]) -> None:
        super().__init__(f"{text}: {_list(tried)}")
        self.tried = tried
        """Each endpoint that was tried, with what went wrong there last."""

    @property
    def reason(self) -> str | None:
        """The first documented reason that any agent gave; ``None`` when none did."""
        return next((one.reason for one in self.tried if one.reason), None)


class Unavailable(_TriedError):
    """No endpoint answered, or every one that did said that it cannot serve now.

    For a call that changes something, an attempt whose connection was lost may have been carried out.
    """

    def __init__(self, tried: tuple[Tried, ...]) -> None:
        super().__init__("no endpoint could serve the call", tried)


class DeadlineExceeded(_TriedError, TimeoutError):
    """The deadline passed. For a call that changes something it is not known whether it was carried out."""

    def __init__(self, limit: float, tried: tuple[Tried, ...]) -> None:
        super().__init__(f"no answer within {limit:g} s", tried)
        self.limit = limit
        """The deadline of the call, in seconds."""


class ConnectionLost(_TriedError):
    """The connection failed in the middle of a call that may not be repeated: it may have been carried out or not."""

    def __init__(self, tried: Tried) -> None:
        super().__init__("the call may have been carried out", (tried,))


@dataclass(frozen=True)
class Answer:
    """What an agent answered that refused a call."""

    endpoint: str
    """The endpoint that answered."""
    code: grpc.StatusCode
    """The canonical gRPC code."""
    message: str
    """The text for people."""
    reason: str | None = None
    """The documented reason; ``None`` when the answer came from something in between that is no agent."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What comes with the reason, such as ``session_id`` with ``NAME_HELD``."""


class Refused(QuorateError):
    """An agent's answer that it will not do what was asked. Nothing was changed, unless the method says so.

    This class itself is raised for a reason that this version does not know.
    """

    def __init__(self, answer: Answer) -> None:
        text = answer.message or answer.code.value[1]
        super().__init__(f"{text} ({answer.reason})" if answer.reason else text)
        self.answer = answer
        """What the agent answered."""

    @property
    def reason(self) -> str | None:
        """The documented reason, such as ``"NAME_HELD"``; ``None`` when the answer is not an agent's."""
        return self.answer.reason

    @property
    def code(self) -> grpc.StatusCode:
        """The canonical gRPC code."""
        return self.answer.code

    @property
    def metadata(self) -> Mapping[str, str]:
        """What comes with the reason, such as ``session_id`` with ``NAME_HELD``."""
        return self.answer.metadata


class BadRequest(Refused):
    """A field of the request is missing, malformed or out of range. Do not retry."""


class NodeNotFound(Refused):
    """The answering node knows no node of that name."""


class NoView(Refused):
    """The answering node has had no view since it started. Retry, or ask another node."""


class Stopping(Refused):
    """The agent is stopping or leaving the cluster. Ask another node."""


class BadCursor(Refused):
    """The cursor cannot be read, or belongs to another cluster. Start without one."""


class BadPageToken(Refused):
    """The page token cannot be read. Start again from the first page."""


class LimitReached(Refused):
    """A limit of the agent was reached; the metadata ``limit_of`` names it. Retry with backoff."""


class EvictionState(Refused):
    """The node is evicted already, or is not evicted."""


class ViewChanged(Refused):
    """The view changed before the call was done. Retry after reading the new view."""


class Internal(Refused):
    """A fault of the agent itself; its log has more."""


class QuorumLost(Refused):
    """No leader of the cluster database could be reached. Nothing was changed. Retry when there is quorum."""


class OutcomeUnknown(Refused):
    """The leader did not answer in time: the change may have been made or not. Retry, which is safe."""


class ClusterState(Refused):
    """The state of the cluster does not allow it; the metadata ``state`` names it. Nothing was changed."""


class BadBackup(Refused):
    """What was to be restored is no backup, is damaged, of a later version or of another cluster. Nothing was changed."""


class Conflict(Refused):
    """Somebody else did the same at the same time. Nothing was changed. Retry."""


class NotServed(Refused):
    """Nobody leads sessions, names and barriers for now. Nothing was changed. Retry, or ask another node."""


class SessionError(Refused):
    """The base of all that can be wrong with a session."""


class SessionRequired(SessionError):
    """The call needs a session."""


class SessionUnknown(SessionError):
    """There never was such a session in this cluster."""


class SessionEnded(SessionError):
    """The session is over: it was closed, or it expired. What it held is free. Open another one."""


class SessionLost(SessionError):
    """The session was lost, with all it held, when a majority of the voters lost their memory. Open another one."""


class SessionTokenWrong(SessionError):
    """The text that should prove that the session is the caller's own is not that of the session."""


class NameHeld(Refused):
    """Somebody else holds the name; the metadata ``session_id`` says who. Nothing was changed."""


class NameDelayed(Refused):
    """The name is kept free for a while: its holder expired. Retry later, or queue."""


class NameNotHeld(Refused):
    """The session does not hold the name, or not by that token. Nothing was changed."""


class NameChanged(Refused):
    """The binding was last changed at another revision than expected. Nothing was changed. Read it and retry."""


class NameMismatch(Refused):
    """The name is used as something else, or in another mode. Nothing was changed."""


class BarrierMismatch(Refused):
    """Others who wait at the barrier say that it is something else. Nothing was changed."""


class BarrierNotThere(Refused):
    """Nobody is at the barrier, or the session is not."""


class BarrierBroken(Refused):
    """The generation ended without passing: nobody passed. The metadata ``why`` says why."""


class RequestIdUsed(Refused):
    """The request id was used for another request. Nothing was changed."""


class ServiceInvalid(Refused):
    """Services cannot be defined so; the text says all that is wrong. Nothing was changed."""


class ServiceNotFound(Refused):
    """There is no service or instance of that name. Nothing was changed."""


class CannotMove(Refused):
    """The instance cannot run on that node, or would not stay there. Nothing was changed."""


REASONS: Mapping[str, type[Refused]] = {
    "BAD_REQUEST": BadRequest,
    "NODE_NOT_FOUND": NodeNotFound,
    "NO_VIEW": NoView,
    "STOPPING": Stopping,
    "BAD_CURSOR": BadCursor,
    "BAD_PAGE_TOKEN": BadPageToken,
    "LIMIT_REACHED": LimitReached,
    "EVICTION_STATE": EvictionState,
    "VIEW_CHANGED": ViewChanged,
    "INTERNAL": Internal,
    "QUORUM_LOST": QuorumLost,
    "OUTCOME_UNKNOWN": OutcomeUnknown,
    "CLUSTER_STATE": ClusterState,
    "BAD_BACKUP": BadBackup,
    "CONFLICT": Conflict,
    "NOT_SERVED": NotServed,
    "SESSION_REQUIRED": SessionRequired,
    "SESSION_UNKNOWN": SessionUnknown,
    "SESSION_ENDED": SessionEnded,
    "SESSION_LOST": SessionLost,
    "SESSION_TOKEN_WRONG": SessionTokenWrong,
    "NAME_HELD": NameHeld,
    "NAME_DELAYED": NameDelayed,
    "NAME_NOT_HELD": NameNotHeld,
    "NAME_CHANGED": NameChanged,
    "NAME_MISMATCH": NameMismatch,
    "BARRIER_MISMATCH": BarrierMismatch,
    "BARRIER_NOT_THERE": BarrierNotThere,
    "BARRIER_BROKEN": BarrierBroken,
    "REQUEST_ID_USED": RequestIdUsed,
    "SERVICE_INVALID": ServiceInvalid,
    "SERVICE_NOT_FOUND": ServiceNotFound,
    "CANNOT_MOVE": CannotMove,
}
"""The class for each documented reason."""
