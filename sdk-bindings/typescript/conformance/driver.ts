/**
 * Carries out the steps of conformance scenarios.
 *
 * See tests/conformance/README.md for what a driver is told and what it answers.
 *
 * @module
 */

import type { DescEnum } from "@bufbuild/protobuf";
import {
  type Barrier,
  type BarrierOptions,
  Client,
  DeadlineExceeded,
  type Election,
  type Lock,
  type Session,
  type Token,
  v1,
  type Watch,
} from "quorate";
import { type Args, type Result, serve } from "./lines.js";
import { Program } from "./program.js";

/** A message of any watch. */
type Message =
  | v1.WatchNamesResponse
  | v1.WatchEventsResponse
  | v1.WatchMembershipResponse
  | v1.ObserveLeaderResponse
  | v1.WatchBarrierResponse;

/** Made once for each name that the scenario gives. */
class Known<T> {
  readonly #things = new Map<string, T>();

  put(thing: T, ...name: string[]): T {
    this.#things.set(name.join(" "), thing);
    return thing;
  }

  find(...name: string[]): T | undefined {
    return this.#things.get(name.join(" "));
  }

  get(...name: string[]): T {
    const thing = this.find(...name);
    if (thing === undefined) throw new Error(`nothing is called ${name.join(" ")}`);
    return thing;
  }
}

const clients = new Known<Client>();
const sessions = new Known<Session>();
const locks = new Known<Lock>();
const elections = new Known<Election>();
const barriers = new Known<{ options: BarrierOptions; barrier: Barrier }>();
/** What takes part, how it is ended, and what ended it. */
const programs = new Known<{ program: Program; stop: AbortController; ended: Promise<unknown> }>();
const watches = new Known<{ watch: Watch<Message>; pending?: Promise<IteratorResult<Message>> | undefined }>();

/** What the driver itself keeps open: its standard input and output. */
const OWN = new Set(["PipeWrap"]);

