"""Reads what a driver is told and writes what it answers, with threads. `aio_lines.py` does the same with asyncio."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
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
