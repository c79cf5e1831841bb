"""The client for asyncio: the same as in :mod:`quorate`, with ``await`` before each call."""

from quorate._aio.barrier import Barrier
from quorate._aio.client import (
    Barriers,
    Client,
    Elections,
    Events,
    Locks,
    Membership,
    Names,
    Quorum,
    Recovery,
    Sessions,
)
from quorate._aio.election import Election
from quorate._aio.lock import Lock
from quorate._aio.participation import Participant, Participation
from quorate._aio.pool import Stubs
from quorate._aio.session import Session
from quorate._aio.watch import Watch

__all__ = [
    "Barrier",
    "Barriers",
    "Client",
    "Election",
    "Elections",
    "Events",
    "Lock",
    "Locks",
    "Membership",
    "Names",
    "Participant",
    "Participation",
    "Quorum",
    "Recovery",
    "Session",
    "Sessions",
    "Stubs",
    "Watch",
]
