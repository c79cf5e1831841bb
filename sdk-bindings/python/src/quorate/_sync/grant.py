# Made from src/quorate/_aio/grant.py by tools/make_sync.py. Do not edit.
"""What a lock and an office have in common: a path that a session holds under a token."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

from quorate import v1
from quorate._core.words import Token
from quorate.errors import QuorateError

if TYPE_CHECKING:
    from quorate._sync.session import Session

G = TypeVar("G", bound="Grant")


class Granted(Protocol):
    """An answer that grants it."""

    @property
    def token(self) -> v1.Token: ...


class Grant:
    """A path that a session may hold. As a context manager it is taken, and given up at the end."""

    def __init__(self, session: Session, path: str) -> None:
        self._session = session
        self._path = path
        self._token: Token | None = None

    @property
    def path(self) -> str:
        """Its path."""
        return self._path

    @property
    def token(self) -> Token | None:
        """The fencing token of the grant; ``None`` when it is not held."""
        return self._token

    def _is_valid(self) -> bool:
        return self._token is not None and self._session.is_valid()

    def _granted(self, answer: Granted) -> Token:
        self._token = Token.of(answer.token)
        return self._token

    def _take(self) -> object:
        """Blocks until it is granted."""
        raise NotImplementedError

    def _give_up(self) -> None:
        """Gives it up, or the place in the queue."""
        raise NotImplementedError

    def __enter__(self: G) -> G:
        try:
            self._take()
        except BaseException:
            self._give_up_too()
            raise
        return self

    def __exit__(self, error: object, *_: object) -> None:
        if error is None:
            self._give_up()
        else:
            self._give_up_too()

    def _give_up_too(self) -> None:
        """Gives it up where another error is on its way to the caller already."""
        with suppress(QuorateError):
            self._give_up()
