/**
 * Sessions: what a program holds in the cluster rests on one.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import * as v1 from "../v1.js";
import { Barrier } from "./barrier.js";
import { elapsed, type Moment, now } from "./clock.js";
import { Election } from "./election.js";
import type { QuorateError } from "./errors.js";
import { Failure } from "./failure.js";
import { keepAlive } from "./keep-alive.js";
import { Lock } from "./lock.js";
import type { Pool, Scope, Stubs } from "./pool.js";
import { Rotation } from "./rotation.js";
import { abortable, Change, pause } from "./wait.js";
import { type BarrierOptions, bytes, type LockOptions, type Loss, plan, requestId, type Value } from "./words.js";

/** After a suspension of the machine timers are late by as long: the clock is looked at this often at least. */
const LOOK_MS = 1000;

/** What a session is to be. */
export interface SessionOptions {
  /**
   * How long it lives without a sign of life: 1,000 to 3,600,000 milliseconds. Default: 10,000. That is also how long
   * others wait for what it holds when this program dies, and the longest pause that this program survives.
   */
  readonly ttlMs?: number | undefined;
  /** What it is called, for people; 128 bytes at most. */
  readonly label?: string | undefined;
  /** The group it belongs to, for barriers that wait for a group; 128 bytes at most. */
  readonly group?: string | undefined;
  /** Has an agent of the same machine close it as soon as this process dies, as `process.pid` tells one's own. */
  readonly processId?: number | undefined;
}

/** How to wait for the end of a session. */
export interface LossOptions {
  /** Waits only until less than so many milliseconds of its time are left. Default: 0. */
  readonly marginMs?: number | undefined;
  /** Ends the wait when it is aborted, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How to bind a path. */
export interface BindOptions {
  /** Whether other sessions may bind the path as well. */
  readonly shared?: boolean | undefined;
  /** Only when the session's binding was last changed at this revision; 0: only when it has none. */
  readonly expectedRevision?: bigint | undefined;
}

/**
 * A session that is kept alive at whichever agent answers. Close it, or use it with `await using`.
 *
 * What it holds - bindings, locks, offices, places in queues and at barriers - goes when it ends: when it is closed, or when
 * nothing was heard of it for its time. It survives the loss of agents.
 *
 * Whoever holds something may act on it only while the session {@link Session.isValid}, which is counted from when the last
 * sign of life that was answered was *sent*. JavaScript has no clock that is sure to count suspensions of the machine: the
 * greater of what the monotonic clock and the wall clock say has passed counts. Before that time is over nobody else is given
 * what it holds. Against a pause between looking and acting there are fencing tokens.
 */
export class Session implements AsyncDisposable {
  /** Its id, which others see; no secret. */
  readonly id: string;
  /** Proves that the session is one's own: whoever has it may act for the session, and resume it. */
  readonly token: string;
  /** How long it lives without a sign of life, in milliseconds. */
  readonly ttlMs: number;
  /** @internal */
  readonly pool: Pool;
  #sent: Moment;
  #ended: QuorateError | undefined;
  #closed = false;
  readonly #change = new Change();
  readonly #scope: Scope;
  readonly #keeping: Promise<void>;

  /** @internal */
  constructor(pool: Pool, token: string, id: string, ttlMs: number, sent: Moment) {
    this.pool = pool;
    this.token = token;
    this.id = id;
    this.ttlMs = ttlMs;
    this.#sent = sent;
    this.#scope = pool.open();
    this.#keeping = this.#keep();
  }

  /** For how many milliseconds it surely lives when no further sign of life is answered; 0 when that is not known. */
  get leftMs(): number {
    return this.#ended || this.#closed ? 0 : Math.max(0, this.ttlMs - elapsed(this.#sent, now()));
  }

  /** Whether what it holds may be acted on at this moment. Never says yes too long. */
  isValid(): boolean {
    return this.leftMs > 0;
  }

