"""What a program does that takes part in recovery: one phase after the other, the newest order first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from quorate import v1
from quorate._aio import io
from quorate._core.words import phase_name
from quorate.notices import Failed

if TYPE_CHECKING:
    from quorate._aio.participation import Participant

Talk: TypeAlias = io.Talk[v1.ParticipateRequest, v1.ParticipateResponse]


@dataclass
class Order:
    """What a program is to do."""

    phase: v1.Phase.ValueType
    epoch: int | None
    """By which it is told; ``None`` when no agent says so."""
    talk: Talk | None
    """Where it is acknowledged; nowhere when no agent says so."""
    turn: io.Turn = field(default_factory=io.Turn)

    def overtake(self) -> None:
        """Something newer has come: of what is under way, only preparing is brought to its end."""
        if self.phase != v1.PHASE_PREPARE:
            self.turn.cut_short()

    def acknowledge(self) -> None:
        """Says that it was done; an agent that has gone is not told."""
        if self.talk and self.epoch is not None:
            done = v1.PhaseDone(epoch=self.epoch, phase=self.phase)
            self.talk.say(v1.ParticipateRequest(done=done))


class Turns:
    """The phases of a program: told from one side, done at the other."""

    def __init__(self, program: Participant, failed: Callable[[Failed], None]) -> None:
        self._program = program
        self._failed = failed
        """Is told of each phase that the program could not do."""
        self._orders: deque[Order] = deque()
        self._under_way: Order | None = None
        self._ended = False
        self._closed = False
        self._signal = io.Signal()

    def tell(self, order: Order) -> None:
        """This is to be done next, instead of all that was told before."""
        self._orders.append(order)
        self._overtake()

    def end(self) -> None:
        """Nothing more will be told: what was told is still done."""
        self._ended = True
        self._signal.notify()

    def close(self) -> None:
        """Nothing more is to be done."""
        self._closed = True
        self._overtake()

    def _overtake(self) -> None:
        under_way = self._under_way
        if under_way:
            under_way.overtake()
        self._signal.notify()

    async def run(self) -> None:
        """Does what is told, until all was told and is done."""
        while not self._closed:
            version, ended = self._signal.version, self._ended
            order = self._newest()
            if order:
                await self._do(order)
            elif ended:
                return
            else:
                await self._signal.wait(version, None)

    def _newest(self) -> Order | None:
        newest = None
        while self._orders:
            newest = self._orders.popleft()
        return newest

    async def _do(self, order: Order) -> None:
        # Before it is looked whether there are newer ones: from here on it is overtaken by those that come.
        self._under_way = order
        try:
            if self._orders or self._closed:
                return
            if await order.turn.do(lambda: self._perform(order)):
                order.acknowledge()
        except io.Raised as error:
            if not order.turn.changed.is_set():
                self._failed(Failed(phase_name(order.phase) or "", order.epoch, error))
        finally:
            self._under_way = None

    async def _perform(self, order: Order) -> None:
        changed = order.turn.changed
        if order.epoch is None or order.phase == v1.PHASE_PREPARE:
            await self._program.prepare(order.epoch)
        elif order.phase == v1.PHASE_RECOVER:
            await self._program.recover(order.epoch, changed)
        else:
            await self._program.resume(order.epoch, changed)
