"""What asyncio has for tests. `sync_tools.py` has the same for threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
LIMIT = 60.0
sleep = asyncio.sleep


def run(scenario: Callable[[list[str]], Coroutine[Any, Any, None]], endpoints: list[str]) -> None:
    """Carries out a scenario, of which no task is left in the end."""

    async def whole() -> None:
        async with asyncio.timeout(LIMIT):
            await scenario(endpoints)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not [task for task in left if task.get_name().startswith("quorate ")], "no task is left"

    asyncio.run(whole())


def beside(call: Callable[[], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
    """Begins a call, and goes on."""
    return asyncio.create_task(call())


async def ahead(begun: asyncio.Task[T]) -> T:
    """How a call came out that was begun."""
    async with asyncio.timeout(LIMIT):
        return await begun
