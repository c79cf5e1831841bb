"""What threads have for tests. `aio_tools.py` has the same for asyncio."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
LIMIT = 60.0
sleep = time.sleep
_threads = ThreadPoolExecutor(thread_name_prefix="beside")


def run(scenario: Callable[[list[str]], None], endpoints: list[str]) -> None:
    """Carries out a scenario."""
    _threads.submit(scenario, endpoints).result(LIMIT)


def beside(call: Callable[[], T]) -> Future[T]:
    """Begins a call, and goes on."""
    return _threads.submit(call)


def ahead(begun: Future[T]) -> T:
    """How a call came out that was begun."""
    return begun.result(LIMIT)
