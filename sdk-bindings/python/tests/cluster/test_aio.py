"""The client for asyncio with real agents. `test_sync.py` is made from it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import AsyncIterator

import pytest

from quorate import Loss, Token, errors, v1
from quorate.aio import Client

from .aio_tools import ahead, beside, run, sleep


@contextlib.asynccontextmanager
async def connected(endpoints: list[str]) -> AsyncIterator[Client]:
    """A client, of which nothing is left in the end."""
    before = set(threading.enumerate())
    async with Client(endpoints) as client:
        yield client
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("quorate ")]
    assert left == [], "no thread is left"


async def reads(endpoints: list[str]) -> None:
    async with connected(endpoints) as client:
        view = await client.membership.view()
        assert [member.node_name for member in view.view.members] == ["n1", "n2", "n3"]
        assert sorted([node.node_name async for node in client.membership.nodes()]) == ["n1", "n2", "n3"]
        assert (await client.membership.node("n2")).node_name == "n2"
        with pytest.raises(errors.NodeNotFound) as caught:
            await client.membership.node("n9")
        assert caught.value.reason == "NODE_NOT_FOUND"
        quorum = await client.quorum.get()
        assert quorum.quorum.granted
        assert quorum.quorum.epoch > 0
        assert (await client.agent()).header.node_name in ("n1", "n2", "n3")
        settings = await client.call(
            lambda stubs, timeout: stubs.admin.ListSettings(v1.ListSettingsRequest(), timeout=timeout)
        )
        assert settings.header.cluster_id == view.header.cluster_id
        async with client.recovery.watch() as watch:
            assert (await watch.__anext__()).HasField("recovery")
        assert [node.node_name for node in (await client.recovery.get()).nodes] == ["n1", "n2", "n3"]


async def sessions(endpoints: list[str]) -> None:
    async with connected(endpoints) as client:
        session = await client.open_session(ttl=1.5, label="kept", group="g")
        opened = time.monotonic()
        assert session.is_valid()
        assert 0 < session.left <= 1.5
        known = await client.sessions.get(session.id)
        assert (known.label, known.group) == ("kept", "g")
        assert session.id in [known.session_id async for known in client.sessions.list()]
        while time.monotonic() < opened + 3:
            assert session.is_valid(), "it is kept alive"
            await sleep(0.05)
        losses: list[Loss] = []
        session.on_lost(losses.append)
        lock = session.lock("py/sessions")
        token = await lock.acquire()
        secret = await session.detach()
        assert not session.is_valid(), "who has given it away may not act"
        async with await client.resume_session(secret) as again:
            assert again.id == session.id
            assert await again.lock("py/sessions").acquire() == token, "it still holds what it held"
        assert losses == [], "closing is no loss"
        with pytest.raises(errors.SessionEnded):
            await client.resume_session(secret)
        with pytest.raises(errors.BadRequest):
            await client.open_session(ttl=0.1)


async def lost(endpoints: list[str]) -> None:
    async with connected(endpoints) as client, connected(endpoints) as other:
        session = await client.open_session(ttl=3)
        losses: list[Loss] = []
        session.on_lost(losses.append)
        lock = session.lock("py/lost")
        await lock.acquire()
        request = v1.CloseSessionRequest(session=session.token)
        await other.call(lambda stubs, timeout: stubs.sessions.CloseSession(request, timeout=timeout))
        loss = await session.wait_lost()
        assert isinstance(loss.error, errors.SessionEnded)
        assert not session.is_valid()
        assert not lock.is_valid()
        while not losses:
            await sleep(0.01)
        assert losses == [loss]
        with pytest.raises(errors.SessionEnded):
            await lock.release()
        await session.close()


async def locks(endpoints: list[str]) -> None:
    async with connected(endpoints) as client, await client.open_session() as one, await client.open_session() as two:
        async with one.lock("py/lock") as lock:
            assert lock.is_valid()
            first = lock.token
            assert first is not None
            other = two.lock("py/lock")
            assert await other.try_acquire() is None
            with pytest.raises(errors.DeadlineExceeded):
                await other.acquire(timeout=0.2)
            assert (await client.locks.get("py/lock")).waiting == 1, "the place in the queue stays"
            waiting = beside(other.acquire)
            assert not other.is_valid()
        second = await ahead(waiting)
        assert isinstance(second, Token)
        assert second > first
        with pytest.raises(errors.NameNotHeld):
            await one.lock("py/lock").release()
        await other.release()
        with pytest.raises(ZeroDivisionError):
            async with one.lock("py/lock"):
                raise ZeroDivisionError
        assert await other.try_acquire() is not None, "an error releases it as well"


async def elections(endpoints: list[str]) -> None:
    async with connected(endpoints) as client, await client.open_session() as one, await client.open_session() as two:
        assert await client.elections.leader("py/office") is None
        async with client.elections.observe("py/office") as watch, one.election("py/office", b"one") as office:
            assert office.is_leader()
            waiting = beside(two.election("py/office", b"two").campaign)
            await office.proclaim(b"still one")
            leader = await client.elections.leader("py/office")
            assert leader is not None
            assert leader.value == b"still one"
            assert (await watch.__anext__()).WhichOneof("message") is not None
        assert await ahead(waiting)
        leader = await client.elections.leader("py/office")
        assert leader is not None
        assert leader.value == b"two"


async def barriers(endpoints: list[str]) -> None:
    async with connected(endpoints) as client, await client.open_session() as one, await client.open_session() as two:
        gate = one.barrier("py/gate", count=2, double=True)
        with pytest.raises(errors.DeadlineExceeded):
            await gate.enter(timeout=0.2)
        assert (await client.barriers.get("py/gate")).missing == 1
        other = two.barrier("py/gate", count=2, double=True)
        generation = await other.enter(timeout=10)
        assert await gate.enter(timeout=10) == generation, "the same call takes its place up again"
        leaving = beside(other.leave)
        assert await gate.leave(timeout=10) == generation
        assert await ahead(leaving) == generation
        entering = beside(gate.enter)
        while "py/gate" not in [known.path async for known in client.barriers.list("py/") if known.arrived_session_ids]:
            await sleep(0.01)
        await gate.abort("enough")
        with pytest.raises(errors.BarrierBroken) as caught:
            await ahead(entering)
        assert caught.value.metadata["why"] == "aborted"


async def names(endpoints: list[str]) -> None:
    async with connected(endpoints) as client, await client.open_session() as session:
        async with client.names.watch("py/names/") as watch:
            snapshot = await watch.__anext__()
            assert snapshot.snapshot.reason == v1.SNAPSHOT_REASON_START
            bound = await session.bind("py/names/a", b"1", expected_revision=0)
            message = await watch.__anext__()
            assert (message.bound.path, message.bound.value) == ("py/names/a", b"1")
            cursor = watch.cursor
        with pytest.raises(errors.NameChanged):
            await session.bind("py/names/a", b"2", expected_revision=0)
        await session.bind("py/names/a", b"2", expected_revision=bound.modified_revision)
        assert [binding.value for binding in await client.names.get("py/names/a")] == [b"2"]
        await session.unbind("py/names/a")
        async with client.names.watch("py/names/", cursor=cursor) as watch:
            assert (await watch.__anext__()).bound.value == b"2", "it goes on after its cursor"
            assert (await watch.__anext__()).unbound.binding.path == "py/names/a"
        async with client.names.watch("py/", cursor="nonsense") as watch:
            with pytest.raises(errors.BadCursor):
                await watch.__anext__()
        async with client.events.watch(kinds=[v1.EVENT_KIND_NAME], path_prefix="py/names/") as events:
            assert (await events.__anext__()).HasField("snapshot")


async def nobody(_: list[str]) -> None:
    async with connected(["127.0.0.1:1", "127.0.0.1:2"]) as client:
        with pytest.raises(errors.Unavailable) as caught:
            await client.membership.view()
        assert [tried.endpoint for tried in caught.value.tried] == ["127.0.0.1:1", "127.0.0.1:2"]
        watch = client.membership.watch(give_up_after=0.3)
        with pytest.raises(errors.Unavailable):
            await watch.__anext__()
        await watch.close()


async def over_many(endpoints: list[str]) -> None:
    async with connected(["127.0.0.1:1", *endpoints]) as client:
        assert (await client.membership.view()).view.members
        async with client.membership.watch() as watch:
            assert (await watch.__anext__()).HasField("snapshot")
            assert watch.endpoint == endpoints[0]


@pytest.mark.parametrize(
    "scenario", [reads, sessions, lost, locks, elections, barriers, names, nobody, over_many], ids=lambda s: s.__name__
)
def test_aio(scenario, endpoints: list[str]) -> None:  # type: ignore[no-untyped-def]
    run(scenario, endpoints)
