# Made from benchmark/aio_ways.py by tools/make_sync.py. Do not edit.
"""The ways that are compared, for plain programs. `sync_ways.py` is made from `aio_ways.py`."""

from __future__ import annotations

import time
from collections.abc import Iterable

from quorate import Client, ClientOptions
from quorate._sync import io
from quorate._sync.pool import Stubs
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

    def call_bare(self, times: int) -> float:
        """Calls with the generated stub."""
        begun = time.perf_counter()
        for _ in range(times):
            self._stubs.quorum.GetQuorum(GetQuorumRequest(), timeout=self._timeout)
        return time.perf_counter() - begun

    def call_sdk(self, times: int) -> float:
        """Calls with the SDK."""
        begun = time.perf_counter()
        for _ in range(times):
            self._client.quorum.get()
        return time.perf_counter() - begun

    def watch_bare(self, times: int) -> float:
        """Watches with the generated stub."""
        stream = self._stubs.names.WatchNames(WatchNamesRequest(prefix=self._prefix, cursor=self._cursor))
        took = read(stream, times)
        stream.cancel()
        return took

    def watch_sdk(self, times: int) -> float:
        """Watches with the SDK."""
        with self._client.names.watch(self._prefix, cursor=self._cursor) as watch:
            return read(watch, times)

    def close(self) -> None:
        """Ends all connections."""
        self._client.close()
        self._stubs.channel.close()


def opened(endpoint: str, prefix: str, cursor: str) -> Ways:
    """The ways to an endpoint; what they watch begins after the cursor."""
    return Ways(endpoint, prefix, cursor)


def read(messages: Iterable[WatchNamesResponse], times: int) -> float:
    """The time from the first change to the last one."""
    begun = 0.0
    for message in messages:
        if not message.HasField("bound"):
            raise ValueError(f"instead of a change came {message}")
        begun = begun or time.perf_counter()
        times -= 1
        if not times:
            break
    return time.perf_counter() - begun
