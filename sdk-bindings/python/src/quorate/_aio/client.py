"""The client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from quorate import v1
from quorate._aio import io
from quorate._aio.participation import Participant, Participation
from quorate._aio.pool import Pool, Stubs
from quorate._aio.session import Session
from quorate._aio.watch import Watch
from quorate._core.clock import now
from quorate._core.words import duration, request_id, seconds
from quorate.options import ClientOptions, ParticipantOptions

T = TypeVar("T")

_PAGE = 1000


class Client:
    """A client of one cluster, by any of its agents. Close it, or use it as a context manager.

    The endpoint that answered last is asked first. When it cannot be reached, does not answer in its share of the time, or
    says that it cannot serve, the next one is asked, round by round until the deadline or the last round
    (:class:`~quorate.ClientOptions`). Calls are repeated only where the schema says that this is safe.

    All calls can raise :class:`~quorate.errors.Unavailable` and :class:`~quorate.errors.DeadlineExceeded`; the refusals
    that a call can raise are listed with it.
    """

    def __init__(self, endpoints: Sequence[str] | ClientOptions) -> None:
        options = endpoints if isinstance(endpoints, ClientOptions) else ClientOptions(endpoints)
        self._pool = Pool(options)
        self.membership = Membership(self._pool)
        """Who belongs to the cluster."""
        self.quorum = Quorum(self._pool)
        """Whether this side of the cluster may act."""
        self.names = Names(self._pool)
        """What is bound to which path."""
        self.locks = Locks(self._pool)
        """Who holds a lock; :meth:`Session.lock` takes one."""
        self.elections = Elections(self._pool)
        """Who leads; :meth:`Session.election` stands for an office."""
        self.barriers = Barriers(self._pool)
        """How barriers stand; :meth:`Session.barrier` comes to one."""
        self.sessions = Sessions(self._pool)
        """The sessions of the cluster."""
        self.events = Events(self._pool)
        """What happens, in one order."""
        self.recovery = Recovery(self._pool)
        """How recovery stands; :meth:`participate` has a program take part."""

    @property
    def options(self) -> ClientOptions:
        """What the client was made with."""
        return self._pool.options

    async def agent(self) -> v1.GetAgentResponse:
        """The answering agent: version, identity, addresses, uptime, configuration in force."""
        request = v1.GetAgentRequest()
        return await self._pool.ask(lambda stubs, timeout: stubs.admin.GetAgent(request, timeout=timeout))

    async def open_session(self, *, ttl: float = 10.0, label: str = "", group: str = "", process_id: int = 0) -> Session:
        """Opens a session, and keeps it alive from then on. Repeated when needed: it is opened once.

        Args:
            ttl: How long it lives without a sign of life: 1 to 3,600 seconds. That is also how long others wait for what it
                holds when this program dies, and the longest pause that this program survives.
            label: What it is called, for people; 128 bytes at most.
            group: The group it belongs to, for barriers that wait for a group; 128 bytes at most.
            process_id: Has an agent of the same machine close it as soon as this process dies, as :func:`os.getpid` tells
                one's own.

        Raises:
            BadRequest: A value is out of range.
            LimitReached: There are too many sessions.
            NotServed: Nobody leads for now.
        """
        request = v1.OpenSessionRequest(
            ttl=duration(ttl), label=label, group=group, request_id=request_id(), process_id=process_id
        )
        sent = now()
        opened = await self._pool.ask(lambda stubs, timeout: stubs.sessions.OpenSession(request, timeout=timeout))
        span = seconds(opened.ttl)
        return Session(self._pool, opened.session, opened.session_id, span, sent + span)

    async def resume_session(self, token: str) -> Session:
        """Takes up a session that was opened elsewhere, or by this program before it was restarted; keeps it alive.

        Args:
            token: What :attr:`Session.token` was.

        Raises:
            SessionEnded: It is over.
            SessionUnknown: There never was such a session.
            SessionTokenWrong: That is not its token.
        """
        sent = now()
        kept = await self._pool.ask(lambda stubs, timeout: io.renew(stubs.sessions.KeepAlive, token, timeout))
        span = seconds(kept.ttl)
        return Session(self._pool, token, kept.session_id, span, sent + span)

    def participate(self, options: ParticipantOptions, program: Participant) -> Participation:
        """Has a program take part in recovery, through whatever agent answers, until it is closed. Does not wait.

        With each change of the cluster the program is told to :meth:`~Participant.prepare`, to
        :meth:`~Participant.recover` and to :meth:`~Participant.resume`; the cluster takes each step when all who take part
        have taken the one before. When the agent is gone, the program is told to prepare at once, and takes part again at
        the next agent. Until it was told to resume for the first time, it must not use what is shared.

        An agent that does not say that it goes - whose machine was cut off, say - is noticed after
        :attr:`~quorate.ParticipantOptions.idle_timeout` at the latest. Others may have gone on by then: have what is
        protected refuse lower epochs than it has seen, or look at :meth:`Quorum.get` before it is touched.

        Args:
            options: What the program is.
            program: The program, whose methods are called.
        """
        return Participation(self._pool, options, program)

    async def call(
        self,
        invoke: Callable[[Stubs, float | None], Awaitable[T]],
        *,
        timeout: float | None = None,
        repeat: bool = True,
    ) -> T:
        """Makes any call with this client's failover and deadline, for methods that have none here.

        Args:
            invoke: Makes the call with the stubs of an endpoint and the time it has, as in
                ``lambda stubs, timeout: stubs.admin.ListSettings(request, timeout=timeout)``.
            timeout: How long it may take in all. Default: the client's ``call_timeout``.
            repeat: Whether it may be carried out more than once.
        """
        limit = self._pool.options.call_timeout if timeout is None else timeout
        return await self._pool.call(invoke, limit=limit, repeat=repeat)

    async def close(self) -> None:
        """Ends all connections, and all calls and watches. Close sessions, and what takes part, before it."""
        await self._pool.close()

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class _Page(Protocol):
    @property
    def next_page_token(self) -> str: ...


P = TypeVar("P", bound=_Page)


class _Part:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def _pages(self, ask: Callable[[str], Awaitable[P]]) -> AsyncIterator[P]:
        """The pages of a listing, each asked for when it is needed."""
        token = ""
        while True:
            page = await ask(token)
            yield page
            token = page.next_page_token
            if not token:
                return


class Membership(_Part):
    """Who belongs to the cluster."""

    async def view(self) -> v1.GetViewResponse:
        """The last installed view and how far it has come. In ``VIEW_STATE_TRANSITION`` nobody may act on it."""
        request = v1.GetViewRequest()
        return await self._pool.ask(lambda stubs, timeout: stubs.membership.GetView(request, timeout=timeout))

    async def node(self, name: str = "") -> v1.Node:
        """What the answering node knows of one node; of itself without a name.

        Raises:
            NodeNotFound: It knows no node of that name.
        """
        request = v1.GetNodeRequest(node_name=name)
        answer = await self._pool.ask(lambda stubs, timeout: stubs.membership.GetNode(request, timeout=timeout))
        return answer.node

    async def nodes(self) -> AsyncIterator[v1.Node]:
        """All nodes that the answering node knows, members first; pages are fetched as they are needed."""

        def ask(token: str) -> Awaitable[v1.ListNodesResponse]:
            request = v1.ListNodesRequest(page_size=_PAGE, page_token=token)
            return self._pool.ask(lambda stubs, timeout: stubs.membership.ListNodes(request, timeout=timeout))

        async for page in self._pages(ask):
            for node in page.nodes:
                yield node

    def watch(
        self, *, cursor: str = "", figures_interval: float | None = None, give_up_after: float | None = None
    ) -> Watch[v1.WatchMembershipResponse]:
        """Watches views, transitions, nodes and links.

        Args:
            cursor: Resumes after this cursor, which any agent of the cluster gave out.
            figures_interval: Has the figures of all nodes and links sent again so often: 0.1 to 3,600 seconds.
            give_up_after: Ends with :class:`~quorate.errors.Unavailable` when cut off for so many seconds.
        """
        interval = duration(figures_interval)

        def start(stubs: Stubs, after: str) -> object:
            return stubs.membership.WatchMembership(v1.WatchMembershipRequest(cursor=after, figures_interval=interval))

        return Watch(self._pool, start, cursor=cursor, give_up_after=give_up_after)


class Quorum(_Part):
    """Whether this side of the cluster may act, and under which fencing epoch."""

    async def get(self) -> v1.GetQuorumResponse:
        """Whether the answering node has quorum at this moment, and for how long surely. Having none is an answer."""
        request = v1.GetQuorumRequest()
        return await self._pool.ask(lambda stubs, timeout: stubs.quorum.GetQuorum(request, timeout=timeout))

    async def voters(self) -> v1.ListVotersResponse:
        """Who votes, and how voters are chosen, as far as the answering node knows."""
        request = v1.ListVotersRequest()
        return await self._pool.ask(lambda stubs, timeout: stubs.quorum.ListVoters(request, timeout=timeout))

    async def explain(self, request: v1.ExplainQuorumRequest) -> v1.ExplainQuorumResponse:
        """What would happen to quorum if these nodes failed, and those left. Changes nothing."""
        return await self._pool.ask(lambda stubs, timeout: stubs.quorum.ExplainQuorum(request, timeout=timeout))

    def watch(self, *, give_up_after: float | None = None) -> Watch[v1.WatchQuorumResponse]:
        """Watches whether the answering node has quorum: as it is now, then each time that it changes."""

        def start(stubs: Stubs, _: str) -> object:
            return stubs.quorum.WatchQuorum(v1.WatchQuorumRequest())

        return Watch(self._pool, start, give_up_after=give_up_after)


class Names(_Part):
    """What is bound to which path; :meth:`Session.bind` binds."""

    async def get(self, path: str, *, latest: bool = True) -> Sequence[v1.Binding]:
        """The bindings of one path: none when it is free, several when it is shared.

        Args:
            path: The name.
            latest: At least as new as all that was answered before, by any agent; otherwise as the answering agent has it,
                which may be a little behind, and is answered without quorum, too.
        """
        request = v1.GetNameRequest(path=path, consistency=_consistency(latest))
        answer = await self._pool.ask(lambda stubs, timeout: stubs.names.GetName(request, timeout=timeout))
        return answer.bindings

    async def list(self, prefix: str = "", *, latest: bool = False) -> AsyncIterator[v1.Binding]:
        """The bindings of all paths that begin with a text, in their order; pages are fetched as they are needed.

        Each page is as things are when it is asked for; for one moment's state and what follows use :meth:`watch`.
        """

        def ask(token: str) -> Awaitable[v1.ListNamesResponse]:
            request = v1.ListNamesRequest(
                prefix=prefix, consistency=_consistency(latest), page_size=_PAGE, page_token=token
            )
            return self._pool.ask(lambda stubs, timeout: stubs.names.ListNames(request, timeout=timeout))

        async for page in self._pages(ask):
            for binding in page.bindings:
                yield binding

    def watch(
        self, prefix: str = "", *, cursor: str = "", give_up_after: float | None = None
    ) -> Watch[v1.WatchNamesResponse]:
        """Watches the bindings of all paths that begin with a text, without gaps."""

        def start(stubs: Stubs, after: str) -> object:
            return stubs.names.WatchNames(v1.WatchNamesRequest(prefix=prefix, cursor=after))

        return Watch(self._pool, start, cursor=cursor, give_up_after=give_up_after)


class Locks(_Part):
    """Who holds a lock."""

    async def get(self, path: str, *, latest: bool = True) -> v1.GetLockResponse:
        """Who holds a lock and who queues for it."""
        request = v1.GetLockRequest(path=path, consistency=_consistency(latest))
        return await self._pool.ask(lambda stubs, timeout: stubs.locks.GetLock(request, timeout=timeout))


class Elections(_Part):
    """Who leads."""

    async def leader(self, path: str, *, latest: bool = True) -> v1.Binding | None:
        """Who leads; ``None`` when nobody does."""
        request = v1.GetLeaderRequest(path=path, consistency=_consistency(latest))
        answer = await self._pool.ask(lambda stubs, timeout: stubs.elections.GetLeader(request, timeout=timeout))
        return answer.leader if answer.HasField("leader") else None

    def observe(self, path: str, *, give_up_after: float | None = None) -> Watch[v1.ObserveLeaderResponse]:
        """Watches who leads: as it is now, then each time that it changes."""

        def start(stubs: Stubs, _: str) -> object:
            return stubs.elections.ObserveLeader(v1.ObserveLeaderRequest(path=path))

        return Watch(self._pool, start, give_up_after=give_up_after)


class Barriers(_Part):
    """How barriers stand."""

    async def get(self, path: str) -> v1.Barrier:
        """How a barrier stands, and who is missing.

        Raises:
            BarrierNotThere: Nobody has come to it.
        """
        request = v1.GetBarrierRequest(path=path)
        answer = await self._pool.ask(lambda stubs, timeout: stubs.barriers.GetBarrier(request, timeout=timeout))
        return answer.barrier

    async def list(self, prefix: str = "") -> AsyncIterator[v1.Barrier]:
        """The barriers whose paths begin with a text, in their order; pages are fetched as they are needed."""

        def ask(token: str) -> Awaitable[v1.ListBarriersResponse]:
            request = v1.ListBarriersRequest(prefix=prefix, page_size=_PAGE, page_token=token)
            return self._pool.ask(lambda stubs, timeout: stubs.barriers.ListBarriers(request, timeout=timeout))

        async for page in self._pages(ask):
            for barrier in page.barriers:
                yield barrier

    def watch(self, path: str, *, give_up_after: float | None = None) -> Watch[v1.WatchBarrierResponse]:
        """Watches how a barrier stands: as it is now, then each time that this changes."""

        def start(stubs: Stubs, _: str) -> object:
            return stubs.barriers.WatchBarrier(v1.WatchBarrierRequest(path=path))

        return Watch(self._pool, start, give_up_after=give_up_after)


class Sessions(_Part):
    """The sessions of the cluster."""

    async def get(self, session_id: str) -> v1.Session:
        """One session, as the answering agent knows it.

        Raises:
            SessionUnknown: There never was such a session.
            SessionEnded: It is over.
        """
        request = v1.GetSessionRequest(session_id=session_id)
        answer = await self._pool.ask(lambda stubs, timeout: stubs.sessions.GetSession(request, timeout=timeout))
        return answer.session

    async def list(self) -> AsyncIterator[v1.Session]:
        """The sessions, in the order in which they were opened; pages are fetched as they are needed."""

        def ask(token: str) -> Awaitable[v1.ListSessionsResponse]:
            request = v1.ListSessionsRequest(page_size=_PAGE, page_token=token)
            return self._pool.ask(lambda stubs, timeout: stubs.sessions.ListSessions(request, timeout=timeout))

        async for page in self._pages(ask):
            for session in page.sessions:
                yield session


class Events(_Part):
    """What happens in the cluster, in one order, without gaps."""

    def watch(
        self,
        *,
        kinds: Sequence[v1.EventKind.ValueType] = (),
        path_prefix: str = "",
        cursor: str = "",
        give_up_after: float | None = None,
    ) -> Watch[v1.WatchEventsResponse]:
        """Watches views, quorum, sessions, names and barriers.

        Args:
            kinds: Only these kinds; all without any.
            path_prefix: Of names and barriers, only those whose paths begin with this.
            cursor: Resumes after this cursor, which any agent of the cluster gave out.
            give_up_after: Ends with :class:`~quorate.errors.Unavailable` when cut off for so many seconds.
        """

        def start(stubs: Stubs, after: str) -> object:
            return stubs.events.WatchEvents(v1.WatchEventsRequest(cursor=after, kinds=kinds, path_prefix=path_prefix))

        return Watch(self._pool, start, cursor=cursor, give_up_after=give_up_after)


class Recovery(_Part):
    """How services, and programs that take part, recover after a change of the cluster."""

    async def get(self) -> v1.Recovery:
        """How far recovery is, what runs where, what waits for what, and what cannot run and why.

        Blocks for some seconds at most, and only while nobody leads recovery.

        Raises:
            QuorumLost: Nobody can be asked.
        """
        request = v1.GetRecoveryRequest()
        answer = await self._pool.ask(lambda stubs, timeout: stubs.recovery.GetRecovery(request, timeout=timeout))
        return answer.recovery

    def watch(self, *, give_up_after: float | None = None) -> Watch[v1.WatchRecoveryResponse]:
        """Watches how recovery stands: as it is now, then each time that it changes.

        Steps in between may be left out, never the present one.
        """

        def start(stubs: Stubs, _: str) -> object:
            return stubs.recovery.WatchRecovery(v1.WatchRecoveryRequest())

        return Watch(self._pool, start, give_up_after=give_up_after)


def _consistency(latest: bool) -> v1.Consistency.ValueType:
    return v1.CONSISTENCY_LATEST if latest else v1.CONSISTENCY_LOCAL
