import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from quorate import ClientOptions, ParticipantOptions, Token, errors, v1
from quorate._core.failure import Failure
from quorate._core.plan import Plan, Resume
from quorate._core.rotation import Rotation
from quorate._core.words import duration, introduction, plan, seconds


class Answered(grpc.RpcError):
    """An error as the library below raises it."""

    def __init__(self, code: grpc.StatusCode, message: str = "", reason: str = "", domain: str = "quorate.v1") -> None:
        self._code, self._message = code, message
        self._metadata: tuple[tuple[str, bytes], ...] = ()
        if reason:
            detail = any_pb2.Any()
            detail.Pack(error_details_pb2.ErrorInfo(reason=reason, domain=domain, metadata={"session_id": "1-2"}))
            status = status_pb2.Status(code=code.value[0], message=message, details=[detail])
            self._metadata = (("grpc-status-details-bin", status.SerializeToString()),)

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._message

    def trailing_metadata(self) -> tuple[tuple[str, bytes], ...]:  # type: ignore[override]
        return self._metadata


CODE = grpc.StatusCode
LATER = Answered(CODE.UNAVAILABLE, "nobody leads", "NOT_SERVED")


def failure(error: grpc.RpcError, endpoint: str = "n1:1") -> Failure:
    return Failure(endpoint, error)


def test_every_reason_of_the_schema_has_a_class() -> None:
    values = v1.ErrorReason.DESCRIPTOR.values
    names = {value.name.removeprefix("ERROR_REASON_") for value in values} - {"UNSPECIFIED"}
    assert names == set(errors.REASONS)


def test_a_reason_becomes_its_class_and_one_that_is_not_known_the_base() -> None:
    held = failure(Answered(CODE.FAILED_PRECONDITION, "held", "NAME_HELD")).refused()
    assert isinstance(held, errors.NameHeld)
    assert (held.reason, held.metadata["session_id"], str(held)) == ("NAME_HELD", "1-2", "held (NAME_HELD)")
    newer = failure(Answered(CODE.FAILED_PRECONDITION, "?", "NEWER")).refused()
    assert (type(newer), newer.reason) == (errors.Refused, "NEWER")
    other = failure(Answered(CODE.FAILED_PRECONDITION, "?", "NAME_HELD", "example.com")).refused()
    assert (type(other), other.reason) == (errors.Refused, None), "only our own domain counts"


def test_pauses_come_between_rounds_only_and_grow() -> None:
    rotation = Rotation(2, 1)
    steps = [rotation.step() for _ in range(6)]
    assert [step.index for step in steps] == [1, 0, 1, 0, 1, 0]
    assert [step.rounds_done for step in steps] == [0, 0, 1, 1, 2, 2]
    assert [step.pause > 0 for step in steps] == [False, False, True, False, True, False]
    assert all(rotation.step().pause <= 4 for _ in range(1000))
    rotation.reset()
    assert rotation.step().pause == 0


def test_a_call_goes_to_the_next_endpoint_until_the_rounds_are_over() -> None:
    call = Plan(ClientOptions(["n1:1", "n2:1"], rounds=2), 1, limit=5)
    for index in (1, 0, 1, 0):
        assert call.step().index == index
        call.failed(failure(LATER, f"n{index + 1}:1"))
    with pytest.raises(errors.Unavailable) as caught:
        call.step()
    assert [tried.endpoint for tried in caught.value.tried] == ["n2:1", "n1:1"]
    assert caught.value.reason == "NOT_SERVED"


def test_an_answer_that_all_would_give_ends_the_call() -> None:
    call = Plan(ClientOptions(["n1:1", "n2:1"]), 0, limit=5)
    with pytest.raises(errors.NameHeld):
        call.failed(failure(Answered(CODE.FAILED_PRECONDITION, "held", "NAME_HELD")))


