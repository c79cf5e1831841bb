# Made from tests/cluster/test_aio.py by tools/make_sync.py. Do not edit.
"""The client for plain programs with real agents. `test_sync.py` is made from it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest

from quorate import Client, Loss, Token, errors, v1

from .sync_tools import ahead, beside, run, sleep


@contextlib.contextmanager
def connected(endpoints: list[str]) -> Iterator[Client]:
    """A client, of which nothing is left in the end."""
    before = set(threading.enumerate())
    with Client(endpoints) as client:
        yield client
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("quorate ")]
    assert left == [], "no thread is left"


def reads(endpoints: list[str]) -> None:
    with connected(endpoints) as client:
        view = client.membership.view()
        assert [member.node_name for member in view.view.members] == ["n1", "n2", "n3"]
        assert sorted([node.node_name for node in client.membership.nodes()]) == ["n1", "n2", "n3"]
        assert (client.membership.node("n2")).node_name == "n2"
        with pytest.raises(errors.NodeNotFound) as caught:
            client.membership.node("n9")
        assert caught.value.reason == "NODE_NOT_FOUND"
        quorum = client.quorum.get()
        assert quorum.quorum.granted
        assert quorum.quorum.epoch > 0
        assert (client.agent()).header.node_name in ("n1", "n2", "n3")
        settings = client.call(lambda stubs, timeout: stubs.admin.ListSettings(v1.ListSettingsRequest(), timeout=timeout))
        assert settings.header.cluster_id == view.header.cluster_id
        with client.recovery.watch() as watch:
            assert (watch.__next__()).HasField("recovery")
        assert [node.node_name for node in (client.recovery.get()).nodes] == ["n1", "n2", "n3"]


def sessions(endpoints: list[str]) -> None:
    with connected(endpoints) as client:
        session = client.open_session(ttl=1.5, label="kept", group="g")
        opened = time.monotonic()
        assert session.is_valid()
        assert 0 < session.left <= 1.5
        known = client.sessions.get(session.id)
        assert (known.label, known.group) == ("kept", "g")
        assert session.id in [known.session_id for known in client.sessions.list()]
        while time.monotonic() < opened + 3:
            assert session.is_valid(), "it is kept alive"
            sleep(0.05)
        losses: list[Loss] = []
        session.on_lost(losses.append)
        lock = session.lock("py/sessions")
        token = lock.acquire()
        secret = session.detach()
        assert not session.is_valid(), "who has given it away may not act"
        with client.resume_session(secret) as again:
            assert again.id == session.id
            assert again.lock("py/sessions").acquire() == token, "it still holds what it held"
        assert losses == [], "closing is no loss"
        with pytest.raises(errors.SessionEnded):
            client.resume_session(secret)
        with pytest.raises(errors.BadRequest):
            client.open_session(ttl=0.1)


def lost(endpoints: list[str]) -> None:
    with connected(endpoints) as client, connected(endpoints) as other:
        session = client.open_session(ttl=3)
        losses: list[Loss] = []
        session.on_lost(losses.append)
        lock = session.lock("py/lost")
        lock.acquire()
        request = v1.CloseSessionRequest(session=session.token)
        other.call(lambda stubs, timeout: stubs.sessions.CloseSession(request, timeout=timeout))
        loss = session.wait_lost()
        assert isinstance(loss.error, errors.SessionEnded)
        assert not session.is_valid()
        assert not lock.is_valid()
        while not losses:
            sleep(0.01)
        assert losses == [loss]
        with pytest.raises(errors.SessionEnded):
            lock.release()
        session.close()


def locks(endpoints: list[str]) -> None:
    with connected(endpoints) as client, client.open_session() as one, client.open_session() as two:
        with one.lock("py/lock") as lock:
            assert lock.is_valid()
            first = lock.token
            assert first is not None
            other = two.lock("py/lock")
            assert other.try_acquire() is None
            with pytest.raises(errors.DeadlineExceeded):
                other.acquire(timeout=0.2)
            assert (client.locks.get("py/lock")).waiting == 1, "the place in the queue stays"
            waiting = beside(other.acquire)
            assert not other.is_valid()
        second = ahead(waiting)
        assert isinstance(second, Token)
        assert second > first
        with pytest.raises(errors.NameNotHeld):
            one.lock("py/lock").release()
        other.release()
        with pytest.raises(ZeroDivisionError), one.lock("py/lock"):
            raise ZeroDivisionError
        assert other.try_acquire() is not None, "an error releases it as well"


def elections(endpoints: list[str]) -> None:
    with connected(endpoints) as client, client.open_session() as one, client.open_session() as two:
        assert client.elections.leader("py/office") is None
        with client.elections.observe("py/office") as watch, one.election("py/office", b"one") as office:
            assert office.is_leader()
            waiting = beside(two.election("py/office", b"two").campaign)
            office.proclaim(b"still one")
            leader = client.elections.leader("py/office")
            assert leader is not None
            assert leader.value == b"still one"
            assert (watch.__next__()).WhichOneof("message") is not None
        assert ahead(waiting)
        leader = client.elections.leader("py/office")
        assert leader is not None
        assert leader.value == b"two"


def barriers(endpoints: list[str]) -> None:
    with connected(endpoints) as client, client.open_session() as one, client.open_session() as two:
        gate = one.barrier("py/gate", count=2, double=True)
        with pytest.raises(errors.DeadlineExceeded):
            gate.enter(timeout=0.2)
        assert (client.barriers.get("py/gate")).missing == 1
        other = two.barrier("py/gate", count=2, double=True)
        generation = other.enter(timeout=10)
        assert gate.enter(timeout=10) == generation, "the same call takes its place up again"
        leaving = beside(other.leave)
        assert gate.leave(timeout=10) == generation
        assert ahead(leaving) == generation
        entering = beside(gate.enter)
        while "py/gate" not in [known.path for known in client.barriers.list("py/") if known.arrived_session_ids]:
            sleep(0.01)
        gate.abort("enough")
        with pytest.raises(errors.BarrierBroken) as caught:
            ahead(entering)
        assert caught.value.metadata["why"] == "aborted"


def names(endpoints: list[str]) -> None:
    with connected(endpoints) as client, client.open_session() as session:
        with client.names.watch("py/names/") as watch:
            snapshot = watch.__next__()
            assert snapshot.snapshot.reason == v1.SNAPSHOT_REASON_START
            bound = session.bind("py/names/a", b"1", expected_revision=0)
            message = watch.__next__()
            assert (message.bound.path, message.bound.value) == ("py/names/a", b"1")
            cursor = watch.cursor
        with pytest.raises(errors.NameChanged):
            session.bind("py/names/a", b"2", expected_revision=0)
        session.bind("py/names/a", b"2", expected_revision=bound.modified_revision)
        assert [binding.value for binding in client.names.get("py/names/a")] == [b"2"]
        session.unbind("py/names/a")
        with client.names.watch("py/names/", cursor=cursor) as watch:
            assert (watch.__next__()).bound.value == b"2", "it goes on after its cursor"
            assert (watch.__next__()).unbound.binding.path == "py/names/a"
        with client.names.watch("py/", cursor="nonsense") as watch, pytest.raises(errors.BadCursor):
            watch.__next__()
        with client.events.watch(kinds=[v1.EVENT_KIND_NAME], path_prefix="py/names/") as events:
            assert (events.__next__()).HasField("snapshot")


def nobody(_: list[str]) -> None:
    with connected(["127.0.0.1:1", "127.0.0.1:2"]) as client:
        with pytest.raises(errors.Unavailable) as caught:
            client.membership.view()
        assert [tried.endpoint for tried in caught.value.tried] == ["127.0.0.1:1", "127.0.0.1:2"]
        watch = client.membership.watch(give_up_after=0.3)
        with pytest.raises(errors.Unavailable):
            watch.__next__()
        watch.close()


def over_many(endpoints: list[str]) -> None:
    with connected(["127.0.0.1:1", *endpoints]) as client:
        assert (client.membership.view()).view.members
        with client.membership.watch() as watch:
            assert (watch.__next__()).HasField("snapshot")
            assert watch.endpoint == endpoints[0]


@pytest.mark.parametrize(
    "scenario", [reads, sessions, lost, locks, elections, barriers, names, nobody, over_many], ids=lambda s: s.__name__
)
def test_sync(scenario, endpoints: list[str]) -> None:  # type: ignore[no-untyped-def]
    run(scenario, endpoints)
