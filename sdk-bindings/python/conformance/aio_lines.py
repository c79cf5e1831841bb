"""Reads what a driver is told and writes what it answers, with asyncio. `sync_lines.py` does the same with threads."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from lines import answer, failed, read

T = TypeVar("T")


async def within(timeout: float, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What a call returns, in that time."""
    return await asyncio.wait_for(call(), timeout)


class Told:
    """What was told and not read."""

    def __init__(self) -> None:
        self._told: asyncio.Queue[Any] = asyncio.Queue()

    def put(self, told: Any) -> None:
        """One more."""
        self._told.put_nowait(told)

    async def get(self, timeout: float) -> Any:
        """The next one, in that time."""
        return await asyncio.wait_for(self._told.get(), timeout)

    async def get_until(self, _: threading.Event | None) -> Any:
        """The next one; who waits is cancelled when it is of no use."""
        return await self._told.get()


def serve(driver: Any) -> None:
    """Carries out steps until there are no more, each beside the others."""
    asyncio.run(_serve(driver))


async def _serve(driver: Any) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    steps: set[asyncio.Task[None]] = set()

    async def step(line: bytes) -> None:
        number, op, args = read(line)
        try:
            answer(number, await driver.do(op, args))
        except Exception as error:
            failed(number, error)

    while line := await reader.readline():
        task = asyncio.create_task(step(line))
        steps.add(task)
        task.add_done_callback(steps.discard)
