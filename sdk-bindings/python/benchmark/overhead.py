"""Measures what the Python SDK costs, per call and per watched event, beside the bare stub.

It is given `async` or `sync`, and one endpoint, and prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import aio_ways
import sync_ways

from quorate.aio import Client

CALLS = 200
CALL_ROUNDS = 20
# The agents' history keeps more changes than that.
CHANGES = 3000
CHANGE_ROUNDS = 20
# How many bindings are under way at once.
BINDING = 32

Figures = dict[str, dict[str, float]]
# Gives what a method of the ways comes to: at once, or in an event loop.
Run = Callable[[Any], Any]


def compare(run: Run, bare: Callable[[int], Any], sdk: Callable[[int], Any], times: int, rounds: int) -> dict[str, float]:
    """Goes both ways in turn, after a warm-up; the medians over the rounds, in microseconds."""
    ways = {"bare_us": bare, "sdk_us": sdk}
    for way in ways.values():
        run(way(max(times, 500)))
    took = [{name: run(way(times)) / times for name, way in ways.items()} for _ in range(rounds)]
    return {name: median(one[name] for one in took) * 1e6 for name in ways}


def figures(run: Run, opening: Any) -> Figures:
    """What all ways cost."""
    ways = run(opening)
    try:
        return {
            "call": compare(run, ways.call_bare, ways.call_sdk, CALLS, CALL_ROUNDS),
            "event": compare(run, ways.watch_bare, ways.watch_sdk, CHANGES, CHANGE_ROUNDS),
        }
    finally:
        run(ways.close())


async def change(endpoint: str, prefix: str) -> str:
    """Binds names again and again; the cursor from before that."""
    async with Client([endpoint]) as client, client.names.watch(prefix) as watch:
        await anext(watch)
        async with await client.open_session(label="overhead") as session:

            async def bind(path: int) -> None:
                for value in range(path, CHANGES, BINDING):
                    await session.bind(f"{prefix}{path}", b"%d" % value)

            await asyncio.gather(*map(bind, range(BINDING)))
        return watch.cursor


def main() -> int:
    """Measures one kind of client."""
    if len(sys.argv) != 3 or sys.argv[1] not in ("async", "sync"):
        print("usage: overhead.py async|sync HOST:PORT", file=sys.stderr)
        return 2
    kind, endpoint = sys.argv[1:]
    prefix = f"overhead/python-{time.time_ns()}/"
    with asyncio.Runner() as runner:
        cursor = runner.run(change(endpoint, prefix))
        if kind == "sync":
            measured = figures(lambda result: result, sync_ways.opened(endpoint, prefix, cursor))
        else:
            measured = figures(runner.run, aio_ways.opened(endpoint, prefix, cursor))
    print(json.dumps(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
