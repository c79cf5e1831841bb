"""An agent that says to programs that take part what a script says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import grpc

from quorate import v1

HEAR = "hear"
"""Waits for what the program says."""
HANG = "hang"
"""Says nothing any more."""

Step: TypeAlias = v1.ParticipateResponse | threading.Event | grpc.StatusCode | str


def order(epoch: int, phase: v1.Phase.ValueType) -> v1.ParticipateResponse:
    """Has the program do this."""
    return v1.ParticipateResponse(order=v1.PhaseOrder(epoch=epoch, phase=phase))


def isolated(phase: v1.Phase.ValueType) -> v1.ParticipateResponse:
    """It was late."""
    return v1.ParticipateResponse(isolated=v1.Isolated(phase=phase))


class Agent:
    """Each stream goes by the script; then it ends."""

    def __init__(self, *script: Step) -> None:
        self.heard: list[str] = []
        """What programs have said."""
        self.script = list(script)
        self.over = threading.Event()
        """A stream has ended."""
        self._server = grpc.server(ThreadPoolExecutor())
        method = grpc.stream_stream_rpc_method_handler(
            self._participate, v1.ParticipateRequest.FromString, v1.ParticipateResponse.SerializeToString
        )
        service = grpc.method_handlers_generic_handler("quorate.v1.RecoveryService", {"Participate": method})
        self._server.add_generic_rpc_handlers((service,))
        self.endpoint = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def _participate(self, said: Any, context: Any) -> Iterator[v1.ParticipateResponse]:
        context.add_callback(self.over.set)
        self._hear(next(said))
        for step in self.script:
            match step:
                case v1.ParticipateResponse():
                    yield step
                case threading.Event():
                    step.wait(60)
                case grpc.StatusCode():
                    context.abort(step, "as the script says")
                case "hear":
                    self._hear(next(said))
                case _:
                    self.over.wait(60)

    def _hear(self, said: v1.ParticipateRequest) -> None:
        if said.HasField("participant"):
            self.heard.append(f"is {said.participant.name}")
        else:
            self.heard.append(f"done {said.done.epoch} {v1.Phase.Name(said.done.phase)}")

    def __enter__(self) -> Agent:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.stop(0).wait()
