"""What only asyncio does with programs that take part: it cancels, and has tasks."""

from __future__ import annotations

import asyncio
import threading

import pytest
from grpc import StatusCode

from quorate import errors
from quorate.v1 import PHASE_PREPARE, PHASE_RECOVER

from ..cluster.aio_tools import run, sleep
from .agent import HANG, HEAR, Agent, order
from .test_participation_aio import Program, taking_part


class Mounted(Program):
    """What it recovers it undoes when it is cancelled, which takes until it is let."""

    def __init__(self) -> None:
        super().__init__("prepare")
        self.unmounting = asyncio.Event()
        self.may = asyncio.Event()

    async def recover(self, epoch: int, changed: threading.Event) -> None:
        try:
            await super().recover(epoch, changed)
        finally:
            self.unmounting.set()
            await self.may.wait()
            self.told.append("unmounted")


async def settle() -> None:
    """Lets everything else run that can."""
    for _ in range(20):
        await sleep(0)


async def the_agent_goes_while_a_phase_cleans_up(_: list[str]) -> None:
    go, end, program = threading.Event(), threading.Event(), Mounted()
    agent = Agent(order(7, PHASE_RECOVER), go, order(8, PHASE_PREPARE), end, StatusCode.INVALID_ARGUMENT)
    async with taking_part(program, agent) as (_client, part):
        await program.was_told("joined", "recover 7")
        go.set()
        await program.unmounting.wait()
        end.set()
        while "away" not in program.told:
            await sleep(0.01)
        await settle()
        program.may.set()
        with pytest.raises(errors.Refused):
            await part.wait()
        assert program.told[-4:] == ["away", "unmounted", "prepare None", "prepared"]


async def a_phase_cleans_up_however_often_it_is_closed(_: list[str]) -> None:
    program = Mounted()
    async with taking_part(program, Agent(order(7, PHASE_RECOVER), HANG)) as (_client, part):
        await program.was_told("joined", "recover 7")
        closing = [asyncio.create_task(part.close())]
        await program.unmounting.wait()
        workers = [task for task in asyncio.all_tasks() if task.get_name() == "quorate participant store"]
        while not all(task.cancelling() for task in workers):
            await sleep(0.01)
        await settle()
        closing.append(asyncio.create_task(part.close()))
        await settle()
        assert not any(task.done() for task in closing), "it waits for the phase"
        program.may.set()
        await asyncio.gather(*closing)
        assert program.told == ["joined", "recover 7", "unmounted"]


async def nothing_is_left_of_a_stream_that_the_agent_ended(_: list[str]) -> None:
    end, program = threading.Event(), Program("prepare")
    first, second = Agent(order(7, PHASE_PREPARE), HEAR, end), Agent(order(8, PHASE_PREPARE), HEAR, HANG)
    async with taking_part(program, first, second):
        while len(first.heard) < 2:
            await sleep(0.01)
        await settle()
        tasks = len(asyncio.all_tasks())
        end.set()
        while len(second.heard) < 2:
            await sleep(0.01)
        await settle()
        assert len(asyncio.all_tasks()) <= tasks


@pytest.mark.parametrize(
    "scenario",
    [
        the_agent_goes_while_a_phase_cleans_up,
        a_phase_cleans_up_however_often_it_is_closed,
        nothing_is_left_of_a_stream_that_the_agent_ended,
    ],
    ids=lambda s: s.__name__,
)
def test_tasks(scenario) -> None:  # type: ignore[no-untyped-def]
    run(scenario, [])
