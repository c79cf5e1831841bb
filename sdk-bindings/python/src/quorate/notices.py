"""What happens to a program that takes part in recovery, for its log: see ``Client.participate``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from quorate.errors import Tried


@dataclass(frozen=True)
class Joined:
    """It takes part at this agent from now on."""

    endpoint: str
    """The endpoint, as ``host:port``."""

    def __str__(self) -> str:
        return f"takes part at {self.endpoint}"


@dataclass(frozen=True)
class Away:
    """The agent is gone, or one that was tried cannot be had. Another one is tried."""

    tried: Tried
    """Which, and what went wrong there."""

    def __str__(self) -> str:
        return f"no agent: {self.tried}"


@dataclass(frozen=True)
class Isolated:
    """It was late with this phase: the cluster goes on without it until it has done that."""

    phase: str
    """The phase: ``prepare``, ``recover`` or ``resume``."""

    def __str__(self) -> str:
        return f"was late: {self.phase}"


@dataclass(frozen=True)
class Failed:
    """It failed to do what it was told, which is not acknowledged."""

    phase: str
    """The phase: ``prepare``, ``recover`` or ``resume``."""
    epoch: int | None
    """The epoch by which it was told; ``None`` when the agent was gone."""
    error: BaseException
    """What it raised."""

    def __str__(self) -> str:
        return f"failed to {self.phase}: {self.error}"


Notice: TypeAlias = Joined | Away | Isolated | Failed
"""One of these."""
