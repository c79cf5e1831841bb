import assert from "node:assert/strict";
import { test } from "node:test";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import { Client, v1 } from "quorate";
import * as web from "quorate/web";
import { elapsed } from "#dist/core/clock.js";
import * as errors from "#dist/core/errors.js";
import { Failure, NOT_CONNECTED } from "#dist/core/failure.js";
import { type CallTimes, settings, share } from "#dist/core/options.js";
import { Plan, Resume, type Terms } from "#dist/core/plan.js";
import { Rotation } from "#dist/core/rotation.js";
import { claim, compareTokens, duration, formatToken, plan, requestId } from "#dist/core/words.js";

/** An error as the library below throws it for what a server answered. */
function answered(code: Code, message = "", reason = "", domain = "quorate.v1"): ConnectError {
  const error = new ConnectError(message, code, { "grpc-status": String(code) });
  if (reason) {
    const info = new BinaryWriter();
    info.tag(1, WireType.LengthDelimited).string(reason).tag(2, WireType.LengthDelimited).string(domain);
    info.tag(3, WireType.LengthDelimited).fork();
    info.tag(1, WireType.LengthDelimited).string("session_id").tag(2, WireType.LengthDelimited).string("1-2");
    info.join().tag(9, WireType.LengthDelimited).string("of a later version");
    error.details = [{ type: "google.rpc.ErrorInfo", value: info.finish() }];
  }
  return error;
}

const LATER = answered(Code.Unavailable, "nobody leads", "NOT_SERVED");
const HELD = answered(Code.FailedPrecondition, "held", "NAME_HELD");

function failure(error: unknown, endpoint = "n1:1"): Failure {
  return Failure.of(endpoint, error);
}

function call(endpoints: string[], terms: Terms, times: CallTimes = {}, first = 0): Plan {
  return new Plan(settings(endpoints, times), first, terms);
}

test("every reason of the schema has a class", () => {
  const names = Object.keys(v1.ErrorReason).filter((name) => Number.isNaN(Number(name)) && name !== "UNSPECIFIED");
  assert.deepEqual(names.sort(), [...errors.REASONS.keys()].sort());
});

test("a reason becomes its class, and one that is not known the base", () => {
  const held = failure(HELD).refused();
  assert(held instanceof errors.NameHeld);
  assert.deepEqual([held.reason, held.metadata.session_id, held.message], ["NAME_HELD", "1-2", "held (NAME_HELD)"]);
  assert.equal(String(held), "NameHeld: held (NAME_HELD)");
  const newer = failure(answered(Code.FailedPrecondition, "?", "NEWER")).refused();
  assert.deepEqual([newer.constructor, newer.reason], [errors.Refused, "NEWER"]);
  const other = failure(answered(Code.FailedPrecondition, "?", "NAME_HELD", "example.com")).refused();
  assert.deepEqual([other.constructor, other.reason], [errors.Refused, undefined], "only our own domain counts");
  const inherited = failure(answered(Code.FailedPrecondition, "?", "constructor")).refused();
  assert.equal(inherited.constructor, errors.Refused);
});

test("a broken connection is told from an answer", () => {
  for (const code of [Code.Aborted, Code.Internal, Code.InvalidArgument, Code.Unknown]) {
    assert(failure(new ConnectError("?", code)).mayPass, Code[code]);
    assert(!failure(answered(code, "?", "INTERNAL")).mayPass, Code[code]);
  }
  assert(failure(answered(Code.Canceled)).isSilence, "an agent that notices the deadline first");
  assert(failure(new ConnectError("?", Code.DeadlineExceeded)).isSilence);
  assert(!failure(new ConnectError("too large", Code.ResourceExhausted)).mayPass);
  assert.throws(() => failure(new TypeError("a fault of the program")), TypeError);
});

test("pauses come between rounds only, and grow", () => {
  const rotation = new Rotation(2, 1);
  const steps = Array.from({ length: 6 }, () => rotation.step());
  assert.deepEqual(
    steps.map(({ index, roundsDone, pauseMs }) => [index, roundsDone, pauseMs > 0]),
    [
      [1, 0, false],
      [0, 0, false],
      [1, 1, true],
      [0, 1, false],
      [1, 2, true],
      [0, 2, false],
    ],
  );
  for (let step = 0; step < 1000; step++) assert(rotation.step().pauseMs <= 4000);
  rotation.reset();
  assert.equal(rotation.step().pauseMs, 0);
});

test("a call goes to the next endpoint until the rounds are over", () => {
  const plan = call(["n1:1", "n2:1"], { limitMs: 5000 }, { rounds: 2 }, 1);
  for (const index of [1, 0, 1, 0]) {
    assert.equal(plan.step().index, index);
    plan.failed(failure(LATER, `n${index + 1}:1`));
  }
  assert.throws(
    () => plan.step(),
    (error) => {
      assert(error instanceof errors.Unavailable);
      assert.deepEqual(
        error.tried.map((one) => one.endpoint),
        ["n2:1", "n1:1"],
      );
      assert.equal(error.reason, "NOT_SERVED");
      return true;
    },
  );
});

test("an answer that all would give ends the call", () => {
  assert.throws(() => call(["n1:1", "n2:1"], { limitMs: 5000 }).failed(failure(HELD)), errors.NameHeld);
});

test("what may have been carried out is not repeated where that is not safe", () => {
  const plan = call(["n1:1"], { limitMs: 5000, repeat: false });
  plan.failed(failure(new ConnectError(`${NOT_CONNECTED}: refused`, Code.Unavailable)));
  plan.failed(failure(LATER));
  const lost = failure(new ConnectError("http/2 stream closed", Code.Canceled));
  assert.throws(() => plan.failed(lost), errors.ConnectionLost);
});