def test_what_may_have_been_carried_out_is_not_repeated_where_that_is_not_safe() -> None:
    call = Plan(ClientOptions(["n1:1"]), 0, limit=5, repeat=False)
    call.failed(failure(Answered(CODE.UNAVAILABLE, "failed to connect to all addresses")))
    call.failed(failure(LATER))
    with pytest.raises(errors.ConnectionLost):
        call.failed(failure(Answered(CODE.UNAVAILABLE, "Socket closed")))


def test_a_deadline_is_told_from_an_outage() -> None:
    options = ClientOptions(["n1:1"], rounds=1)
    call = Plan(options, 0, limit=0.0)
    with pytest.raises(errors.DeadlineExceeded, match="no answer within 0 s"):
        call.step()
    endless = Plan(options, 0, limit=None)
    for _ in range(5):
        assert endless.step().timeout is None
        endless.failed(failure(LATER))


def test_endpoints_share_the_time_of_a_call() -> None:
    assert Plan(ClientOptions(["n1:1", "n2:1"]), 0, limit=6).step().timeout == pytest.approx(3, abs=0.1)
    assert ClientOptions(["n1:1"] * 9).share(6) == 2
    assert ClientOptions(["n1:1"], attempt_timeout=1).share(6) == 1


def test_a_watch_goes_on_after_its_last_message() -> None:
    watch = Resume(["n1:1", "n2:1"], 0, "", None)
    assert watch.step().index == 0
    watch.opened()
    watch.received("c1")
    watch.received("")
    assert watch.cursor == "c1", "a part of a snapshot has no cursor"
    watch.failed(failure(LATER))
    assert watch.step().index == 1
    with pytest.raises(errors.BadCursor):
        watch.failed(failure(Answered(CODE.INVALID_ARGUMENT, "?", "BAD_CURSOR")))


def test_a_watch_gives_up_when_it_was_told_to() -> None:
    watch = Resume(["n1:1"], 0, "", 0.0)
    watch.step()
    watch.failed(failure(LATER))
    with pytest.raises(errors.Unavailable):
        watch.step()


def test_options_say_what_is_allowed() -> None:
    for endpoint, why in [
        ("n1", "the port is missing"),
        (":7401", "the host is missing"),
        ("n1:0", "the port must be a number from 1 to 65535"),
        ("n1:70000", "the port must be a number from 1 to 65535"),
        ("::1:7401", "an IPv6 address needs brackets"),
        ("[n1]:7401", "not an IPv6 address in brackets"),
        ("n 1:1", "the host has characters that no host name has"),
    ]:
        with pytest.raises(errors.OptionsError, match=why.replace("[", r"\[")):
            ClientOptions([endpoint])
    assert ClientOptions([" [::1]:7401"]).endpoints == ("[::1]:7401",)
    with pytest.raises(errors.OptionsError, match="rounds is 0, allowed is 1 to 100"):
        ClientOptions(["n1:1"], rounds=0)
    with pytest.raises(errors.OptionsError, match="one text"):
        ClientOptions("n1:1")
    with pytest.raises(errors.OptionsError, match="number of endpoints is 0"):
        ClientOptions([])


def test_what_a_program_is_is_checked_and_becomes_an_introduction() -> None:
    options = ParticipantOptions("store", level=3, requires=["disk"], deadline=2, late="wait")
    told = introduction(options).participant
    assert (told.name, told.level, told.late) == ("store", 3, v1.LATE_POLICY_WAIT)
    assert list(told.requires) == ["disk"]
    assert told.deadline.seconds == 2
    with pytest.raises(errors.OptionsError, match=r"deadline is 0, allowed is 0\.1 to 3600"):
        ParticipantOptions("store", deadline=0)


def test_words_are_those_of_the_schema() -> None:
    assert Token(1, 9) < Token(2, 0) < Token(2, 1)
    assert Token.of(Token(3, 4).to_proto()) == Token(3, 4)
    span = duration(1.5)
    assert span is not None
    assert (span.seconds, span.nanos, seconds(span)) == (1, 500_000_000, 1.5)
    assert plan(members={}).WhichOneof("parties") == "members"
    with pytest.raises(errors.OptionsError, match="exactly one"):
        plan(count=2, group="g")
