"""Sessions: what a program holds in the cluster rests on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import grpc

from quorate import v1
from quorate._aio import io
from quorate._aio.barrier import Barrier
from quorate._aio.election import Election
from quorate._aio.lock import Lock
from quorate._aio.pool import Pool
from quorate._core.clock import now
from quorate._core.failure import Failure
from quorate._core.rotation import Rotation
from quorate._core.words import Departure, Loss, Mode, plan, request_id
from quorate.errors import QuorateError

_LOOK = 1.0
"""After a suspension of the machine timers are late by as long: the clock is looked at this often at least."""


class Session:
    """A session that is kept alive at whichever agent answers. Use it as a context manager, or close it.

    What it holds - bindings, locks, offices, places in queues and at barriers - goes when it ends: when it is closed, or
    when nothing was heard of it for its time. It survives the loss of agents.

    Whoever holds something may act on it only while the session :meth:`is_valid`, which is counted from when the last
    sign of life that was answered was *sent*, by a clock that counts suspensions; before that time is over nobody else is
    given what it holds. Against a pause between looking and acting there are fencing tokens.
    """

    def __init__(self, pool: Pool, token: str, session_id: str, ttl: float, until: float) -> None:
        self._pool = pool
        self._ttl = ttl
        self._token = token
        self._id = session_id
        self._until = until
        self._ended: QuorateError | None = None
        self._closed = False
        self._signal = io.Signal()
        self._stopping = io.Stop()
        self._workers = [io.Worker(self._keep, f"quorate session {session_id}")]

    @property
    def id(self) -> str:
        """Its id, which others see; no secret."""
        return self._id

    @property
    def token(self) -> str:
        """Proves that the session is one's own: whoever has it may act for the session, and resume it."""
        return self._token

    @property
    def ttl(self) -> float:
        """How long it lives without a sign of life, in seconds."""
        return self._ttl

    @property
    def left(self) -> float:
        """For how many seconds it surely lives when no further sign of life is answered; 0 when that is not known."""
        return 0.0 if self._ended or self._closed else max(0.0, self._until - now())

    def is_valid(self) -> bool:
        """Whether what it holds may be acted on at this moment. Never says yes too long."""
        return self.left > 0

    async def wait_lost(self, margin: float = 0.0) -> Loss:
        """Waits until the session is over, or until less than ``margin`` seconds of its time are left.

        That is time enough to stop what rests on it. Two of three signs of life may fail before a third of its time is
        left. After a suspension of the machine it may come up to 1 s late; :meth:`is_valid` does not.
        """
        while True:
            version = self._signal.version
            if self._ended:
                return Loss(self._ended)
            left = self.left - margin
            if left <= 0:
                return Loss(None)
            await self._signal.wait(version, min(left, _LOOK))

    def on_lost(self, callback: Callable[[Loss], None], margin: float = 0.0) -> None:
        """Has ``callback`` called once when :meth:`wait_lost` would return; not when the session is closed before."""

        async def tell() -> None:
            loss = await self.wait_lost(margin)
            if not self._closed:
                callback(loss)

        self._workers.append(io.Worker(tell, f"quorate session {self._id} watched"))

    def lock(self, path: str, *, mode: Mode = "exclusive", limit: int = 0, value: bytes = b"", delay: float = 0.0) -> Lock:
        """A lock of this session; nothing is sent before it is acquired.

        Args:
            path: The lock.
            mode: With whom it can be shared: ``exclusive``, ``shared``, or ``counted``.
            limit: With ``counted``: how many may hold it at once; all who claim it must say the same.
            value: What others see of the holder; 64 KiB at most.
            delay: For how many seconds nobody else gets it when the session expires: 0 to 60.
        """
        return Lock(self, path, mode=mode, limit=limit, value=value, delay=delay)

    def election(self, path: str, value: bytes = b"") -> Election:
        """An office that this session may stand for with a value that others see; nothing is sent before it does."""
        return Election(self, path, value)

    def barrier(
        self,
        path: str,
        *,
        count: int | None = None,
        members: Mapping[str, str] | None = None,
        group: str | None = None,
        least: int = 1,
        double: bool = False,
        departure: Departure = "abort",
        deadline: float | None = None,
    ) -> Barrier:
        """A barrier that this session may come to; nothing is sent before it does. All who come must say the same.

        Args:
            path: The barrier.
            count: Waits for so many sessions.
            members: Waits for a session through each member of the view with these labels; ``{}`` for all members.
            group: Waits for all sessions of this group, ``least`` or more.
            least: See ``group``.
            double: Whether those who passed also leave together.
            departure: What happens when one goes before all are there: ``abort``, ``wait`` or ``shrink``.
            deadline: For how many seconds a generation waits from when the first one comes.
        """
        parties = plan(
            count=count,
            members=members,
            group=group,
            least=least,
            double=double,
            departure=departure,
            deadline=deadline,
        )
        return Barrier(self, path, parties)

    async def bind(
        self, path: str, value: bytes = b"", *, shared: bool = False, expected_revision: int | None = None
    ) -> v1.BindNameResponse:
        """Binds a path to a value (64 KiB at most), or gives a binding of the session another value.

        Repeated when needed: it is done once.

        Args:
            path: The name.
            value: The value.
            shared: Whether other sessions may bind the path as well.
            expected_revision: Only when the session's binding was last changed at this revision; 0: only when it has none.

        Raises:
            NameHeld: Somebody else has it.
            NameDelayed: It is kept free for a while.
            NameChanged: It was last changed at another revision.
            NameMismatch: It is used as something else.
        """
        request = v1.BindNameRequest(
            session=self._token,
            path=path,
            value=value,
            shared=shared,
            expected_revision=expected_revision,
            request_id=request_id(),
        )
        return await self._pool.ask(lambda stubs, timeout: stubs.names.BindName(request, timeout=timeout))

    async def unbind(self, path: str, *, expected_revision: int | None = None) -> None:
        """Gives up a binding of the session. Repeated when needed.

        Raises:
            NameNotHeld: The session has no such binding.
        """
        request = v1.UnbindNameRequest(
            session=self._token, path=path, expected_revision=expected_revision, request_id=request_id()
        )
        await self._pool.ask(lambda stubs, timeout: stubs.names.UnbindName(request, timeout=timeout))

    async def close(self) -> None:
        """Ends the session, and with it all it holds, at once. Closing it again does nothing."""
        if self._closed:
            return
        self._closed = True
        await self._stop()
        if self._ended:
            return
        request = v1.CloseSessionRequest(session=self._token)
        await self._pool.ask(lambda stubs, timeout: stubs.sessions.CloseSession(request, timeout=timeout))

    async def detach(self) -> str:
        """Keeps it alive no more and leaves it to its time; returns the token by which it can be resumed elsewhere."""
        self._closed = True
        await self._stop()
        return self._token

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _stop(self) -> None:
        self._signal.notify()
        self._stopping.set()
        await io.stop_all(self._workers)

    async def _keep(self) -> None:
        """Gives signs of life until the cluster says that the session is over."""
        rotation = Rotation(len(self._pool.stubs), self._pool.preferred)
        pace = self._ttl / 3
        await self._pause(pace)
        while not self._closed:
            step = rotation.step()
            await self._pause(min(step.pause, pace))
            stubs = self._pool.stubs[step.index]
            before = self._until
            try:
                await io.keep_alive(stubs.sessions.KeepAlive, self._token, pace, self._heard, self._stopping)
            except io.Silence:
                pass
            except grpc.RpcError as error:
                failure = Failure(stubs.endpoint, error)
                if failure.is_final:
                    self._ended = failure.refused()
                    self._signal.notify()
                    return
            if self._until != before:
                rotation.reset()

    async def _pause(self, timeout: float) -> None:
        if timeout > 0 and not self._closed:
            await self._signal.wait(self._signal.version, timeout)

    def _heard(self, sent: float) -> None:
        self._until = sent + self._ttl
        self._signal.notify()
