# Made from src/quorate/_aio/lock.py by tools/make_sync.py. Do not edit.
"""Locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quorate import v1
from quorate._core.words import Mode, Token, claim, request_id
from quorate._sync.grant import Grant
from quorate.errors import NameDelayed, NameHeld

if TYPE_CHECKING:
    from quorate._sync.session import Session


class Lock(Grant):
    """A lock of a session. As a context manager it is acquired, and released at the end.

    The queue is fair: who comes later never overtakes. Every grant has a fencing :attr:`token`. It is lost when the
    session is: look at :meth:`is_valid` before you act.
    """

    def __init__(self, session: Session, path: str, *, mode: Mode, limit: int, value: bytes, delay: float) -> None:
        super().__init__(session, path)
        self._claim = claim(path, mode, limit, value, delay)

    def is_valid(self) -> bool:
        """Whether it is held, and may be acted on at this moment. Never says yes too long."""
        return self._is_valid()

    def acquire(self, *, timeout: float | None = None) -> Token:
        """Takes the lock; blocks until it is granted, for ``timeout`` seconds at most.

        When the time is over, or the call is cancelled, the place in the queue stays with the session: the same call takes
        it up again, and :meth:`release` gives it up. Repeated when needed: who holds it gets the same token.

        Raises:
            DeadlineExceeded: It was not granted in time.
            SessionError: The session is over.
            NameMismatch: The path is used as something else, or in another mode.
            LimitReached: The queue is full.
        """
        return self._granted(self._acquire(self._claim, timeout))

    def try_acquire(self) -> Token | None:
        """Takes the lock when it is free; ``None`` when it is not, or is kept free for a while. Does not queue."""
        at_once = v1.LockClaim()
        at_once.CopyFrom(self._claim)
        at_once.no_wait = True
        try:
            return self._granted(self._acquire(at_once, self._session._pool.options.call_timeout))
        except (NameHeld, NameDelayed):
            return None

    def release(self) -> None:
        """Gives up the lock, or the place in the queue. Repeated when needed.

        Raises:
            NameNotHeld: The session neither holds it nor queues for it.
            SessionError: The session is over, and the lock with it: others may have it already.
        """
        token, self._token = self._token, None
        request = v1.ReleaseLockRequest(
            session=self._session.token,
            path=self._path,
            token=token.to_proto() if token else None,
            request_id=request_id(),
        )
        self._session._pool.ask(lambda stubs, timeout: stubs.locks.ReleaseLock(request, timeout=timeout))

    def _acquire(self, wanted: v1.LockClaim, timeout: float | None) -> v1.AcquireLockResponse:
        request = v1.AcquireLockRequest(session=self._session.token, claim=wanted, request_id=request_id())
        return self._session._pool.wait(lambda stubs, left: stubs.locks.AcquireLock(request, timeout=left), timeout)

    _take = acquire
    _give_up = release
