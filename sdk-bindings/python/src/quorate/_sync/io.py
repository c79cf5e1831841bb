"""What threads do. `_aio/io.py` does the same with asyncio."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import grpc

from quorate._core.clock import now
from quorate._core.transport import channel_arguments, credentials
from quorate.options import ClientOptions
from quorate.v1 import KeepAliveRequest, KeepAliveResponse

M = TypeVar("M")
S = TypeVar("S")

Channel = grpc.Channel
sleep = time.sleep
Raised = BaseException
"""What is caught of what a program raises: of what is not caught, such as `SystemExit`, nobody hears in a thread."""


def open_channel(endpoint: str, options: ClientOptions) -> Channel:
    """The channel to an endpoint, which connects when it is first used."""
    arguments = channel_arguments(options)
    if options.tls is None:
        return grpc.insecure_channel(endpoint, arguments)
    return grpc.secure_channel(endpoint, credentials(options.tls), arguments)


class Signal:
    """Tells those who wait that something has changed."""

    def __init__(self) -> None:
        self.version = 0
        """Rises with every change."""
        self._changed = threading.Condition()

    def notify(self) -> None:
        """Something has changed."""
        with self._changed:
            self.version += 1
            self._changed.notify_all()

    def wait(self, version: int, timeout: float | None) -> None:
        """Waits until something has changed since ``version``, for ``timeout`` seconds at most."""
        with self._changed:
            self._changed.wait_for(lambda: self.version != version, timeout)


class Worker:
    """Something that runs beside its owner, in a thread, and ends when its owner says so."""

    def __init__(self, run: Callable[[], None], name: str) -> None:
        self.thread = threading.Thread(target=run, name=name, daemon=True)
        self.thread.start()


def stop_all(workers: Sequence[Worker]) -> None:
    """Waits until they have ended, unless it is one of them who asks: of two, each would wait for the other."""
    threads = [worker.thread for worker in workers]
    if threading.current_thread() not in threads:
        for thread in threads:
            thread.join()


class Stop:
    """Ends the call that a worker is in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._end: Callable[[], object] | None = None
        self._is_set = False

    def set(self) -> None:
        """Ends it, and each one after it."""
        with self._lock:
            self._is_set = True
            end = self._end
        if end:
            end()

    def ends(self, end: Callable[[], object] | None) -> None:
        """From now on this ends the worker's call."""
        with self._lock:
            self._end = end
            is_set = self._is_set
        if end and is_set:
            end()


class Silence(Exception):
    """Nothing came for as long as that is put up with."""


class Reader(Generic[M]):
    """The messages of a stream that an agent sends; it is silent for ``idle`` seconds at most."""

    def __init__(self, call: Any, idle: float) -> None:
        self._call = call
        self.idle = idle
        self._reading_since: float | None = None
        self._silent = False
        self._ended = threading.Event()
        self._watchdog = threading.Thread(target=self._look, name="quorate watch", daemon=True)
        self._watchdog.start()

    def read(self) -> M | None:
        """The next message; ``None`` when the stream has ended.

        Raises:
            grpc.RpcError: The stream failed.
            Silence: Nothing came.
        """
        self._reading_since = time.monotonic()
        try:
            return next(self._call, None)
        except grpc.RpcError:
            if self._silent:
                raise Silence from None
            raise
        finally:
            self._reading_since = None

    def _look(self) -> None:
        left = self.idle
        while not self._ended.wait(left):
            since = self._reading_since
            left = self.idle if since is None else since + self.idle - time.monotonic()
            if left <= 0:
                self._silent = True
                self._call.cancel()
                return

    def close(self) -> None:
        """Ends the stream."""
        self._ended.set()
        self._call.cancel()
        self._watchdog.join()


class _Said(Iterator[S]):
    """The messages of a stream to an agent, as they are given; the library below reads them in a thread of its own."""

    def __init__(self) -> None:
        self._said: queue.SimpleQueue[S | None] = queue.SimpleQueue()

    def give(self, message: S) -> None:
        self._said.put(message)

    def end(self) -> None:
        self._said.put(None)

    def __next__(self) -> S:
        message = self._said.get()
        if message is None:
            raise StopIteration
        return message


class Talk(Reader[M], Generic[S, M]):
    """A stream in both directions: what is said is sent one after the other, without waiting for it."""

    def __init__(self, method: Any, idle: float, stop: Stop) -> None:
        self._said = _Said[S]()
        self._stop = stop
        call = method(self._said)
        super().__init__(call, idle)
        stop.ends(call.cancel)

    def say(self, message: S) -> None:
        """Sends a message; when the stream has ended, nothing."""
        self._said.give(message)

    def close(self) -> None:
        """Ends the stream."""
        self._stop.ends(None)
        self._said.end()
        super().close()


class Turn:
    """Something that is done once, and may be cut short meanwhile."""

    def __init__(self) -> None:
        self.changed = threading.Event()
        """Whether it was cut short."""

    def cut_short(self) -> None:
        """Lets it know: it ends by itself."""
        self.changed.set()

    def do(self, run: Callable[[], None]) -> bool:
        """Returns whether it was done, and not cut short."""
        run()
        return not self.changed.is_set()


def renew(method: Any, token: str, timeout: float | None) -> KeepAliveResponse:
    """One sign of life, answered."""
    signs = _Said[KeepAliveRequest]()
    signs.give(KeepAliveRequest(session=token))
    call = method(signs, timeout=timeout)
    try:
        return next(call)  # type: ignore[no-any-return]
    finally:
        signs.end()
        call.cancel()


def keep_alive(method: Any, token: str, pace: float, heard: Callable[[float], None], stop: Stop) -> None:
    """Gives signs of life at one agent until that fails; ``heard`` is told when each one was sent that was answered.

    Raises:
        grpc.RpcError: The stream failed or ended.
        Silence: A sign of life was not answered.
    """
    signs = _Said[KeepAliveRequest]()
    call = method(signs)
    answers: queue.SimpleQueue[grpc.RpcError | None] = queue.SimpleQueue()

    def read() -> None:
        try:
            for _ in call:
                answers.put(None)
            answers.put(call)
        except grpc.RpcError as error:
            answers.put(error)

    reader = threading.Thread(target=read, name="quorate keep-alive", daemon=True)
    reader.start()
    stop.ends(call.cancel)
    try:
        while True:
            sent = now()
            signs.give(KeepAliveRequest(session=token))
            _take(answers, pace)
            heard(sent)
            try:
                # What comes without being asked for is the end: the session is over, or the agent is stopping.
                _take(answers, pace)
            except Silence:
                continue
            raise Silence
    finally:
        stop.ends(None)
        signs.end()
        call.cancel()
        reader.join()


def _take(answers: queue.SimpleQueue[grpc.RpcError | None], timeout: float) -> None:
    """The next answer; raises what the stream ended with."""
    try:
        error = answers.get(timeout=timeout)
    except queue.Empty:
        raise Silence from None
    if error is not None:
        raise error
