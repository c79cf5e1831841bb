"""Where the agents are, how a client connects to them and how long it waits; and what a program is that takes part."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from quorate.errors import OptionsError

_HOST = re.compile(r"[A-Za-z0-9._-]+")
_MAX_ENDPOINTS = 64
_HOUR = 3600.0


@dataclass(frozen=True)
class TlsOptions:
    """Whom a client trusts, and how it shows who it is. All files are PEM, and are read when the client is made."""

    ca: str | Path
    """The authorities that must have signed the agents' certificates."""
    certificate: str | Path | None = None
    """The certificate to show to agents that ask for one."""
    key: str | Path | None = None
    """Its key; it must have no password."""
    server_name: str | None = None
    """The name to look for in the agents' certificates. Default: the host of the endpoint."""


@dataclass(frozen=True)
class ClientOptions:
    """What a client is to be. Times are in seconds; a value that is out of range is an :class:`OptionsError`."""

    endpoints: Sequence[str]
    """1 to 64 of ``host:port`` or ``[v6]:port``. The first that answers is used until it fails, then the next one."""
    tls: TlsOptions | None = None
    """Speaks TLS with all endpoints. Default: plain text."""
    connect_timeout: float = 1.0
    """How long one attempt to connect may take: 0.01 to 60."""
    call_timeout: float = 5.0
    """How long one call may take in all, over every endpoint: 0.01 to 3,600."""
    attempt_timeout: float | None = None
    """How long one endpoint may take over a call before the next is asked: 0.01 to 3,600. Default: an equal share of the
    call's time for each endpoint, but no less than a third of it."""
    rounds: int = 3
    """How often each endpoint is tried in one call before it fails as unavailable: 1 to 100."""
    max_message_size: int = 16 << 20
    """Largest message to take, in bytes: 64 KiB to 1 GiB."""
    keep_alive_interval: float = 10.0
    """How often a connection is probed with an HTTP/2 ping, also while idle: 1 to 3,600."""
    keep_alive_timeout: float = 5.0
    """How long a ping may stay unanswered before the connection is given up: 0.1 to 3,600."""

    def __post_init__(self) -> None:
        if isinstance(self.endpoints, str):
            raise OptionsError("endpoints is one text; give a list of them")
        _within("number of endpoints", len(self.endpoints), 1, _MAX_ENDPOINTS)
        object.__setattr__(self, "endpoints", tuple(_endpoint(text) for text in self.endpoints))
        _within("connect_timeout", self.connect_timeout, 0.01, 60)
        _within("call_timeout", self.call_timeout, 0.01, _HOUR)
        if self.attempt_timeout is not None:
            _within("attempt_timeout", self.attempt_timeout, 0.01, _HOUR)
        _within("rounds", self.rounds, 1, 100)
        _within("max_message_size", self.max_message_size, 64 << 10, 1 << 30)
        _within("keep_alive_interval", self.keep_alive_interval, 1, _HOUR)
        _within("keep_alive_timeout", self.keep_alive_timeout, 0.1, _HOUR)

    def share(self, limit: float) -> float:
        """How long one endpoint may take over a call of ``limit`` seconds."""
        shares = min(len(self.endpoints), 3)
        return min(self.attempt_timeout or limit / shares, limit)


@dataclass(frozen=True)
class ParticipantOptions:
    """What a program is that takes part in recovery; see ``Client.participate``.

    Times are in seconds; one that is out of range is an :class:`OptionsError`. The rest the agents check.
    """

    name: str
    """Its name, for people: 1 to 128 bytes."""
    level: int = 0
    """It recovers when everything on lower levels has, on all members: 0 to 1,000."""
    requires: Sequence[str] = ()
    """Services that must be ready before it recovers: at most 64."""
    deadline: float = 30.0
    """How long it has for each phase: 0.1 to 3,600."""
    late: Literal["isolate", "wait"] = "isolate"
    """What happens when that is over: the cluster goes on without it, or waits for it."""
    idle_timeout: float = 15.0
    """Takes an agent for gone when nothing at all came from it for this long: 0.1 to 3,600. Agents send something every
    5 s."""

    def __post_init__(self) -> None:
        _within("deadline", self.deadline, 0.1, _HOUR)
        _within("idle_timeout", self.idle_timeout, 0.1, _HOUR)


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise OptionsError(f"{name} is {value:g}, allowed is {least:g} to {most:g}")


def _endpoint(text: str) -> str:
    def bad(why: str) -> OptionsError:
        return OptionsError(f"{text!r} is no endpoint: {why}")

    host, colon, port = text.strip().rpartition(":")
    if not colon:
        raise bad("the port is missing")
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= 65535):
        raise bad("the port must be a number from 1 to 65535")
    if not host:
        raise bad("the host is missing")
    if host.startswith("[") and host.endswith("]"):
        try:
            ipaddress.IPv6Address(host[1:-1])
        except ValueError:
            raise bad("not an IPv6 address in brackets") from None
    elif ":" in host:
        raise bad("an IPv6 address needs brackets, as in [::1]:7401")
    elif not _HOST.fullmatch(host):
        raise bad("the host has characters that no host name has")
    return f"{host}:{int(port)}"
