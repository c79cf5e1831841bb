"""The ways that are compared, for asyncio. `sync_ways.py` is made from `aio_ways.py`."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable

from quorate import ClientOptions
from quorate._aio import io
from quorate._aio.pool import Stubs
from quorate.aio import Client
from quorate.v1 import GetQuorumRequest, WatchNamesRequest, WatchNamesResponse


class Ways:
    """Each does something so often, and tells how many seconds all of it took."""

    def __init__(self, endpoint: str, prefix: str, cursor: str) -> None:
        options = ClientOptions([endpoint])
        self._timeout = options.call_timeout
        self._stubs = Stubs(endpoint, io.open_channel(endpoint, options))
        self._client = Client(options)
        self._prefix = prefix
        self._cursor = cursor

    async def call_bare(self, times: int) -> float:
        """Calls with the generated stub."""
        begun = time.perf_counter()
        for _ in range(times):
            await self._stubs.quorum.GetQuorum(GetQuorumRequest(), timeout=self._timeout)
        return time.perf_counter() - begun

    async def call_sdk(self, times: int) -> float:
        """Calls with the SDK."""
        begun = time.perf_counter()
        for _ in range(times):
            await self._client.quorum.get()
        return time.perf_counter() - begun

    async def watch_bare(self, times: int) -> float:
        """Watches with the generated stub."""
        stream = self._stubs.names.WatchNames(WatchNamesRequest(prefix=self._prefix, cursor=self._cursor))
        took = await read(stream, times)
        stream.cancel()
        return took

    async def watch_sdk(self, times: int) -> float:
        """Watches with the SDK."""
        async with self._client.names.watch(self._prefix, cursor=self._cursor) as watch:
            return await read(watch, times)

    async def close(self) -> None:
        """Ends all connections."""
        await self._client.close()
        await self._stubs.channel.close()


async def opened(endpoint: str, prefix: str, cursor: str) -> Ways:
    """The ways to an endpoint; what they watch begins after the cursor."""
    return Ways(endpoint, prefix, cursor)


async def read(messages: AsyncIterable[WatchNamesResponse], times: int) -> float:
    """The time from the first change to the last one."""
    begun = 0.0
    async for message in messages:
        if not message.HasField("bound"):
            raise ValueError(f"instead of a change came {message}")
        begun = begun or time.perf_counter()
        times -= 1
        if not times:
            break
    return time.perf_counter() - begun