  /**
   * Waits until the session is over, or until less than `marginMs` of its time are left.
   *
   * That is time enough to stop what rests on it. Two of three signs of life may fail before a third of its time is left.
   * After a suspension of the machine it may come up to 1 s late; {@link Session.isValid} does not.
   */
  async waitLost({ marginMs = 0, signal }: LossOptions = {}): Promise<Loss> {
    return abortable(signal, async (aborted) => {
      for (;;) {
        if (this.#ended) return { error: this.#ended };
        const left = this.leftMs - marginMs;
        if (left <= 0) return {};
        await this.#change.wait(Math.min(left, LOOK_MS), aborted);
      }
    });
  }

  /**
   * Has `callback` called once when {@link Session.waitLost} would return; not when the session is closed before.
   *
   * @param marginMs - As of `waitLost`.
   */
  onLost(callback: (loss: Loss) => void, marginMs = 0): void {
    const tell = async () => {
      const loss = await this.waitLost({ marginMs });
      if (!this.#closed) callback(loss);
    };
    void tell();
  }

  /** A lock of this session; nothing is sent before it is acquired. */
  lock(path: string, options: LockOptions = {}): Lock {
    return new Lock(this, path, options);
  }

  /**
   * An office that this session may stand for; nothing is sent before it does.
   *
   * @param value - What others see of who leads; 64 KiB at most.
   */
  election(path: string, value: Value = ""): Election {
    return new Election(this, path, value);
  }

  /**
   * A barrier that this session may come to; nothing is sent before it does. All who come must say the same.
   *
   * @throws OptionsError - Not exactly one of `count`, `members` and `group` is given.
   */
  barrier(path: string, options: BarrierOptions): Barrier {
    return new Barrier(this, path, plan(options));
  }

  /**
   * Binds a path to a value (64 KiB at most), or gives a binding of the session another value.
   *
   * Repeated when needed: it is done once.
   *
   * @throws NameHeld - Somebody else has it.
   * @throws NameDelayed - It is kept free for a while.
   * @throws NameChanged - It was last changed at another revision.
   * @throws NameMismatch - It is used as something else.
   */
  bind(path: string, value: Value = "", options: BindOptions = {}): Promise<v1.BindNameResponse> {
    const { shared = false, expectedRevision } = options;
    const request = create(v1.BindNameRequestSchema, {
      session: this.token,
      path,
      value: bytes(value),
      shared,
      ...(expectedRevision === undefined ? {} : { expectedRevision }),
      requestId: requestId(),
    });
    return this.pool.ask((stubs, how) => stubs.names.bindName(request, how));
  }

  /**
   * Gives up a binding of the session. Repeated when needed.
   *
   * @param expectedRevision - Only when it was last changed at this revision.
   * @throws NameNotHeld - The session has no such binding.
   */
  async unbind(path: string, expectedRevision?: bigint): Promise<void> {
    const request = create(v1.UnbindNameRequestSchema, {
      session: this.token,
      path,
      ...(expectedRevision === undefined ? {} : { expectedRevision }),
      requestId: requestId(),
    });
    await this.pool.ask((stubs, how) => stubs.names.unbindName(request, how));
  }

  /** Ends the session, and with it all it holds, at once. Closing it again does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#stop();
    if (this.#ended) return;
    await this.pool.ask((stubs, how) => stubs.sessions.closeSession({ session: this.token }, how));
  }

  /** Keeps it alive no more and leaves it to its time; returns the token by which it can be resumed elsewhere. */
  async detach(): Promise<string> {
    await this.#stop();
    return this.token;
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #stop(): Promise<void> {
    this.#closed = true;
    this.#change.notify();
    this.#scope.close();
    await this.#keeping;
  }

  /** Gives signs of life until the cluster says that the session is over, or it or its client is closed. */
  async #keep(): Promise<void> {
    const { signal } = this.#scope;
    const rotation = new Rotation(this.pool.stubs.length, this.pool.preferred);
    const paceMs = this.ttlMs / 3;
    try {
      await pause(paceMs, signal);
      while (!this.#ended) {
        const { index, pauseMs } = rotation.step();
        await pause(Math.min(pauseMs, paceMs), signal);
        const before = this.#sent;
        await this.#keepAt(this.pool.at(index), paceMs, signal);
        if (this.#sent !== before) rotation.reset();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #keepAt(stubs: Stubs, paceMs: number, signal: AbortSignal): Promise<void> {
    const stream = this.pool.open(signal);
    const heard = (sent: Moment) => {
      this.#sent = sent;
      this.#change.notify();
    };
    try {
      await keepAlive(stubs, this.token, paceMs, heard, stream.signal);
    } catch (error) {
      signal.throwIfAborted();
      const failure = Failure.of(stubs.endpoint, error);
      if (!failure.isFinal) return;
      this.#ended = failure.refused();
      this.#change.notify();
    } finally {
      stream.close();
    }
  }
}
