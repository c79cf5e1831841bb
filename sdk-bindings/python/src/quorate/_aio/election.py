"""Elections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quorate import v1
from quorate._aio.grant import Grant
from quorate._core.words import Token, request_id

if TYPE_CHECKING:
    from quorate._aio.session import Session


class Election(Grant):
    """An office that a session stands for. As a context manager it is won, and resigned at the end.

    Of all who stand for it, the one that came first leads, under a fencing :attr:`token`; when it resigns or ends, the next
    one does.
    """

    def __init__(self, session: Session, path: str, value: bytes) -> None:
        super().__init__(session, path)
        self._value = value

    def is_leader(self) -> bool:
        """Whether the session leads, and may act as the leader at this moment. Never says yes too long."""
        return self._is_valid()

    async def campaign(self, *, timeout: float | None = None) -> Token:
        """Stands for the office; blocks until the session leads, for ``timeout`` seconds at most.

        When the time is over, or the call is cancelled, it stays a candidate: the same call waits on, and :meth:`resign`
        gives that up. Repeated when needed: who leads gets the same token.

        Raises:
            DeadlineExceeded: It does not lead yet.
            SessionError: The session is over.
            NameMismatch: The path is used as something else.
        """
        request = v1.CampaignRequest(
            session=self._session.token, path=self._path, value=self._value, request_id=request_id()
        )
        answer = await self._session._pool.wait(
            lambda stubs, left: stubs.elections.Campaign(request, timeout=left), timeout
        )
        return self._granted(answer)

    async def proclaim(self, value: bytes) -> None:
        """Gives the office another value while the session leads. Repeated when needed.

        Raises:
            NameNotHeld: The session does not lead.
        """
        request = v1.ProclaimRequest(session=self._session.token, path=self._path, value=value, request_id=request_id())
        await self._session._pool.ask(lambda stubs, timeout: stubs.elections.Proclaim(request, timeout=timeout))
        self._value = value

    async def resign(self) -> None:
        """Gives up the office, or the candidacy. Repeated when needed.

        Raises:
            NameNotHeld: The session neither leads nor stands for it.
        """
        self._token = None
        request = v1.ResignRequest(session=self._session.token, path=self._path, request_id=request_id())
        await self._session._pool.ask(lambda stubs, timeout: stubs.elections.Resign(request, timeout=timeout))

    _take = campaign
    _give_up = resign