const steps: Record<string, (args: Args) => Promise<Result> | Result> = {
  connect(args) {
    const { endpoints, rounds } = args;
    const callTimeoutMs = ms(args.call_timeout);
    const attemptTimeoutMs = ms(args.attempt_timeout);
    clients.put(new Client({ endpoints, callTimeoutMs, attemptTimeoutMs, rounds }), args.client);
    return {};
  },
  async close_client(args) {
    await clients.get(args.client).close();
    return {};
  },
  async agent(args) {
    const answer = await clients.get(args.client).agent();
    return { node: answer.header?.nodeName };
  },
  async view(args) {
    const answer = await clients.get(args.client).membership.view();
    return {
      members: answer.view?.members.map((member) => member.nodeName),
      state: enumShown(v1.ViewStateSchema, answer.state),
    };
  },
  async nodes(args) {
    const nodes = await all(clients.get(args.client).membership.nodes());
    return { nodes: nodes.map((node) => node.nodeName).sort() };
  },
  async quorum(args) {
    const { quorum } = await clients.get(args.client).quorum.get();
    return { has: quorum?.granted, epoch: quorum?.epoch };
  },
  async open_session(args) {
    const { label, group } = args;
    const session = await clients.get(args.client).openSession({ ttlMs: ms(args.ttl), label, group });
    sessions.put(session, args.session);
    return { id: session.id, token: session.token };
  },
  async resume_session(args) {
    const session = await clients.get(args.client).resumeSession(args.token);
    sessions.put(session, args.session);
    return { id: session.id, token: session.token };
  },
  async close_session(args) {
    await sessions.get(args.session).close();
    return {};
  },
  async detach_session(args) {
    return { token: await sessions.get(args.session).detach() };
  },
  valid(args) {
    const session = sessions.get(args.session);
    return { valid: session.isValid(), left: session.leftMs / 1000 };
  },
  async wait_lost(args) {
    const loss = await sessions.get(args.session).waitLost({ marginMs: ms(args.margin) });
    return { reason: loss.error?.reason ?? null };
  },
  async acquire(args) {
    const lock = lockOf(args);
    return { token: shown(await (args.try ? lock.tryAcquire() : lock.acquire({ timeoutMs: ms(args.timeout) }))) };
  },
  async release(args) {
    await lockOf(args).release();
    return {};
  },
  held(args) {
    return { valid: lockOf(args).isValid() };
  },
  async lock(args) {
    const answer = await clients.get(args.client).locks.get(args.path);
    return { holders: answer.holders.map((holder) => holder.sessionId), waiting: answer.waiting };
  },
  async campaign(args) {
    return { token: shown(await electionOf(args).campaign({ timeoutMs: ms(args.timeout) })) };
  },
  async proclaim(args) {
    await electionOf(args).proclaim(args.value);
    return {};
  },
  async resign(args) {
    await electionOf(args).resign();
    return {};
  },
  async leader(args) {
    const leader = await clients.get(args.client).elections.leader(args.path);
    return { value: leader ? text(leader.value) : null };
  },
  async bind(args) {
    const value = args.size === undefined ? (args.value ?? "") : "x".repeat(args.size);
    const expectedRevision = args.expected_revision === undefined ? undefined : BigInt(args.expected_revision);
    const answer = await sessions.get(args.session).bind(args.path, value, { shared: args.shared, expectedRevision });
    return { token: shown(answer.token), revision: answer.modifiedRevision };
  },
  async unbind(args) {
    await sessions.get(args.session).unbind(args.path);
    return {};
  },
  async name(args) {
    const found = await clients.get(args.client).names.get(args.path);
    return { bindings: found.map(bindingShown) };
  },
  async names(args) {
    const paths = (await all(clients.get(args.client).names.list(args.prefix))).map((binding) => binding.path);
    return { count: paths.length, first: paths[0] ?? null, last: paths.at(-1) ?? null };
  },
  async enter(args) {
    return { generation: await barrierOf(args).enter({ timeoutMs: ms(args.timeout) }) };
  },
  async leave(args) {
    return { generation: await barrierOf(args).leave({ timeoutMs: ms(args.timeout) }) };
  },
  async abort(args) {
    return { generation: await barrierOf(args).abort(args.reason) };
  },
  async barrier(args) {
    const answer = await clients.get(args.client).barriers.get(args.path);
    return { arrived: answer.arrivedSessionIds.length, missing: answer.missing };
  },
  watch(args) {
    watches.put({ watch: watchOf(args) }, args.watch);
    return {};
  },
  async next(args) {
    const watched = watches.get(args.watch);
    for (;;) {
      // Whoever waits in vain leaves the message that is under way to who asks next.
      watched.pending ??= watched.watch.next().finally(() => {
        watched.pending = undefined;
      });
      const { value } = await inTime(watched.pending, ms(args.timeout) ?? 10_000);
      if (value?.message.case !== "bookmark") return { cursor: watched.watch.cursor, ...messageShown(value) };
    }
  },
  async close_watch(args) {
    await watches.get(args.watch).watch.close();
    return {};
  },
  async recovery(args) {
    const { stage, epoch, nodes } = await clients.get(args.client).recovery.get();
    const names = nodes.flatMap((node) => node.participants).map((program) => program.name);
    const shown = enumShown(v1.RecoveryStageSchema, stage).replace("RECOVERY_STAGE_", "");
    return { stage: shown, epoch, participants: names.sort() };
  },
  participate(args) {
    const { participant, level, requires, late } = args;
    const [program, stop] = [new Program(), new AbortController()];
    const times = { deadlineMs: ms(args.deadline), idleTimeoutMs: ms(args.idle) };
    const options = { name: participant, level, requires, late, ...times, signal: stop.signal };
    const ended = clients
      .get(args.client)
      .participate(options, program)
      .catch((error) => error);
    programs.put({ program, stop, ended }, participant);
    return {};
  },
  phase(args) {
    return programs.get(args.participant).program.phases.next(ms(args.timeout) ?? 30_000);
  },
  notice(args) {
    return programs.get(args.participant).program.notices.next(ms(args.timeout) ?? 30_000);
  },
  finish(args) {
    programs.get(args.participant).program.finish(args.error);
    return {};
  },
  async participation(args) {
    throw await programs.get(args.participant).ended;
  },
  async stop_participating(args) {
    const { program, stop, ended } = programs.get(args.participant);
    stop.abort();
    // Preparing is not cut short.
    program.finish();
    await ended;
    return {};
  },
  background() {
    const left = process.getActiveResourcesInfo();
    return { left: left.filter((kind) => !OWN.has(kind)) };
  },
};

