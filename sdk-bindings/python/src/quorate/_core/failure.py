"""What a failed attempt means."""

from __future__ import annotations

from collections.abc import Iterable

import grpc
from google.rpc import error_details_pb2, status_pb2

from quorate.errors import REASONS, Answer, Refused, Tried

DOMAIN = "quorate.v1"
_DETAILS = "grpc-status-details-bin"

_FINAL = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.OUT_OF_RANGE,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.UNIMPLEMENTED,
    }
)

_SILENCE = frozenset({grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED})


class Failure:
    """An attempt that failed at one endpoint."""

    def __init__(self, endpoint: str, error: grpc.RpcError) -> None:
        code = error.code() or grpc.StatusCode.UNKNOWN
        message = error.details() or ""
        info = _error_info(error)
        metadata = dict(info.metadata) if info else {}
        self.answer = Answer(endpoint, code, message, info.reason if info else None, metadata)

    @property
    def is_silence(self) -> bool:
        """Whether nothing came in the time that the attempt had.

        An agent that notices that first says ``CANCELLED``.
        """
        return self.answer.code in _SILENCE and self.answer.reason is None

    @property
    def may_pass(self) -> bool:
        """Whether another agent, or the same one a little later, may well answer."""
        return self.answer.code is grpc.StatusCode.UNAVAILABLE or self.is_silence

    @property
    def is_final(self) -> bool:
        """Whether every agent would say the same, now and later."""
        return self.answer.code in _FINAL

    @property
    def was_sent(self) -> bool:
        """Whether the request may have reached an agent that did not refuse it."""
        return self.answer.reason is None and "failed to connect" not in self.answer.message

    def refused(self) -> Refused:
        """The error for the caller."""
        return REASONS.get(self.answer.reason or "", Refused)(self.answer)

    def tried(self) -> Tried:
        """What is said of the endpoint when none could serve the call."""
        what = "silent" if self.is_silence else self.answer.message
        return Tried(self.answer.endpoint, what, self.answer.reason, self.is_silence)


def _error_info(error: grpc.RpcError) -> error_details_pb2.ErrorInfo | None:
    # The types of the library below do not say that these are pairs.
    pairs: Iterable[tuple[str, str | bytes]] = error.trailing_metadata() or ()  # type: ignore[assignment]
    for key, value in pairs:
        if key == _DETAILS and isinstance(value, bytes):
            info = error_details_pb2.ErrorInfo()
            for detail in status_pb2.Status.FromString(value).details:
                if detail.Unpack(info) and info.domain == DOMAIN:
                    return info
    return None
