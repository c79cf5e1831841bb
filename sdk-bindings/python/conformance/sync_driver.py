# Made from conformance/aio_driver.py by tools/make_sync.py. Do not edit.
"""Carries out the steps of conformance scenarios with the asyncio client. `sync_driver.py` is made from it.

See tests/conformance/README.md for what a driver is told and what it answers.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from sync_lines import Told, serve, within

from quorate import (
    Barrier,
    Client,
    ClientOptions,
    Election,
    Lock,
    Participant,
    ParticipantOptions,
    Participation,
    Session,
    Watch,
    v1,
)
from quorate._core.words import Token
from quorate.errors import OptionsError
from quorate.notices import Failed, Isolated, Notice

Args = dict[str, Any]
Result = dict[str, Any]


class Driver:
    """What the scenario has made, by the names that it gave."""

    def __init__(self) -> None:
        self.clients: dict[str, Client] = {}
        self.sessions: dict[str, Session] = {}
        self.locks: dict[tuple[str, str], Lock] = {}
        self.elections: dict[tuple[str, str], Election] = {}
        self.barriers: dict[tuple[str, str], tuple[Args, Barrier]] = {}
        self.watches: dict[str, Watch[Any]] = {}
        self.programs: dict[str, tuple[Program, Participation | OptionsError]] = {}

    def do(self, op: str, args: Args) -> Result:
        """Carries out one step."""
        step: Callable[[Args], Result] = getattr(self, f"do_{op}")
        return step(args)

    def do_connect(self, args: Args) -> Result:
        options = {key: args[key] for key in ("call_timeout", "attempt_timeout", "rounds") if key in args}
        self.clients[args["client"]] = Client(ClientOptions(args["endpoints"], **options))
        return {}

    def do_close_client(self, args: Args) -> Result:
        self.clients.pop(args["client"]).close()
        return {}

    def do_agent(self, args: Args) -> Result:
        answer = self.client(args).agent()
        return {"node": answer.header.node_name}

    def do_view(self, args: Args) -> Result:
        answer = self.client(args).membership.view()
        return {
            "members": [member.node_name for member in answer.view.members],
            "state": enum_shown(v1.ViewState, answer.state),
        }

    def do_nodes(self, args: Args) -> Result:
        return {"nodes": sorted([node.node_name for node in self.client(args).membership.nodes()])}

    def do_quorum(self, args: Args) -> Result:
        answer = self.client(args).quorum.get()
        return {"has": answer.quorum.granted, "epoch": answer.quorum.epoch}

    def do_open_session(self, args: Args) -> Result:
        options = {key: args[key] for key in ("ttl", "label", "group") if key in args}
        session = self.client(args).open_session(**options)
        self.sessions[args["session"]] = session
        return {"id": session.id, "token": session.token}

    def do_resume_session(self, args: Args) -> Result:
        session = self.client(args).resume_session(args["token"])
        self.sessions[args["session"]] = session
        return {"id": session.id, "token": session.token}

    def do_close_session(self, args: Args) -> Result:
        self.session(args).close()
        return {}

    def do_detach_session(self, args: Args) -> Result:
        return {"token": self.session(args).detach()}

    def do_valid(self, args: Args) -> Result:
        session = self.session(args)
        return {"valid": session.is_valid(), "left": session.left}

    def do_wait_lost(self, args: Args) -> Result:
        loss = self.session(args).wait_lost(args.get("margin", 0.0))
        return {"reason": getattr(loss.error, "reason", None)}

    def do_acquire(self, args: Args) -> Result:
        lock = self.lock(args)
        if args.get("try"):
            return {"token": shown(lock.try_acquire())}
        return {"token": shown(lock.acquire(timeout=args.get("timeout")))}

    def do_release(self, args: Args) -> Result:
        self.lock(args).release()
        return {}

    def do_held(self, args: Args) -> Result:
        return {"valid": self.lock(args).is_valid()}

    def do_lock(self, args: Args) -> Result:
        answer = self.client(args).locks.get(args["path"])
        return {"holders": [holder.session_id for holder in answer.holders], "waiting": answer.waiting}

    def do_campaign(self, args: Args) -> Result:
        return {"token": shown(self.election(args).campaign(timeout=args.get("timeout")))}

    def do_proclaim(self, args: Args) -> Result:
        self.election(args).proclaim(args["value"].encode())
        return {}

    def do_resign(self, args: Args) -> Result:
        self.election(args).resign()
        return {}

    def do_leader(self, args: Args) -> Result:
        leader = self.client(args).elections.leader(args["path"])
        return {"value": leader.value.decode() if leader else None}

    def do_bind(self, args: Args) -> Result:
        value = b"x" * args["size"] if "size" in args else args.get("value", "").encode()
        options = {key: args[key] for key in ("shared", "expected_revision") if key in args}
        answer = self.session(args).bind(args["path"], value, **options)
        return {"token": shown(Token.of(answer.token)), "revision": answer.modified_revision}

    def do_unbind(self, args: Args) -> Result:
        self.session(args).unbind(args["path"])
        return {}

    def do_name(self, args: Args) -> Result:
        found = self.client(args).names.get(args["path"])
        return {"bindings": [binding_shown(binding) for binding in found]}

    def do_names(self, args: Args) -> Result:
        paths = [binding.path for binding in self.client(args).names.list(args["prefix"])]
        return {"count": len(paths), "first": paths[0] if paths else None, "last": paths[-1] if paths else None}

    def do_enter(self, args: Args) -> Result:
        return {"generation": self.barrier(args).enter(timeout=args.get("timeout"))}

    def do_leave(self, args: Args) -> Result:
        return {"generation": self.barrier(args).leave(timeout=args.get("timeout"))}

    def do_abort(self, args: Args) -> Result:
        return {"generation": self.barrier(args).abort(args["reason"])}

    def do_barrier(self, args: Args) -> Result:
        answer = self.client(args).barriers.get(args["path"])
        return {"arrived": len(answer.arrived_session_ids), "missing": answer.missing}

    def do_watch(self, args: Args) -> Result:
        client, cursor = self.client(args), args.get("cursor", "")
        match args["kind"]:
            case "names":
                watch: Watch[Any] = client.names.watch(args.get("path", ""), cursor=cursor)
            case "events":
                watch = client.events.watch(path_prefix=args.get("path", ""), cursor=cursor)
            case "membership":
                watch = client.membership.watch(cursor=cursor)
            case "leader":
                watch = client.elections.observe(args["path"])
            case "barrier":
                watch = client.barriers.watch(args["path"])
            case kind:
                raise ValueError(f"no such watch: {kind}")
        self.watches[args["watch"]] = watch
        return {}

    def do_next(self, args: Args) -> Result:
        watch = self.watches[args["watch"]]
        while True:
            message = within(args.get("timeout", 10.0), watch.__next__)
            kind = message.WhichOneof("message")
            if kind != "bookmark":
                return {"cursor": watch.cursor, **message_shown(kind, getattr(message, kind) if kind else None)}

    def do_close_watch(self, args: Args) -> Result:
        self.watches.pop(args["watch"]).close()
        return {}

    def do_recovery(self, args: Args) -> Result:
        recovery = self.client(args).recovery.get()
        stage = enum_shown(v1.RecoveryStage, recovery.stage).removeprefix("RECOVERY_STAGE_")
        names = sorted(program.name for node in recovery.nodes for program in node.participants)
        return {"stage": stage, "epoch": recovery.epoch, "participants": names}

    def do_participate(self, args: Args) -> Result:
        options: Args = {key: args[key] for key in ("level", "requires", "deadline", "late") if key in args}
        if "idle" in args:
            options["idle_timeout"] = args["idle"]
        program = Program()
        try:
            taking_part = self.client(args).participate(ParticipantOptions(args["participant"], **options), program)
            self.programs[args["participant"]] = (program, taking_part)
        except OptionsError as error:
            self.programs[args["participant"]] = (program, error)
        return {}

    def do_phase(self, args: Args) -> Result:
        result: Result = self.program(args).phases.get(args.get("timeout", 30.0))
        return result

    def do_notice(self, args: Args) -> Result:
        result: Result = self.program(args).notices.get(args.get("timeout", 30.0))
        return result

    def do_finish(self, args: Args) -> Result:
        self.program(args).finish(args.get("error"))
        return {}

    def do_participation(self, args: Args) -> Result:
        _, taking_part = self.programs.pop(args["participant"])
        if isinstance(taking_part, OptionsError):
            raise taking_part
        taking_part.wait()
        raise ValueError("it ended without an error")

    def do_stop_participating(self, args: Args) -> Result:
        program, taking_part = self.programs.pop(args["participant"])
        program.finish("it is stopped")
        if isinstance(taking_part, Participation):
            taking_part.close()
        return {}

    def do_background(self, _: Args) -> Result:
        return {"left": sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("quorate "))}

    def client(self, args: Args) -> Client:
        return self.clients[args["client"]]

    def program(self, args: Args) -> Program:
        return self.programs[args["participant"]][0]

    def session(self, args: Args) -> Session:
        return self.sessions[args["session"]]

    def lock(self, args: Args) -> Lock:
        key = (args["session"], args["path"])
        if key not in self.locks:
            options = {name: args[name] for name in ("mode", "limit", "delay") if name in args}
            self.locks[key] = self.session(args).lock(args["path"], **options)
        return self.locks[key]

    def election(self, args: Args) -> Election:
        key = (args["session"], args["path"])
        if key not in self.elections:
            self.elections[key] = self.session(args).election(args["path"], args.get("value", "").encode())
        return self.elections[key]

    def barrier(self, args: Args) -> Barrier:
        key = (args["session"], args["path"])
        names = ("count", "members", "group", "least", "double", "departure", "deadline")
        options = {name: args[name] for name in names if name in args}
        known = self.barriers.get(key)
        if known is None or options not in (known[0], {}):
            known = self.barriers[key] = (options, self.session(args).barrier(args["path"], **options))
        return known[1]


class Program(Participant):
    """One that takes part in recovery, and does each phase until it is told to finish it."""

    def __init__(self) -> None:
        self.phases = Told()
        self.notices = Told()
        self._finish = Told()

    def finish(self, error: str | None) -> None:
        """Ends the phase that is under way."""
        self._finish.put(error)

    def prepare(self, epoch: int | None) -> None:
        self._perform("PREPARE", epoch, None)

    def recover(self, epoch: int, changed: threading.Event) -> None:
        self._perform("RECOVER", epoch, changed)

    def resume(self, epoch: int, changed: threading.Event) -> None:
        self._perform("RESUME", epoch, changed)

    def _perform(self, phase: str, epoch: int | None, changed: threading.Event | None) -> None:
        self._finish = Told()
        self.phases.put({"phase": phase, "epoch": epoch})
        error = self._finish.get_until(changed)
        if error:
            raise RuntimeError(error)

    def notice(self, notice: Notice) -> None:
        shown: Result = {"kind": type(notice).__name__.lower()}
        if isinstance(notice, Failed | Isolated):
            shown["phase"] = notice.phase.upper()
        self.notices.put(shown)


def shown(token: Token | None) -> list[int] | None:
    """A token as a list, whose order is that of tokens."""
    return [token.epoch, token.counter] if token else None


def enum_shown(enum: Any, value: int) -> str:
    """The name of an enum value; its number when a later version has added it."""
    return str(enum.Name(value)) if value in enum.values() else str(value)


def binding_shown(binding: v1.Binding) -> Result:
    """A binding; of a long value only how long it is."""
    value = binding.value
    text = value.decode() if len(value) <= 256 else None
    return {"path": binding.path, "value": text, "size": len(value), "revision": binding.modified_revision}


def message_shown(kind: str | None, message: Any) -> Result:
    """A message of a watch, which may be of a kind that a later version has added."""
    result: Result = {"kind": kind}
    if hasattr(message, "reason") and kind in ("snapshot", "coordination"):
        result["reason"] = enum_shown(v1.SnapshotReason, message.reason)
    if kind == "event":
        result["event"] = message.WhichOneof("kind")
    if kind == "bound":
        result |= binding_shown(message)
    if kind == "unbound":
        result |= {"path": message.binding.path, "end": enum_shown(v1.EndReason, message.reason)}
    if kind == "snapshot" and hasattr(message, "bindings"):
        result |= {"paths": [binding.path for binding in message.bindings], "more": message.more}
    return result


if __name__ == "__main__":
    serve(Driver())
