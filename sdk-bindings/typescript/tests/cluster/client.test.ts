/** The client with real agents, whose addresses are in QUORATE_ENDPOINTS. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import * as q from "quorate";
import { v1 } from "quorate";
import * as web from "quorate/web";

const ENDPOINTS = (process.env.QUORATE_ENDPOINTS ?? "").split(",");
const LIMIT_MS = 60_000;
/** What connections and timers of a client are to Node. */
const RESOURCES = /^(TCP|TLS|Timeout|GetAddrInfo)/;

/** Carries out a scenario with a client, of which nothing is left in the end. */
function scenario(name: string, work: (client: q.Client) => Promise<void>, endpoints = ENDPOINTS): void {
  test(name, { timeout: LIMIT_MS }, async () => {
    // The time limit of the test is one itself.
    const before = resources().length;
    {
      // Often, so that a timer that was forgotten is noticed while the next scenario runs.
      await using client = new q.Client({ endpoints, keepAliveIntervalMs: 1000 });
      await work(client);
    }
    await until(() => resources().length <= before, "nothing is left");
  });
}

function resources(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => RESOURCES.test(kind));
}

async function until(met: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + LIMIT_MS / 2;
  while (!(await met())) {
    assert(performance.now() < end, what);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function all<T>(listing: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of listing) found.push(one);
  return found;
}

/** The next message of a watch. */
async function next<M extends object>(watch: q.Watch<M>): Promise<M> {
  const { value } = await watch.next();
  assert(value);
  return value;
}

const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value);

scenario("reads", async (client) => {
  const view = await client.membership.view();
  assert.deepEqual(
    view.view?.members.map((member) => member.nodeName),
    ["n1", "n2", "n3"],
  );
  const nodes = await all(client.membership.nodes());
  assert.deepEqual(nodes.map((node) => node.nodeName).sort(), ["n1", "n2", "n3"]);
  assert.equal((await client.membership.node("n2")).nodeName, "n2");
  await assert.rejects(client.membership.node("n9"), { name: "NodeNotFound", reason: "NODE_NOT_FOUND" });
  const { quorum } = await client.quorum.get();
  assert(quorum?.granted);
  assert(quorum.epoch > 0n);
  assert.equal((await client.quorum.voters()).voters.length, 3);
  assert((await client.quorum.explain({ failing: ["n1"] })).kept);
  assert.match((await client.agent()).header?.nodeName ?? "", /^n[123]$/);
  const settings = await client.call((stubs, how) => stubs.admin.listSettings({}, how));
  assert.equal(settings.header?.clusterId, view.header?.clusterId);
  await using watch = client.recovery.watch();
  assert.equal((await next(watch)).message.case, "recovery");
  const recovery = await client.recovery.get();
  assert.deepEqual(
    recovery.nodes.map((node) => node.nodeName),
    ["n1", "n2", "n3"],
  );
});

scenario("sessions", async (client) => {
  const session = await client.openSession({ ttlMs: 1500, label: "kept", group: "g" });
  const opened = performance.now();
  assert(session.isValid());
  assert(session.leftMs > 0 && session.leftMs <= 1500);
  const known = await client.sessions.get(session.id);
  assert.deepEqual([known.label, known.group], ["kept", "g"]);
  assert((await all(client.sessions.list())).some((one) => one.sessionId === session.id));
  while (performance.now() < opened + 3000) {
    assert(session.isValid(), "it is kept alive");
    await sleep(50);
  }
  const losses: q.Loss[] = [];
  session.onLost((loss) => losses.push(loss));
  const token = await session.lock("ts/sessions").acquire();
  const secret = await session.detach();
  assert(!session.isValid(), "who has given it away may not act");
  {
    await using again = await client.resumeSession(secret);
    assert.equal(again.id, session.id);
    assert.deepEqual(await again.lock("ts/sessions").acquire(), token, "it still holds what it held");
  }
  assert.deepEqual(losses, [], "closing is no loss");
  await assert.rejects(client.resumeSession(secret), q.SessionEnded);
  await assert.rejects(client.openSession({ ttlMs: 100 }), q.BadRequest);
});

