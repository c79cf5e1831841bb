"""What asyncio does. `_sync/io.py` does the same with threads."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

import grpc
import grpc.aio

from quorate._core.clock import now
from quorate._core.transport import channel_arguments, credentials
from quorate.options import ClientOptions
from quorate.v1 import KeepAliveRequest, KeepAliveResponse

M = TypeVar("M")
S = TypeVar("S")

Channel = grpc.aio.Channel
sleep = asyncio.sleep
Raised = Exception
"""What is caught of what a program raises; what else there is ends tasks, or the loop."""


def open_channel(endpoint: str, options: ClientOptions) -> Channel:
    """The channel to an endpoint, which connects when it is first used."""
    arguments = channel_arguments(options)
    if options.tls is None:
        return grpc.aio.insecure_channel(endpoint, arguments)
    return grpc.aio.secure_channel(endpoint, credentials(options.tls), arguments)


class Signal:
    """Tells those who wait that something has changed."""

    def __init__(self) -> None:
        self.version = 0
        """Rises with every change."""
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Something has changed."""
        self.version += 1
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def wait(self, version: int, timeout: float | None) -> None:
        """Waits until something has changed since ``version``, for ``timeout`` seconds at most."""
        if self.version != version:
            return
        change = asyncio.get_running_loop().create_future()
        self._waiting.add(change)
        try:
            async with asyncio.timeout(timeout):
                await change
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(change)


class Worker:
    """Something that runs beside its owner, and ends with it."""

    def __init__(self, run: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        self._task = asyncio.create_task(run(), name=name)

    async def stop(self) -> None:
        """Ends it, and waits for that, unless it is the one who asks."""
        if self._task is asyncio.current_task():
            return
        if not self._task.cancelling():
            self._task.cancel()
        await asyncio.wait({self._task})


async def stop_all(workers: Sequence[Worker]) -> None:
    """Ends them, and waits for that."""
    for worker in workers:
        await worker.stop()


class Stop:
    """Ends the talk that a worker is in. A worker that is to end as well is cancelled, which is enough for all else."""

    def __init__(self) -> None:
        self._end: Callable[[], object] | None = None

    def set(self) -> None:
        """Ends it."""
        if self._end:
            self._end()

    def ends(self, end: Callable[[], object] | None) -> None:
        """From now on this ends it."""
        self._end = end


class Silence(Exception):
    """Nothing came for as long as that is put up with."""


class Reader(Generic[M]):
    """The messages of a stream that an agent sends, read a few ahead; it is silent for ``idle`` seconds at most.

    To read ahead is cheaper, and who gives up waiting for a message loses nothing: to cancel a read would end the stream.
    """

    _AHEAD = 16

    def __init__(self, call: grpc.aio.UnaryStreamCall[Any, M], idle: float) -> None:
        self._call = call
        self.idle = idle
        self._messages: deque[M] = deque()
        self._told = Signal()
        self._room = asyncio.Event()
        self._ended = False
        self._error: grpc.RpcError | None = None
        self._reading = asyncio.create_task(self._read_ahead(), name="quorate watch")

    async def read(self) -> M | None:
        """The next message; ``None`` when the stream has ended.

        Raises:
            grpc.RpcError: The stream failed.
            Silence: Nothing came.
        """
        if not self._messages and not self._ended:
            await self._told.wait(self._told.version, self.idle)
        if self._messages:
            self._room.set()
            return self._messages.popleft()
        if self._error:
            raise self._error
        if not self._ended:
            raise Silence
        return None

    async def _read_ahead(self) -> None:
        try:
            while (message := await self._call.read()) is not grpc.aio.EOF:
                self._messages.append(message)  # type: ignore[arg-type]
                self._told.notify()
                if len(self._messages) >= self._AHEAD:
                    self._room.clear()
                    await self._room.wait()
        except grpc.RpcError as error:
            self._error = error
        finally:
            self._ended = True
            self._told.notify()

    async def close(self) -> None:
        """Ends the stream."""
        self._call.cancel()
        self._reading.cancel()
        await asyncio.wait({self._reading})


class Talk(Reader[M], Generic[S, M]):
    """A stream in both directions: what is said is sent one after the other, without waiting for it."""

    def __init__(self, method: Any, idle: float, stop: Stop) -> None:
        self._says: asyncio.Queue[S | None] = asyncio.Queue()
        self._stop = stop
        call = method(self._said())
        super().__init__(call, idle)
        stop.ends(call.cancel)

    def say(self, message: S) -> None:
        """Sends a message; when the stream has ended, nothing."""
        self._says.put_nowait(message)

    async def _said(self) -> AsyncIterator[S]:
        while (message := await self._says.get()) is not None:
            yield message

    async def close(self) -> None:
        """Ends the stream; also the task of the library below that sends, which a stream's end alone does not end."""
        self._stop.ends(None)
        self._says.put_nowait(None)
        await super().close()


class Turn:
    """Something that is done once, and may be cut short meanwhile."""

    def __init__(self) -> None:
        self.changed = threading.Event()
        """Whether it was cut short."""
        self._task: asyncio.Task[None] | None = None

    def cut_short(self) -> None:
        """Ends it where it waits; only once, for what it does then to clean up is not cut short."""
        if self.changed.is_set():
            return
        self.changed.set()
        if self._task:
            self._task.cancel()

    async def do(self, run: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Returns whether it was done, and not cut short."""
        self._task = asyncio.create_task(run(), name="quorate turn")
        try:
            await asyncio.wait({self._task})
        except asyncio.CancelledError:
            self.cut_short()
            await asyncio.wait({self._task})
            raise
        if not self._task.cancelled():
            self._task.result()
        elif not self.changed.is_set():
            raise RuntimeError("it was cancelled")
        return not self.changed.is_set()


async def renew(method: Any, token: str, timeout: float | None) -> KeepAliveResponse:
    """One sign of life, answered."""
    call = method(timeout=timeout)
    try:
        await call.write(KeepAliveRequest(session=token))
        answer = await call.read()
        if answer is grpc.aio.EOF:
            await _fail(call)
        return answer  # type: ignore[no-any-return]
    finally:
        call.cancel()


async def keep_alive(method: Any, token: str, pace: float, heard: Callable[[float], None], _: Stop) -> None:
    """Gives signs of life at one agent until that fails; ``heard`` is told when each one was sent that was answered.

    Raises:
        grpc.RpcError: The stream failed or ended.
        Silence: A sign of life was not answered.
    """
    call = method()
    reading: asyncio.Future[Any] | None = None
    try:
        while True:
            sent = now()
            await call.write(KeepAliveRequest(session=token))
            reading = reading or asyncio.ensure_future(call.read())
            await asyncio.wait({reading}, timeout=pace)
            if not reading.done():
                raise Silence
            if reading.result() is grpc.aio.EOF:
                await _fail(call)
            heard(sent)
            # What comes without being asked for is the end: the session is over, or the agent is stopping.
            reading = asyncio.ensure_future(call.read())
            await asyncio.wait({reading}, timeout=pace)
            if reading.done():
                reading.result()
                await _fail(call)
    finally:
        call.cancel()
        if reading is not None:
            reading.cancel()
            await asyncio.wait({reading})


async def _fail(call: Any) -> None:
    """Raises what a stream ended with."""
    raise grpc.aio.AioRpcError(
        await call.code(), await call.initial_metadata(), await call.trailing_metadata(), await call.details() or ""
    )
