# Made from src/quorate/_aio/pool.py by tools/make_sync.py. Do not edit.
"""The endpoints of a client, and the calls that go over all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import grpc

from quorate._core.failure import Failure
from quorate._core.plan import Plan
from quorate._sync import io
from quorate.options import ClientOptions
from quorate.v1 import admin_pb2_grpc as admin
from quorate.v1 import barrier_pb2_grpc as barrier
from quorate.v1 import election_pb2_grpc as election
from quorate.v1 import event_pb2_grpc as event
from quorate.v1 import lock_pb2_grpc as lock
from quorate.v1 import membership_pb2_grpc as membership
from quorate.v1 import name_pb2_grpc as name
from quorate.v1 import quorum_pb2_grpc as quorum
from quorate.v1 import recovery_pb2_grpc as recovery
from quorate.v1 import session_pb2_grpc as session

if TYPE_CHECKING:
    from quorate.v1.admin_pb2_grpc import AdminServiceStub
    from quorate.v1.barrier_pb2_grpc import BarrierServiceStub
    from quorate.v1.election_pb2_grpc import ElectionServiceStub
    from quorate.v1.event_pb2_grpc import EventServiceStub
    from quorate.v1.lock_pb2_grpc import LockServiceStub
    from quorate.v1.membership_pb2_grpc import MembershipServiceStub
    from quorate.v1.name_pb2_grpc import NameServiceStub
    from quorate.v1.quorum_pb2_grpc import QuorumServiceStub
    from quorate.v1.recovery_pb2_grpc import RecoveryServiceStub
    from quorate.v1.session_pb2_grpc import SessionServiceStub

T = TypeVar("T")


class Stubs:
    """The generated stubs of one endpoint, for :meth:`Client.call`."""

    def __init__(self, endpoint: str, channel: io.Channel) -> None:
        self.endpoint = endpoint
        self.channel = channel
        self.admin: AdminServiceStub = admin.AdminServiceStub(channel)
        self.barriers: BarrierServiceStub = barrier.BarrierServiceStub(channel)
        self.elections: ElectionServiceStub = election.ElectionServiceStub(channel)
        self.events: EventServiceStub = event.EventServiceStub(channel)
        self.locks: LockServiceStub = lock.LockServiceStub(channel)
        self.membership: MembershipServiceStub = membership.MembershipServiceStub(channel)
        self.names: NameServiceStub = name.NameServiceStub(channel)
        self.quorum: QuorumServiceStub = quorum.QuorumServiceStub(channel)
        self.recovery: RecoveryServiceStub = recovery.RecoveryServiceStub(channel)
        self.sessions: SessionServiceStub = session.SessionServiceStub(channel)


class Pool:
    """The endpoints in the order in which they are tried."""

    def __init__(self, options: ClientOptions) -> None:
        self.options = options
        self.preferred = 0
        """The endpoint that answered last."""
        self.closed = False
        """Whether no call can be made any more."""
        self.stubs = [Stubs(endpoint, io.open_channel(endpoint, options)) for endpoint in options.endpoints]

    def call(
        self,
        invoke: Callable[[Stubs, float | None], T],
        *,
        limit: float | None,
        share: bool = True,
        repeat: bool = True,
    ) -> T:
        """Makes a call, at one endpoint after the other until one answers or the time is up."""
        plan = Plan(self.options, self.preferred, limit=limit, share=share, repeat=repeat)
        while True:
            attempt = plan.step()
            if attempt.pause:
                io.sleep(attempt.pause)
            stubs = self.stubs[attempt.index]
            try:
                answer = invoke(stubs, attempt.timeout)
            except grpc.RpcError as error:
                plan.failed(Failure(stubs.endpoint, error))
            else:
                self.preferred = attempt.index
                return answer

    def ask(self, invoke: Callable[[Stubs, float | None], T]) -> T:
        """A call that is safe to repeat and does not wait for others."""
        return self.call(invoke, limit=self.options.call_timeout)

    def wait(self, invoke: Callable[[Stubs, float | None], T], timeout: float | None) -> T:
        """A call that is safe to repeat and waits for what others do."""
        return self.call(invoke, limit=timeout, share=False)

    def close(self) -> None:
        """Ends all connections, and every call that is under way."""
        self.closed = True
        for stubs in self.stubs:
            stubs.channel.close()
