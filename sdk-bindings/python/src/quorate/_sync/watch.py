# Made from src/quorate/_aio/watch.py by tools/make_sync.py. Do not edit.
"""Watches: streams that reconnect and resume by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

import grpc

from quorate._core.failure import Failure
from quorate._core.plan import Resume
from quorate._sync import io
from quorate._sync.pool import Pool, Stubs
from quorate.errors import Tried


class Message(Protocol):
    """A message of a stream."""

    def HasField(self, field_name: Any, /) -> bool: ...  # noqa: N802


M = TypeVar("M", bound=Message)


class Watch(Iterator[M], Generic[M]):
    """What an agent sends, for ever, on any agent: a snapshot first, then changes, and bookmarks while all is quiet.

    When the stream breaks, ends or is silent, the same watch is opened after the last message, at the next endpoint. The
    agent then sends a snapshot whose ``reason`` says how it went on: ``RESUMED`` means that there is no gap, ``LAGGED``
    and ``HISTORY_DROPPED`` mean that there is one and that this snapshot bridges it. All are passed on.

    It ends with an error only when another agent would say the same, as :class:`~quorate.errors.BadCursor`, or with
    :class:`~quorate.errors.Unavailable` when ``give_up_after`` is set. A reader that is slow is held back by flow control;
    the agent sends a ``LAGGED`` snapshot if it fell too far behind. Close it, or use it as a context manager: nothing of it
    is left then.
    """

    def __init__(
        self,
        pool: Pool,
        open_stream: Callable[[Stubs, str], Any],
        *,
        cursor: str = "",
        idle_timeout: float = 15.0,
        give_up_after: float | None = None,
    ) -> None:
        self._pool = pool
        self._open_stream = open_stream
        self._idle = idle_timeout
        self._resume = Resume(pool.options.endpoints, pool.preferred, cursor, give_up_after)
        self._reader: io.Reader[M] | None = None
        self._index = 0
        self._closed = False

    @property
    def cursor(self) -> str:
        """Resumes after the last message, also in another watch or another process; empty before the first one."""
        return self._resume.cursor

    @property
    def endpoint(self) -> str | None:
        """The endpoint from which messages come; ``None`` while one is looked for."""
        return self._pool.options.endpoints[self._index] if self._reader else None

    def __iter__(self) -> Watch[M]:
        return self

    def __next__(self) -> M:
        while not self._closed:
            reader = self._reader or self._open()
            endpoint = self._pool.options.endpoints[self._index]
            try:
                message = reader.read()
            except grpc.RpcError as error:
                self._drop()
                if not self._closed:
                    self._resume.failed(Failure(endpoint, error))
            except io.Silence:
                self._drop()
                self._resume.ended(Tried(endpoint, "silent", silent=True))
            else:
                if message is not None:
                    self._pool.preferred = self._index
                    self._resume.received(getattr(message, "cursor", ""))
                    return message
                self._drop()
                self._resume.ended(Tried(endpoint, "the stream was ended"))
        raise StopIteration

    def _open(self) -> io.Reader[M]:
        attempt = self._resume.step()
        if attempt.pause:
            io.sleep(attempt.pause)
        self._index = attempt.index
        call = self._open_stream(self._pool.stubs[attempt.index], self._resume.cursor)
        self._resume.opened()
        self._reader = io.Reader(call, self._idle)
        return self._reader

    def _drop(self) -> None:
        reader, self._reader = self._reader, None
        if reader:
            reader.close()

    def close(self) -> None:
        """Ends the watch."""
        self._closed = True
        self._drop()

    def __enter__(self) -> Watch[M]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
