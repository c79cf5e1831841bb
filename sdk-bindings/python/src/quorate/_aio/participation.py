"""Programs that take part in recovery: the way to the agents. `turns.py` has what the program does then."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod

import grpc

from quorate import v1
from quorate._aio import io
from quorate._aio.pool import Pool
from quorate._aio.turns import Order, Talk, Turns
from quorate._core.failure import Failure
from quorate._core.rotation import GOOD_AFTER, Rotation
from quorate._core.words import introduction, phase_name
from quorate.errors import Refused, Tried
from quorate.notices import Away, Failed, Isolated, Joined, Notice
from quorate.options import ParticipantOptions


class Participant(ABC):
    """A program that takes part in recovery; see :meth:`Client.participate`.

    Each phase is acknowledged when its method returns. After an exception it is not: until the cluster changes again, the
    program counts as late with that phase. Exceptions are handed to :meth:`notice`, for nobody else sees them.

    No two phases are under way at once.
    """

    @abstractmethod
    async def prepare(self, epoch: int | None) -> None:
        """Stop using what is shared.

        Told first of all, and again as soon as the cluster begins to change, under the epoch that ends: from epoch 7 to 8
        that is ``prepare(7)`` and ``recover(8)``. When the cluster changes further, it is told again, under the epoch that
        ends then, unless it has prepared. Also told within an epoch, when a service that it requires is not ready any more:
        each phase then comes again under the same epoch, so never skip one because it was done under that before.

        Also told at once when the agent is gone, with ``None``: what happens in the cluster is not known then. Is never cut
        short, so that it ends with nothing in use, and is told again if more happened meanwhile.
        """

    @abstractmethod
    async def recover(self, epoch: int, changed: threading.Event) -> None:
        """Recover: everything on lower levels has, on all members. May come more than once under an epoch.

        When the cluster changes meanwhile, or the agent is gone, ``changed`` is set, and with asyncio the task is cancelled
        where it waits. Nothing of it is acknowledged then; :meth:`prepare` follows as soon as it has ended. A thread cannot
        be cancelled: look at ``changed`` often there.
        """

    @abstractmethod
    async def resume(self, epoch: int, changed: threading.Event) -> None:
        """Go on, and use what is shared: everything has recovered. Return soon, and leave the work itself to others.

        When the cluster changes meanwhile, or the agent is gone, it is as with :meth:`recover`.
        """

    def notice(self, notice: Notice) -> None:  # noqa: B027
        """Something worth a line in a log. Default: does nothing.

        Must not block. Comes also while a phase is under way: without asyncio from another thread. What it raises ends
        taking part, and is raised by :meth:`Participation.wait`.
        """


class Participation:
    """A program that takes part, until this is closed. Use it as a context manager, or close it."""

    def __init__(self, pool: Pool, options: ParticipantOptions, program: Participant) -> None:
        self._pool = pool
        self._options = options
        self._program = program
        self._turns = Turns(program, self._failed)
        self._joined = False
        """Whether the agent told anything."""
        self._leaving = False
        """Whether it is to take part at no agent any more."""
        self._over = False
        """Whether the program is told nothing any more."""
        self._error: BaseException | None = None
        self._signal = io.Signal()
        self._stopping = io.Stop()
        name = f"quorate participant {options.name}"
        self._workers = [io.Worker(self._listen, name), io.Worker(self._work, name)]

    async def wait(self) -> None:
        """Waits until taking part has ended: until this or the client is closed, or it turns out to be of no use.

        The program was told to prepare then, unless this was closed.

        Raises:
            BadRequest: The agents do not allow the options.
            Refused: Every agent would refuse it.
        """
        while True:
            version = self._signal.version
            if self._over:
                break
            await self._signal.wait(version, None)
        if self._error:
            raise self._error

    async def close(self) -> None:
        """Takes part no more, at once; the program is not told. Closing it again does nothing.

        A phase that is under way is cancelled with asyncio. A thread cannot be: its ``changed`` is set, and this waits
        until the phase has ended, unless it is called by a method of the program.
        """
        self._over = True
        self._turns.close()
        self._leave()
        await io.stop_all(self._workers)

    async def __aenter__(self) -> Participation:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _leave(self, error: BaseException | None = None) -> None:
        """Takes part at no agent any more. The program is told to prepare then, if it took part and this is not closed."""
        self._error = self._error or error
        self._leaving = True
        self._signal.notify()
        self._stopping.set()

    def _failed(self, notice: Failed) -> None:
        try:
            self._program.notice(notice)
        except io.Raised as error:
            self._leave(error)

    async def _work(self) -> None:
        """Has the program do what it is told."""
        try:
            await self._turns.run()
        finally:
            # However that came: nobody would do what agents tell.
            self._over = True
            self._leave()

    async def _listen(self) -> None:
        """Hands on what it is told, by one agent after the other."""
        try:
            await self._take_part()
        except io.Raised as error:
            # The connections of a client that is being closed fail in their own ways.
            if not self._pool.closed:
                self._error = self._error or error
        finally:
            self._stop_using()
            self._turns.end()

    async def _take_part(self) -> None:
        """Takes part until that is of no use."""
        rotation = Rotation(len(self._pool.stubs), self._pool.preferred)
        while True:
            step = rotation.step()
            await self._pause(step.pause)
            if self._leaving or self._pool.closed:
                return
            begun = time.monotonic()
            tried, refused = await self._take_part_at(step.index)
            if self._leaving or self._pool.closed:
                return
            self._program.notice(Away(tried))
            if self._stop_using() and time.monotonic() - begun >= GOOD_AFTER:
                rotation.reset()
            if refused:
                raise refused

    async def _take_part_at(self, index: int) -> tuple[Tried, Refused | None]:
        """Takes part at one agent until that fails; returns how, and what every agent would say."""
        stubs = self._pool.stubs[index]
        idle = self._options.idle_timeout
        first = min(idle, self._pool.options.call_timeout)
        talk: Talk = io.Talk(stubs.recovery.Participate, first, self._stopping)
        try:
            talk.say(introduction(self._options))
            while (told := await talk.read()) is not None:
                talk.idle = idle
                if not self._joined:
                    self._joined = True
                    self._pool.preferred = index
                    self._program.notice(Joined(stubs.endpoint))
                self._hand_on(told, talk)
        except io.Silence:
            return Tried(stubs.endpoint, "silent", silent=True), None
        except grpc.RpcError as error:
            failure = Failure(stubs.endpoint, error)
            return failure.tried(), failure.refused() if failure.is_final else None
        finally:
            await talk.close()
        return Tried(stubs.endpoint, "the stream was ended"), None

    def _hand_on(self, told: v1.ParticipateResponse, talk: Talk) -> None:
        kind = told.WhichOneof("message")
        if kind == "order":
            # A phase of a later version cannot be done, so it is not acknowledged.
            if phase_name(told.order.phase):
                self._turns.tell(Order(told.order.phase, told.order.epoch, talk))
        elif kind == "isolated":
            phase = told.isolated.phase
            self._program.notice(Isolated(phase_name(phase) or str(phase)))

    def _stop_using(self) -> bool:
        """Has the program stop if it took part; returns whether it did."""
        joined, self._joined = self._joined, False
        if joined:
            self._turns.tell(Order(v1.PHASE_PREPARE, None, None))
        return joined

    async def _pause(self, timeout: float) -> None:
        version = self._signal.version
        if timeout and not self._leaving:
            await self._signal.wait(version, timeout)
