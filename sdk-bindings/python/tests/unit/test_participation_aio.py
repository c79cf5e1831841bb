"""Programs that take part, with agents that go by a script. `test_participation_sync.py` is made from it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator

import pytest
from grpc import StatusCode

from quorate import ParticipantOptions, errors, v1
from quorate.aio import Client, Participant, Participation
from quorate.notices import Failed, Isolated, Notice
from quorate.v1 import PHASE_PREPARE, PHASE_RECOVER, PHASE_RESUME

from ..cluster.aio_tools import run, sleep
from .agent import HANG, HEAR, Agent, isolated, order

STORE = ParticipantOptions("store", idle_timeout=0.5)


class Program(Participant):
    """Writes down what it is told; each phase waits until it is let."""

    def __init__(self, *let: str) -> None:
        self.told: list[str] = []
        self.let = set(let)

    async def prepare(self, epoch: int | None) -> None:
        self.told.append(f"prepare {epoch}")
        while "prepare" not in self.let:
            await sleep(0.01)
        self.told.append("prepared")

    async def recover(self, epoch: int, changed: threading.Event) -> None:
        self.told.append(f"recover {epoch}")
        while "recover" not in self.let and not changed.is_set():
            await sleep(0.01)

    async def resume(self, epoch: int, _: threading.Event) -> None:
        self.told.append(f"resume {epoch}")
        raise OSError("no disk")

    def notice(self, notice: Notice) -> None:
        self.told.append(str(notice) if isinstance(notice, Failed | Isolated) else type(notice).__name__.lower())

    async def was_told(self, *told: str) -> None:
        while self.told[-len(told) :] != list(told):
            await sleep(0.01)


@contextlib.asynccontextmanager
async def taking_part(program: Program, *agents: Agent) -> AsyncIterator[tuple[Client, Participation]]:
    """A program that takes part at these agents, of which nothing is left in the end."""
    with contextlib.ExitStack() as running:
        for agent in agents:
            running.enter_context(agent)
        async with Client([agent.endpoint for agent in agents]) as client, client.participate(STORE, program) as part:
            yield client, part
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith("quorate ")]
    assert left == [], "no thread is left"


async def each_phase_is_acknowledged_when_it_is_done(_: list[str]) -> None:
    late, go, program = threading.Event(), threading.Event(), Program("prepare")
    agent = Agent(order(8, PHASE_PREPARE), HEAR, order(8, PHASE_RECOVER), late, isolated(PHASE_RECOVER), HEAR, go)
    unknown = order(8, 9)  # type: ignore[arg-type]
    agent.script += [v1.ParticipateResponse(), unknown, order(8, PHASE_RESUME), HEAR]
    async with taking_part(program, agent):
        await program.was_told("recover 8")
        late.set()
        await program.was_told("was late: recover")
        assert agent.heard == ["is store", "done 8 PHASE_PREPARE"]
        program.let.add("recover")
        while len(agent.heard) < 3:
            await sleep(0.01)
        assert agent.heard[2] == "done 8 PHASE_RECOVER"
        go.set()
        await program.was_told("resume 8", "failed to resume: no disk")
    assert len(agent.heard) == 3, "an error is no acknowledgement, and nobody can do what is not known"


async def what_is_out_of_date_is_dropped(_: list[str]) -> None:
    go, program = threading.Event(), Program("prepare")
    agent = Agent(order(7, PHASE_RECOVER), go, order(8, PHASE_PREPARE), HEAR, HANG)
    async with taking_part(program, agent):
        await program.was_told("joined", "recover 7")
        go.set()
        await program.was_told("prepare 8", "prepared")
        while len(agent.heard) < 2:
            await sleep(0.01)
    assert agent.heard == ["is store", "done 8 PHASE_PREPARE"]


async def preparing_is_not_cut_short_and_the_next_agent_is_taken(_: list[str]) -> None:
    go, program = threading.Event(), Program()
    first = Agent(order(7, PHASE_PREPARE), go, StatusCode.UNAVAILABLE)
    second = Agent(order(9, PHASE_PREPARE), HEAR, HANG)
    async with taking_part(program, first, second):
        await program.was_told("joined", "prepare 7")
        go.set()
        await program.was_told("away", "joined")
        program.let.add("prepare")
        await program.was_told("prepared", "prepare 9", "prepared")
        while len(second.heard) < 2:
            await sleep(0.01)
    assert second.heard == ["is store", "done 9 PHASE_PREPARE"]


async def a_silent_agent_is_gone(_: list[str]) -> None:
    program = Program("prepare", "recover")
    async with taking_part(program, Agent(order(8, PHASE_RECOVER), HEAR, HANG)):
        await program.was_told("away", "prepare None", "prepared")


async def a_refusal_that_every_agent_would_repeat_ends_it(_: list[str]) -> None:
    program = Program("prepare")
    agent = Agent(order(8, PHASE_PREPARE), HEAR, StatusCode.INVALID_ARGUMENT)
    async with taking_part(program, agent) as (_client, part):
        with pytest.raises(errors.Refused):
            await part.wait()
        assert program.told == ["joined", "prepare 8", "prepared", "away", "prepare None", "prepared"]


async def a_client_that_is_closed_ends_it(_: list[str]) -> None:
    program = Program("prepare")
    async with taking_part(program, Agent(order(8, PHASE_PREPARE), HEAR, HANG)) as (client, part):
        await program.was_told("joined", "prepare 8", "prepared")
        await client.close()
        await part.wait()
        assert program.told[-2:] == ["prepare None", "prepared"]


async def closing_it_cuts_short_what_is_under_way(_: list[str]) -> None:
    program = Program()
    async with taking_part(program, Agent(order(8, PHASE_RECOVER), HANG)) as (_client, part):
        await program.was_told("joined", "recover 8")
        await part.close()
        await part.wait()
        assert program.told == ["joined", "recover 8"]


async def an_error_of_a_notice_ends_it(_: list[str]) -> None:
    program = Program("prepare")
    program.notice = lambda _: 1 // 0  # type: ignore[method-assign, assignment]
    async with taking_part(program, Agent(order(8, PHASE_PREPARE), HEAR, HANG)) as (_client, part):
        with pytest.raises(ZeroDivisionError):
            await part.wait()
        assert program.told == ["prepare None", "prepared"]


async def an_error_of_a_notice_of_a_failure_ends_it(_: list[str]) -> None:
    program = Program("prepare")
    program.notice = lambda notice: isinstance(notice, Failed) and 1 // 0  # type: ignore[method-assign, assignment]
    agent = Agent(order(8, PHASE_RESUME), HANG)
    async with taking_part(program, agent) as (_client, part):
        with pytest.raises(ZeroDivisionError):
            await part.wait()
        assert program.told == ["resume 8", "prepare None", "prepared"]
        while not agent.over.is_set():
            await sleep(0.01)


@pytest.mark.parametrize(
    "scenario",
    [
        each_phase_is_acknowledged_when_it_is_done,
        what_is_out_of_date_is_dropped,
        preparing_is_not_cut_short_and_the_next_agent_is_taken,
        a_silent_agent_is_gone,
        a_refusal_that_every_agent_would_repeat_ends_it,
        a_client_that_is_closed_ends_it,
        closing_it_cuts_short_what_is_under_way,
        an_error_of_a_notice_ends_it,
        an_error_of_a_notice_of_a_failure_ends_it,
    ],
    ids=lambda s: s.__name__,
)
def test_aio(scenario) -> None:  # type: ignore[no-untyped-def]
    run(scenario, [])
