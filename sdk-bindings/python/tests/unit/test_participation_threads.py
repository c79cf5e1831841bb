"""What only threads do with programs that take part."""

from __future__ import annotations

import sys
import threading

import pytest
from grpc import StatusCode

from quorate import errors
from quorate.notices import Failed, Notice
from quorate.v1 import PHASE_RECOVER

from ..cluster.sync_tools import ahead, beside, run
from .agent import Agent, order
from .test_participation_sync import Program, taking_part


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


@pytest.mark.parametrize(
    "scenario",
    [
        who_exits_in_a_phase_has_failed,
        who_exits_in_a_notice_ends_it,
    ],
    ids=lambda s: s.__name__,
)
def test_threads(scenario) -> None:  # type: ignore[no-untyped-def]
    run(scenario, [])