function lockOf(args: Args): Lock {
  const { session, path, mode, limit } = args;
  const known = locks.find(session, path);
  return known ?? locks.put(sessions.get(session).lock(path, { mode, limit, delayMs: ms(args.delay) }), session, path);
}

function electionOf({ session, path, value }: Args): Election {
  return elections.find(session, path) ?? elections.put(sessions.get(session).election(path, value), session, path);
}

function barrierOf(args: Args): Barrier {
  const { session, path, count, members, group, least, double, departure } = args;
  const options = { count, members, group, least, double, departure, deadlineMs: ms(args.deadline) };
  const known = barriers.find(session, path);
  const plan = JSON.stringify(options);
  if (known && (plan === "{}" || plan === JSON.stringify(known.options))) return known.barrier;
  return barriers.put({ options, barrier: sessions.get(session).barrier(path, options) }, session, path).barrier;
}

function watchOf(args: Args): Watch<Message> {
  const client = clients.get(args.client);
  const { kind, path, cursor } = args;
  switch (kind) {
    case "names":
      return client.names.watch(path, { cursor });
    case "events":
      return client.events.watch({ pathPrefix: path, cursor });
    case "membership":
      return client.membership.watch({ cursor });
    case "leader":
      return client.elections.observe(path);
    case "barrier":
      return client.barriers.watch(path);
    default:
      throw new Error(`no such watch: ${kind}`);
  }
}

/** A value of an enum by the schema's name; by its number when that is not known. */
function enumShown(schema: DescEnum, value: number): string {
  return schema.value[value]?.name ?? String(value);
}

/** A token as a list, whose order is that of tokens. */
function shown(token: Token | undefined): bigint[] | null {
  return token ? [token.epoch, token.counter] : null;
}

/** A binding; of a long value only how long it is. */
function bindingShown({ path, value, modifiedRevision }: v1.Binding): Result {
  return { path, value: value.length <= 256 ? text(value) : null, size: value.length, revision: modifiedRevision };
}

/** A message of a watch. */
function messageShown(response: Message | undefined): Result {
  const message = response?.message;
  const kind = message?.case?.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) ?? null;
  switch (message?.case) {
    case "snapshot": {
      const reason = enumShown(v1.SnapshotReasonSchema, message.value.reason);
      if (!("bindings" in message.value)) return { kind, reason };
      return { kind, reason, paths: message.value.bindings.map((binding) => binding.path), more: message.value.more };
    }
    case "coordination":
      return { kind, reason: enumShown(v1.SnapshotReasonSchema, message.value.reason) };
    case "event":
      return { kind, event: message.value.kind.case };
    case "bound":
      return { kind, ...bindingShown(message.value) };
    case "unbound":
      return { kind, path: message.value.binding?.path, end: enumShown(v1.EndReasonSchema, message.value.reason) };
    default:
      return { kind };
  }
}

async function all<T>(listing: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of listing) found.push(one);
  return found;
}

/** What a promise becomes, in that time. */
function inTime<T>(promise: Promise<T>, limitMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineExceeded(limitMs, [])), limitMs);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function ms(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

await serve(async (op, args) => {
  const step = steps[op];
  if (!step) throw new Error(`no such step: ${op}`);
  return step(args);
});
