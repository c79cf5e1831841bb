"""What only threads do with programs that take part."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Future

import pytest
from grpc import StatusCode

from quorate import Client, Participation, errors
from quorate.notices import Failed, Isolated, Notice
from quorate.v1 import PHASE_RECOVER

from ..cluster.sync_tools import LIMIT, ahead, beside, run
from .agent import HANG, Agent, isolated, order
from .test_participation_sync import STORE, Program, taking_part


class Exits(Program):
    """Ends the thread that calls it."""

    def __init__(self) -> None:
        super().__init__("prepare")
        self.failed = threading.Event()

    def recover(self, *_: object) -> None:
        sys.exit("enough")

    def notice(self, notice: Notice) -> None:
        super().notice(notice)
        if isinstance(notice, Failed):
            self.failed.set()


class Closes(Program):
    """Closes it from a phase and from a notice, at once."""

    def __init__(self) -> None:
        super().__init__()
        self.part: Future[Participation] = Future()
        self.both = threading.Barrier(2)
        self.closed = threading.Semaphore(0)

    def recover(self, *_: object) -> None:
        self.close()

    def notice(self, notice: Notice) -> None:
        if isinstance(notice, Isolated):
            self.close()

    def close(self) -> None:
        part = self.part.result(LIMIT)
        self.both.wait(LIMIT)
        part.close()
        self.closed.release()


def who_exits_in_a_phase_has_failed(_: list[str]) -> None:
    program = Exits()
    agent = Agent(order(8, PHASE_RECOVER), program.failed, StatusCode.INVALID_ARGUMENT)
    with taking_part(program, agent) as (_client, part):
        with pytest.raises(errors.Refused):
            ahead(beside(part.wait))
        assert program.told == ["joined", "failed to recover: enough", "away", "prepare None", "prepared"]


def who_exits_in_a_notice_ends_it(_: list[str]) -> None:
    program = Program("prepare")
    program.notice = lambda _: sys.exit("enough")  # type: ignore[method-assign, assignment]
    with taking_part(program, Agent(order(8, PHASE_RECOVER))) as (_client, part):
        with pytest.raises(SystemExit):
            ahead(beside(part.wait))
        assert program.told == ["prepare None", "prepared"]


def methods_may_close_it_at_once(_: list[str]) -> None:
    program = Closes()
    # Not in `taking_part`, which would wait for what waits for ever.
    with Agent(order(8, PHASE_RECOVER), isolated(PHASE_RECOVER), HANG) as agent, Client([agent.endpoint]) as client:
        part = client.participate(STORE, program)
        program.part.set_result(part)
        assert [program.closed.acquire(timeout=LIMIT / 4) for _ in range(2)] == [True, True]
        part.close()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("quorate ")] == []


@pytest.mark.parametrize(
    "scenario",
    [
        who_exits_in_a_phase_has_failed,
        who_exits_in_a_notice_ends_it,
        methods_may_close_it_at_once,
    ],
    ids=lambda s: s.__name__,
)
def test_threads(scenario) -> None:  # type: ignore[no-untyped-def]
    run(scenario, [])
