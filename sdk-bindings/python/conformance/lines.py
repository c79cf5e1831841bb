"""The lines between the conformance runner and a driver."""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

from quorate.errors import ConnectionLost, DeadlineExceeded, OptionsError, QuorateError, Refused, Unavailable

KINDS = {
    OptionsError: "options",
    Refused: "refused",
    Unavailable: "unavailable",
    DeadlineExceeded: "deadline",
    TimeoutError: "deadline",
    ConnectionLost: "lost",
}
_writing = threading.Lock()


def read(line: bytes) -> tuple[int, str, dict[str, Any]]:
    """The number of a step, what is to be done, and with what."""
    args = json.loads(line)
    return args.pop("id"), args.pop("op"), args


def answer(number: int, result: dict[str, Any]) -> None:
    """A step is done."""
    _write({"id": number, "ok": result})


def failed(number: int, error: Exception) -> None:
    """A step has failed."""
    kind = next((kind for known, kind in KINDS.items() if isinstance(error, known)), "other")
    reason = error.reason if isinstance(error, QuorateError) else None
    text = f"{type(error).__name__}: {error}"
    _write({"id": number, "error": {"kind": kind, "reason": reason, "text": text}})


def _write(message: dict[str, Any]) -> None:
    with _writing:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
