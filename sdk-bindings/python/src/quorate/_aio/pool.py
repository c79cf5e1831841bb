"""The endpoints of a client, and the calls that go over all of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import grpc

from quorate._aio import io
from quorate._core.failure import Failure
from quorate._core.plan import Plan
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
    from quorate.v1.admin_pb2_grpc import AdminServiceAsyncStub
    from quorate.v1.barrier_pb2_grpc import BarrierServiceAsyncStub
    from quorate.v1.election_pb2_grpc import ElectionServiceAsyncStub
    from quorate.v1.event_pb2_grpc import EventServiceAsyncStub
    from quorate.v1.lock_pb2_grpc import LockServiceAsyncStub
    from quorate.v1.membership_pb2_grpc import MembershipServiceAsyncStub
    from quorate.v1.name_pb2_grpc import NameServiceAsyncStub
    from quorate.v1.quorum_pb2_grpc import QuorumServiceAsyncStub
    from quorate.v1.recovery_pb2_grpc import RecoveryServiceAsyncStub
    from quorate.v1.session_pb2_grpc import SessionServiceAsyncStub

T = TypeVar("T")


class Stubs:
    """The generated stubs of one endpoint, for :meth:`Client.call`."""

    def __init__(self, endpoint: str, channel: io.Channel) -> None:
        self.endpoint = endpoint
        self.channel = channel
        self.admin: AdminServiceAsyncStub = admin.AdminServiceStub(channel)
        self.barriers: BarrierServiceAsyncStub = barrier.BarrierServiceStub(channel)
        self.elections: ElectionServiceAsyncStub = election.ElectionServiceStub(channel)
        self.events: EventServiceAsyncStub = event.EventServiceStub(channel)
        self.locks: LockServiceAsyncStub = lock.LockServiceStub(channel)
        self.membership: MembershipServiceAsyncStub = membership.MembershipServiceStub(channel)
        self.names: NameServiceAsyncStub = name.NameServiceStub(channel)
        self.quorum: QuorumServiceAsyncStub = quorum.QuorumServiceStub(channel)
        self.recovery: RecoveryServiceAsyncStub = recovery.RecoveryServiceStub(channel)
        self.sessions: SessionServiceAsyncStub = session.SessionServiceStub(channel)


class Pool:
    """The endpoints in the order in which they are tried."""

    def __init__(self, options: ClientOptions) -> None:
        self.options = options
        self.preferred = 0
        """The endpoint that answered last."""
        self.closed = False
        """Whether no call can be made any more."""
        self.stubs = [Stubs(endpoint, io.open_channel(endpoint, options)) for endpoint in options.endpoints]

    async def call(
        self,
        invoke: Callable[[Stubs, float | None], Awaitable[T]],
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
                await io.sleep(attempt.pause)
            stubs = self.stubs[attempt.index]
            try:
                answer = await invoke(stubs, attempt.timeout)
            except grpc.RpcError as error:
                plan.failed(Failure(stubs.endpoint, error))
            else:
                self.preferred = attempt.index
                return answer

    async def ask(self, invoke: Callable[[Stubs, float | None], Awaitable[T]]) -> T:
        """A call that is safe to repeat and does not wait for others."""
        return await self.call(invoke, limit=self.options.call_timeout)

    async def wait(self, invoke: Callable[[Stubs, float | None], Awaitable[T]], timeout: float | None) -> T:
        """A call that is safe to repeat and waits for what others do."""
        return await self.call(invoke, limit=timeout, share=False)

    async def close(self) -> None:
        """Ends all connections, and every call that is under way."""
        self.closed = True
        for stubs in self.stubs:
            await stubs.channel.close()
