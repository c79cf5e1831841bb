"""Barriers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quorate import v1
from quorate._core.words import request_id
from quorate.errors import DeadlineExceeded, Unavailable

if TYPE_CHECKING:
    from quorate._aio.session import Session


class Barrier:
    """A point that a set of sessions pass together or not at all, again and again: each time is a generation.

    As a context manager a double barrier is entered, and left at the end.
    """

    def __init__(self, session: Session, path: str, plan: v1.BarrierPlan) -> None:
        self._session = session
        self._path = path
        self._plan = plan
        self._ids = {"enter": request_id(), "leave": request_id()}

    @property
    def path(self) -> str:
        """Its path."""
        return self._path

    async def enter(self, *, timeout: float | None = None) -> int:
        """Comes to the barrier; blocks until all are there, for ``timeout`` seconds at most. Returns the generation.

        When the time is over, or the call is cancelled, the place stays with the session: the same call takes it up again,
        and gets the same answer if all were there meanwhile; :meth:`leave` gives it up.

        Raises:
            DeadlineExceeded: Not all were there in time.
            BarrierBroken: The generation ended without passing.
            BarrierMismatch: Others say that the barrier is something else.
            SessionError: The session is over.
        """
        request = v1.EnterBarrierRequest(
            session=self._session.token, path=self._path, plan=self._plan, request_id=self._ids["enter"]
        )
        with self._answered("enter"):
            answer = await self._session._pool.wait(
                lambda stubs, left: stubs.barriers.EnterBarrier(request, timeout=left), timeout
            )
        return answer.generation

    async def leave(self, *, timeout: float | None = None) -> int:
        """Leaves the inside of a double barrier; blocks until all have come to leave or have ended. Returns the generation.

        Where the session still waits for others to come, it goes away at once.

        Raises:
            DeadlineExceeded: Not all have come to leave in time; the same call waits on.
            BarrierNotThere: The session is not at the barrier.
            SessionError: The session is over.
        """
        request = v1.LeaveBarrierRequest(session=self._session.token, path=self._path, request_id=self._ids["leave"])
        with self._answered("leave"):
            answer = await self._session._pool.wait(
                lambda stubs, left: stubs.barriers.LeaveBarrier(request, timeout=left), timeout
            )
        return answer.generation

    async def abort(self, reason: str) -> int:
        """Ends the present generation without passing: all who wait are told so. Returns the generation.

        Args:
            reason: Why, for people; 128 bytes at most.

        Raises:
            BarrierNotThere: The session has not come to the barrier.
        """
        request = v1.AbortBarrierRequest(
            session=self._session.token, path=self._path, reason=reason, request_id=request_id()
        )
        answer = await self._session._pool.ask(lambda stubs, timeout: stubs.barriers.AbortBarrier(request, timeout=timeout))
        return answer.generation

    @contextmanager
    def _answered(self, what: str) -> Iterator[None]:
        """The next request is another one, unless this one has no answer."""
        try:
            yield
        except (DeadlineExceeded, Unavailable):
            raise
        except Exception:
            self._ids[what] = request_id()
            raise
        self._ids[what] = request_id()

    async def __aenter__(self) -> Barrier:
        await self.enter()
        return self

    async def __aexit__(self, error: object, *_: object) -> None:
        if error is None and self._plan.is_double:
            await self.leave()