test("a deadline is told from an outage", () => {
  assert.throws(() => call(["n1:1"], { limitMs: 0 }).step(), {
    name: "DeadlineExceeded",
    message: "no answer within 0 ms: none was tried",
  });
  const endless = call(["n1:1"], {}, { rounds: 1 });
  for (let attempt = 0; attempt < 5; attempt++) {
    assert.equal(endless.step().timeoutMs, undefined);
    endless.failed(failure(LATER));
  }
});

test("endpoints share the time of a call", () => {
  assert.equal(call(["n1:1", "n2:1"], { limitMs: 6000 }).step().timeoutMs, 3000);
  assert.equal(call(["n1:1"], { limitMs: 2 ** 31 - 1, share: false }).step().timeoutMs, 99_999_999);
  assert.equal(share(settings(Array(9).fill("n1:1"), {}), 6000), 2000);
  assert.equal(share(settings(["n1:1"], { attemptTimeoutMs: 1000 }), 6000), 1000);
});

test("a watch goes on after its last message", () => {
  const watch = new Resume(2, 0, "");
  assert.equal(watch.step().index, 0);
  watch.opened();
  watch.received("c1");
  watch.received("");
  assert.equal(watch.cursor, "c1", "a part of a snapshot has no cursor");
  watch.failed(failure(LATER));
  assert.equal(watch.step().index, 1);
  assert.throws(() => watch.failed(failure(answered(Code.InvalidArgument, "?", "BAD_CURSOR"))), errors.BadCursor);
});

test("a watch gives up when it was told to", () => {
  const watch = new Resume(1, 0, "", 0);
  watch.step();
  watch.failed(failure(LATER));
  assert.throws(() => watch.step(), errors.Unavailable);
});

test("of two clocks the one counts that saw more time pass", () => {
  const from = { steady: 100, wall: 5000 };
  assert.equal(elapsed(from, { steady: 200, wall: 9000 }), 4000, "the machine was suspended");
  assert.equal(elapsed(from, { steady: 200, wall: 0 }), 100, "the wall clock was put back");
});

test("options say what is allowed", async () => {
  const bad: [string, string][] = [
    ["n1", "the port is missing"],
    [":7401", "the host is missing"],
    ["n1:0", "the port must be a number from 1 to 65535"],
    ["n1:70000", "the port must be a number from 1 to 65535"],
    ["::1:7401", "an IPv6 address needs brackets, as in [::1]:7401"],
    ["[n1]:7401", "not an IPv6 address in brackets"],
    ["n 1:1", "the host has characters that no host name has"],
  ];
  for (const [endpoint, why] of bad) {
    const message = `"${endpoint}" is no endpoint: ${why}`;
    assert.throws(() => new Client([endpoint]), { name: "OptionsError", message });
  }
  assert.deepEqual(new Client([" [::1]:07401"]).endpoints, ["[::1]:7401"]);
  const refused = (make: () => unknown, message: string) =>
    assert.throws(make, (error) => error instanceof errors.OptionsError && error.message.startsWith(message));
  refused(() => new Client({ endpoints: ["n1:1"], rounds: 0 }), "rounds is 0, allowed is 1 to 100");
  refused(() => new Client({ endpoints: ["n1:1"], callTimeoutMs: Number.NaN }), "callTimeoutMs is NaN");
  refused(() => new Client({ endpoints: ["n1:1"], keepAliveIntervalMs: 1 }), "keepAliveIntervalMs is 1");
  refused(() => new Client([]), "number of endpoints is 0");
  refused(() => new Client("n1:1" as never), "endpoints must be a list");
  refused(() => new Client({ endpoints: ["n1:1"], tls: { ca: "/nowhere" } }), "cannot read /nowhere");
  const halves = { ca: "/nowhere", key: "/nowhere" };
  refused(() => new Client({ endpoints: ["n1:1"], tls: halves }), "a certificate needs its key");
  const timeoutMs = 2 ** 31;
  const endless = new Client(["n1:1"]).call(() => Promise.resolve(), { timeoutMs });
  await assert.rejects(endless, { name: "OptionsError" });
});

test("a browser's client goes by URLs, and has no sessions", async () => {
  assert.deepEqual(new web.Client(["http://n1:7401/"]).endpoints, ["http://n1:7401"]);
  assert.throws(() => new web.Client(["n1:7401"]), errors.OptionsError);
  await assert.rejects(new web.Client(["http://n1:7401"]).openSession(), errors.NotSupported);
  await assert.rejects(new web.Client(["http://n1:7401"]).resumeSession(), errors.NotSupported);
});

test("words are those of the schema", () => {
  const tokens = [
    { epoch: 2n, counter: 1n },
    { epoch: 1n, counter: 9n },
    { epoch: 2n, counter: 0n },
  ];
  assert.deepEqual(tokens.sort(compareTokens).map(formatToken), ["1.9", "2.0", "2.1"]);
  assert.equal(compareTokens({ epoch: 3n, counter: 4n }, { epoch: 3n, counter: 4n }), 0);
  const span = duration(1500);
  assert.deepEqual([span?.seconds, span?.nanos], [1n, 500_000_000]);
  assert.equal(duration(undefined), undefined);
  assert.equal(claim("a", { mode: "counted", limit: 2 }).mode, v1.NameMode.COUNTED);
  assert.equal(plan({ members: {} }).parties.case, "members");
  assert.throws(() => plan({ count: 2, group: "g" }), errors.OptionsError);
  assert.match(requestId(), /^[0-9a-f]{32}$/);
});
