# Made from tests/unit/test_participation_aio.py by tools/make_sync.py. Do not edit.
"""Programs that take part, with agents that go by a script. `test_participation_sync.py` is made from it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest
from grpc import StatusCode

from quorate import Client, Participant, ParticipantOptions, Participation, errors, v1
from quorate.notices import Failed, Isolated, Notice
from quorate.v1 import PHASE_PREPARE, PHASE_RECOVER, PHASE_RESUME

from ..cluster.sync_tools import run, sleep
from .agent import HANG, HEAR, Agent, isolated, order

STORE = ParticipantOptions("store", idle_timeout=0.5)


class Program(Participant):
    """Writes down what it is told; each phase waits until it is let."""

    def __init__(self, *let: str) -> None:
        self.told: list[str] = []
        self.let = set(let)

    def prepare(self, epoch: int | None) -> None:
        self.told.append(f"prepare {epoch}")
        while "prepare" not in self.let:
            sleep(0.01)
        self.told.append("prepared")

    def recover(self, epoch: int, changed: threading.Event) -> None:
        self.told.append(f"recover {epoch}")
        while "recover" not in self.let and not changed.is_set():
            sleep(0.01)

    def resume(self, epoch: int, _: threading.Event) -> None:
        self.told.append(f"resume {epoch}")
        raise OSError("no disk")

    def notice(self, notice: Notice) -> None:
        self.told.append(str(notice) if isinstance(notice, Failed | Isolated) else type(notice).__name__.lower())

    def was_told(self, *told: str) -> None:
        while self.told[-len(told) :] != list(told):
            sleep(0.01)


@contextlib.contextmanager
def taking_part(program: Program, *agents: Agent) -> Iterator[tuple[Client, Participation]]:
    """A program that takes part at these agents, of which nothing is left in the end."""
    with contextlib.ExitStack() as running:
        for agent in agents:
            running.enter_context(agent)
        with Client([agent.endpoint for agent in agents]) as client, client.participate(STORE, program) as part:
            yield client, part
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith("quorate ")]
    assert left == [], "no thread is left"


def each_phase_is_acknowledged_when_it_is_done(_: list[str]) -> None:
    late, go, program = threading.Event(), threading.Event(), Program("prepare")
    agent = Agent(order(8, PHASE_PREPARE), HEAR, order(8, PHASE_RECOVER), late, isolated(PHASE_RECOVER), HEAR, go)
    unknown = order(8, 9)  # type: ignore[arg-type]
    agent.script += [v1.ParticipateResponse(), unknown, order(8, PHASE_RESUME), HEAR]
    with taking_part(program, agent):
        program.was_told("recover 8")
        late.set()
        program.was_told("was late: recover")
        assert agent.heard == ["is store", "done 8 PHASE_PREPARE"]
        program.let.add("recover")
        while len(agent.heard) < 3:
            sleep(0.01)
        assert agent.heard[2] == "done 8 PHASE_RECOVER"
        go.set()
        program.was_told("resume 8", "failed to resume: no disk")
    assert len(agent.heard) == 3, "an error is no acknowledgement, and nobody can do what is not known"


def what_is_out_of_date_is_dropped(_: list[str]) -> None:
    go, program = threading.Event(), Program("prepare")
    agent = Agent(order(7, PHASE_RECOVER), go, order(8, PHASE_PREPARE), HEAR, HANG)
    with taking_part(program, agent):
        program.was_told("joined", "recover 7")
        go.set()
        program.was_told("prepare 8", "prepared")
        while len(agent.heard) < 2:
            sleep(0.01)
    assert agent.heard == ["is store", "done 8 PHASE_PREPARE"]


def preparing_is_not_cut_short_and_the_next_agent_is_taken(_: list[str]) -> None:
    go, program = threading.Event(), Program()
    first = Agent(order(7, PHASE_PREPARE), go, StatusCode.UNAVAILABLE)
    second = Agent(order(9, PHASE_PREPARE), HEAR, HANG)
    with taking_part(program, first, second):
        program.was_told("joined", "prepare 7")
        go.set()
        program.was_told("away", "joined")
        program.let.add("prepare")
        program.was_told("prepared", "prepare 9", "prepared")
        while len(second.heard) < 2:
            sleep(0.01)
    assert second.heard == ["is store", "done 9 PHASE_PREPARE"]


def a_silent_agent_is_gone(_: list[str]) -> None:
    program = Program("prepare", "recover")
    with taking_part(program, Agent(order(8, PHASE_RECOVER), HEAR, HANG)):
        program.was_told("away", "prepare None", "prepared")


def a_refusal_that_every_agent_would_repeat_ends_it(_: list[str]) -> None:
    program = Program("prepare")
    agent = Agent(order(8, PHASE_PREPARE), HEAR, StatusCode.INVALID_ARGUMENT)
    with taking_part(program, agent) as (_client, part):
        with pytest.raises(errors.Refused):
            part.wait()
        assert program.told == ["joined", "prepare 8", "prepared", "away", "prepare None", "prepared"]


def a_client_that_is_closed_ends_it(_: list[str]) -> None:
    program = Program("prepare")
    with taking_part(program, Agent(order(8, PHASE_PREPARE), HEAR, HANG)) as (client, part):
        program.was_told("joined", "prepare 8", "prepared")
        client.close()
        part.wait()
        assert program.told[-2:] == ["prepare None", "prepared"]


def closing_it_cuts_short_what_is_under_way(_: list[str]) -> None:
    program = Program()
    with taking_part(program, Agent(order(8, PHASE_RECOVER), HANG)) as (_client, part):
        program.was_told("joined", "recover 8")
        part.close()
        part.wait()
        assert program.told == ["joined", "recover 8"]


def an_error_of_a_notice_ends_it(_: list[str]) -> None:
    program = Program("prepare")
    program.notice = lambda _: 1 // 0  # type: ignore[method-assign, assignment]
    with taking_part(program, Agent(order(8, PHASE_PREPARE), HEAR, HANG)) as (_client, part):
        with pytest.raises(ZeroDivisionError):
            part.wait()
        assert program.told == ["prepare None", "prepared"]


def an_error_of_a_notice_of_a_failure_ends_it(_: list[str]) -> None:
    program = Program("prepare")
    program.notice = lambda notice: isinstance(notice, Failed) and 1 // 0  # type: ignore[method-assign, assignment]
    agent = Agent(order(8, PHASE_RESUME), HANG)
    with taking_part(program, agent) as (_client, part):
        with pytest.raises(ZeroDivisionError):
            part.wait()
        assert program.told == ["resume 8", "prepare None", "prepared"]
        while not agent.over.is_set():
            sleep(0.01)


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
def test_sync(scenario) -> None:  # type: ignore[no-untyped-def]
    run(scenario, [])
