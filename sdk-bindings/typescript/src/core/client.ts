/**
 * The client.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import * as v1 from "../v1.js";
import { type Moment, now } from "./clock.js";
import { renew } from "./keep-alive.js";
import { Barriers, Elections, Events, Locks, Membership, Names, Quorum, Recovery, Sessions } from "./parts.js";
import type { Invoke, Pool } from "./pool.js";
import { Session, type SessionOptions } from "./session.js";
import { duration, requestId } from "./words.js";

/** How a call is made that has no method of its own. */
export interface CallOptions {
  /** How many milliseconds it may take in all. Default: the client's `callTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Whether it may be carried out more than once. Default: yes. */
  readonly repeat?: boolean | undefined;
  /** Ends the call when it is aborted, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A client of one cluster, by any of its agents. Close it, or use it with `await using`.
 *
 * The endpoint that answered last is asked first. When it cannot be reached, does not answer in its share of the time, or
 * says that it cannot serve, the next one is asked, round by round until the deadline or the last round. Calls are repeated
 * only where the schema says that this is safe.
 *
 * All calls can fail with {@link Unavailable}, {@link DeadlineExceeded} and {@link ClientClosed}; the refusals that a call can
 * fail with are listed with it.
 */
export abstract class ClientBase implements AsyncDisposable {
  /** Who belongs to the cluster. */
  readonly membership: Membership;
  /** Whether this side of the cluster may act. */
  readonly quorum: Quorum;
  /** What is bound to which path. */
  readonly names: Names;
  /** Who holds a lock; {@link Session.lock} takes one. */
  readonly locks: Locks;
  /** Who leads; {@link Session.election} stands for an office. */
  readonly elections: Elections;
  /** How barriers stand; {@link Session.barrier} comes to one. */
  readonly barriers: Barriers;
  /** The sessions of the cluster. */
  readonly sessions: Sessions;
  /** What happens, in one order. */
  readonly events: Events;
  /** How recovery stands. */
  readonly recovery: Recovery;
  readonly #pool: Pool;

  /** @internal */
  protected constructor(pool: Pool) {
    this.#pool = pool;
    this.membership = new Membership(pool);
    this.quorum = new Quorum(pool);
    this.names = new Names(pool);
    this.locks = new Locks(pool);
    this.elections = new Elections(pool);
    this.barriers = new Barriers(pool);
    this.sessions = new Sessions(pool);
    this.events = new Events(pool);
    this.recovery = new Recovery(pool);
  }

  /** The endpoints, in the order in which they are tried. */
  get endpoints(): readonly string[] {
    return this.#pool.settings.endpoints;
  }

  /** The answering agent: version, identity, addresses, uptime, configuration in force. */
  agent(): Promise<v1.GetAgentResponse> {
    return this.#pool.ask((stubs, how) => stubs.admin.getAgent({}, how));
  }

  /**
   * Opens a session, and keeps it alive from then on. Repeated when needed: it is opened once.
   *
   * @throws BadRequest - A value is out of range.
   * @throws LimitReached - There are too many sessions.
   * @throws NotServed - Nobody leads for now.
   */
  async openSession(options: SessionOptions = {}): Promise<Session> {
    const { ttlMs = 10_000, label = "", group = "", processId = 0 } = options;
    const request = create(v1.OpenSessionRequestSchema, { label, group, requestId: requestId(), processId });
    request.ttl = duration(ttlMs);
    const sent = now();
    const opened = await this.#pool.ask((stubs, how) => stubs.sessions.openSession(request, how));
    return this.#keep(opened.session, opened, sent);
  }

  /**
   * Takes up a session that was opened elsewhere, or by this program before it was restarted; keeps it alive.
   *
   * @param token - What {@link Session.token} was.
   * @throws SessionEnded - It is over.
   * @throws SessionUnknown - There never was such a session.
   * @throws SessionTokenWrong - That is not its token.
   */
  async resumeSession(token: string): Promise<Session> {
    const sent = now();
    const kept = await this.#pool.ask((stubs, how) => renew(stubs, token, how));
    return this.#keep(token, kept, sent);
  }

  /**
   * Makes any call with this client's failover and deadline, for methods that have none here, as in
   * `client.call((stubs, how) => stubs.admin.listSettings({}, how))`.
   *
   * @param invoke - Makes the call with the generated clients of an endpoint, to which it passes `how` on.
   */
  call<T>(invoke: Invoke<T>, options: CallOptions = {}): Promise<T> {
    const { timeoutMs = this.#pool.settings.callTimeoutMs, repeat = true, signal } = options;
    return this.#pool.call(invoke, { limitMs: timeoutMs, repeat }, signal);
  }

  /** Ends all connections, and every call and watch that is under way. Close sessions before it. */
  close(): Promise<void> {
    this.#pool.close();
    return Promise.resolve();
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #keep(token: string, kept: v1.OpenSessionResponse | v1.KeepAliveResponse, sent: Moment): Session {
    return new Session(this.#pool, token, kept.sessionId, kept.ttl ? durationMs(kept.ttl) : 0, sent);
  }
}
