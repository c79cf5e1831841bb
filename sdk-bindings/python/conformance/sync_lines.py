"""Reads what a driver is told and writes what it answers, with threads. `aio_lines.py` does the same with asyncio."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from lines import answer, failed, read

T = TypeVar("T")


def within(timeout: float, call: Callable[[], T]) -> T:
    """What a call returns, in that time."""
    outcome: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put((call(), None))
        except Exception as error:
            outcome.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        value, error = outcome.get(timeout=timeout)
    except queue.Empty:
        raise TimeoutError from None
    if error is not None:
        raise error
    return value  # type: ignore[return-value]


class Told:
    """What was told and not read."""

    def __init__(self) -> None:
        self._told: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def put(self, told: Any) -> None:
        """One more."""
        self._told.put(told)

    def get(self, timeout: float) -> Any:
        """The next one, in that time."""
        try:
            return self._told.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None

    def get_until(self, changed: threading.Event | None) -> Any:
        """The next one; nothing when it is of no use any more."""
        while changed is None or not changed.is_set():
            with suppress(queue.Empty):
                return self._told.get(timeout=0.02)
        return None


def serve(driver: Any) -> None:
    """Carries out steps until there are no more, each beside the others."""
    for line in sys.stdin.buffer:
        threading.Thread(target=_step, args=(driver, line), daemon=True).start()


def _step(driver: Any, line: bytes) -> None:
    number, op, args = read(line)
    try:
        answer(number, driver.do(op, args))
    except Exception as error:
        failed(number, error)