scenario("lost", async (client) => {
  await using other = new q.Client(ENDPOINTS);
  const session = await client.openSession({ ttlMs: 3000 });
  const losses: q.Loss[] = [];
  session.onLost((loss) => losses.push(loss));
  const lock = session.lock("ts/lost");
  await lock.acquire();
  await assert.rejects(session.waitLost({ signal: AbortSignal.abort() }), { name: "AbortError" });
  await other.call((stubs, how) => stubs.sessions.closeSession({ session: session.token }, how));
  const loss = await session.waitLost();
  assert(loss.error instanceof q.SessionEnded);
  assert(!session.isValid());
  assert(!lock.isValid());
  await until(() => losses.length > 0, "it is told");
  assert.deepEqual(losses, [loss]);
  await assert.rejects(lock.release(), q.SessionEnded);
  await session.close();
});

scenario("locks", async (client) => {
  await using one = await client.openSession();
  await using two = await client.openSession();
  const other = two.lock("ts/lock");
  const lock = one.lock("ts/lock");
  const [first, waiting] = await lock.run(async (token) => {
    assert(lock.isValid());
    assert.equal(await other.tryAcquire(), undefined);
    await assert.rejects(other.acquire({ timeoutMs: 200 }), q.DeadlineExceeded);
    assert.equal((await client.locks.get("ts/lock")).waiting, 1, "the place in the queue stays");
    await assert.rejects(other.acquire({ signal: AbortSignal.timeout(100) }), { name: "TimeoutError" });
    assert(!other.isValid());
    return [token, other.acquire()] as const;
  });
  assert(q.compareTokens(await waiting, first) > 0);
  await assert.rejects(lock.release(), q.NameNotHeld);
  await other.release();
  await assert.rejects(
    lock.run(() => Promise.reject(new RangeError("given up"))),
    RangeError,
  );
  {
    await using again = two.lock("ts/lock");
    assert(await again.tryAcquire(), "an error releases it as well");
  }
  assert.equal((await client.locks.get("ts/lock")).holders.length, 0, "and so does the end of a block");
});

scenario("elections", async (client) => {
  await using one = await client.openSession();
  await using two = await client.openSession();
  assert.equal(await client.elections.leader("ts/office"), undefined);
  await using watch = client.elections.observe("ts/office");
  const office = one.election("ts/office", "one");
  const waiting = await office.run(async () => {
    assert(office.isLeader());
    const waiting = two.election("ts/office", "two").campaign();
    await office.proclaim("still one");
    assert.equal(text((await client.elections.leader("ts/office"))?.value), "still one");
    assert((await next(watch)).message.case);
    return [waiting];
  });
  assert(await waiting[0]);
  assert.equal(text((await client.elections.leader("ts/office"))?.value), "two");
});

scenario("barriers", async (client) => {
  await using one = await client.openSession();
  await using two = await client.openSession();
  const gate = one.barrier("ts/gate", { count: 2, double: true });
  await assert.rejects(gate.enter({ timeoutMs: 200 }), q.DeadlineExceeded);
  assert.equal((await client.barriers.get("ts/gate")).missing, 1);
  const other = two.barrier("ts/gate", { count: 2, double: true });
  const generation = await other.enter({ timeoutMs: 10_000 });
  assert.equal(await gate.enter({ timeoutMs: 10_000 }), generation, "the same call takes its place up again");
  const left = await Promise.all([other.leave(), gate.leave({ timeoutMs: 10_000 })]);
  assert.deepEqual(left, [generation, generation]);
  const broken = assert.rejects(gate.enter(), (error) => {
    assert(error instanceof q.BarrierBroken);
    assert.equal(error.metadata.why, "aborted");
    return true;
  });
  await until(async () => {
    const known = await all(client.barriers.list("ts/"));
    return known.some((barrier) => barrier.path === "ts/gate" && barrier.arrivedSessionIds.length > 0);
  }, "it has come");
  await gate.abort("enough");
  await broken;
});

