"""Client of the Quorate cluster agent: typed calls that fail over among the agents of a cluster.

And sessions that are kept alive, locks, elections, barriers, names, watches that resume by themselves, and programs that
take part in recovery.

This module is for plain synchronous programs and is safe to use from several threads; :mod:`quorate.aio` is the same for
asyncio. Requests and answers are the generated types of the schema, in :mod:`quorate.v1`; the errors are in
:mod:`quorate.errors`.
"""

from quorate import errors, notices, v1
from quorate._core.words import Loss, Token
from quorate._sync.barrier import Barrier
from quorate._sync.client import (
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
from quorate._sync.election import Election
from quorate._sync.lock import Lock
from quorate._sync.participation import Participant, Participation
from quorate._sync.pool import Stubs
from quorate._sync.session import Session
from quorate._sync.watch import Watch
from quorate.options import ClientOptions, ParticipantOptions, TlsOptions

__all__ = [
    "Barrier",
    "Barriers",
    "Client",
    "ClientOptions",
    "Election",
    "Elections",
    "Events",
    "Lock",
    "Locks",
    "Loss",
    "Membership",
    "Names",
    "Participant",
    "ParticipantOptions",
    "Participation",
    "Quorum",
    "Recovery",
    "Session",
    "Sessions",
    "Stubs",
    "TlsOptions",
    "Token",
    "Watch",
    "errors",
    "notices",
    "v1",
]