scenario("names", async (client) => {
  await using session = await client.openSession();
  const watch = client.names.watch("ts/names/");
  const { message: snapshot } = await next(watch);
  assert(snapshot.case === "snapshot" && snapshot.value.reason === v1.SnapshotReason.START);
  const bound = await session.bind("ts/names/a", "1", { expectedRevision: 0n });
  const { message: first } = await next(watch);
  assert(first.case === "bound");
  assert.deepEqual([first.value.path, text(first.value.value)], ["ts/names/a", "1"]);
  const { cursor } = watch;
  const waiting = watch.next();
  await watch.close();
  assert((await waiting).done, "who closes it ends it");
  await assert.rejects(session.bind("ts/names/a", "2", { expectedRevision: 0n }), q.NameChanged);
  await session.bind("ts/names/a", new Uint8Array([50]), { expectedRevision: bound.modifiedRevision });
  const values = (await client.names.get("ts/names/a")).map((binding) => text(binding.value));
  assert.deepEqual(values, ["2"]);
  await session.unbind("ts/names/a");
  const seen: unknown[] = [];
  for await (const { message } of client.names.watch("ts/names/", { cursor })) {
    if (message.case !== "bookmark") seen.push(message.case);
    if (message.case === "unbound") break;
  }
  assert.deepEqual(seen, ["bound", "unbound"], "it goes on after its cursor");
  await assert.rejects(client.names.watch("ts/", { cursor: "nonsense" }).next(), q.BadCursor);
  await using events = client.events.watch({ kinds: [v1.EventKind.NAME], pathPrefix: "ts/names/" });
  assert.equal((await next(events)).message.case, "snapshot");
});

scenario(
  "nobody",
  async (client) => {
    await assert.rejects(client.membership.view(), (error) => {
      assert(error instanceof q.Unavailable);
      const tried = error.tried.map((one) => one.endpoint);
      assert.deepEqual(tried, ["127.0.0.1:1", "127.0.0.1:2"]);
      return true;
    });
    await assert.rejects(client.membership.watch({ giveUpAfterMs: 300 }).next(), q.Unavailable);
  },
  ["127.0.0.1:1", "127.0.0.1:2"],
);

scenario(
  "over many",
  async (client) => {
    assert((await client.membership.view()).view?.members.length);
    await using watch = client.membership.watch();
    assert.equal((await next(watch)).message.case, "snapshot");
    assert.equal(watch.endpoint, ENDPOINTS[0]);
  },
  ["127.0.0.1:1", ...ENDPOINTS],
);

scenario("closed in the middle", async (client) => {
  const session = await client.openSession();
  const holder = await client.openSession();
  await holder.lock("ts/closed").acquire();
  const waiting = assert.rejects(session.lock("ts/closed").acquire(), q.ClientClosed);
  const watch = client.membership.watch();
  await next(watch);
  const watching = assert.rejects(all(watch), q.ClientClosed);
  await client.close();
  await Promise.all([waiting, watching]);
  await assert.rejects(client.agent(), q.ClientClosed);
});

test("as in a browser", { timeout: LIMIT_MS }, async () => {
  await using node = new q.Client(ENDPOINTS);
  await using client = new web.Client(["http://127.0.0.1:1", ...ENDPOINTS.map((endpoint) => `http://${endpoint}`)]);
  assert.equal((await client.membership.view()).view?.members.length, 3);
  await assert.rejects(client.membership.node("n9"), web.NodeNotFound);
  await using session = await node.openSession();
  const watch = client.names.watch("ts/web/");
  assert.equal((await next(watch)).message.case, "snapshot");
  await session.bind("ts/web/a", "1");
  assert.equal((await next(watch)).message.case, "bound");
  const waiting = watch.next();
  await watch.close();
  assert((await waiting).done);
});
