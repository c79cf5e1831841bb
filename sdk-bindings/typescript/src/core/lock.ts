/**
 * Locks.
 *
 * @module
 */

import { clone, create } from "@bufbuild/protobuf";
import * as v1 from "../v1.js";
import { NameDelayed, NameHeld, QuorateError, Refused } from "./errors.js";
import type { WaitOptions } from "./pool.js";
import type { Session } from "./session.js";
import { claim, type LockOptions, requestId, type Token, tokenOf } from "./words.js";

/**
 * A lock of a session. With {@link Lock.run} it is acquired, and released at the end; with `await using` it is given up at
 * the end of the block.
 *
 * The queue is fair: who comes later never overtakes. Every grant has a fencing {@link Lock.token}. It is lost when the
 * session is: look at {@link Lock.isValid} before you act.
 */
export class Lock implements AsyncDisposable {
  /** Its path. */
  readonly path: string;
  readonly #session: Session;
  readonly #claim: v1.LockClaim;
  #token: Token | undefined;
  #asked = false;

  /** @internal */
  constructor(session: Session, path: string, options: LockOptions) {
    this.#session = session;
    this.path = path;
    this.#claim = claim(path, options);
  }

  /** The fencing token of the grant; `undefined` when it is not held. */
  get token(): Token | undefined {
    return this.#token;
  }

  /** Whether it is held, and may be acted on at this moment. Never says yes too long. */
  isValid(): boolean {
    return this.#token !== undefined && this.#session.isValid();
  }

  /**
   * Takes the lock; waits until it is granted, for `timeoutMs` at most.
   *
   * When the time is over, or the signal is aborted, the place in the queue stays with the session: the same call takes it
   * up again, and {@link Lock.release} gives it up. Repeated when needed: who holds it gets the same token.
   *
   * @throws DeadlineExceeded - It was not granted in time.
   * @throws SessionError - The session is over.
   * @throws NameMismatch - The path is used as something else, or in another mode.
   * @throws LimitReached - The queue is full.
   */
  async acquire(options: WaitOptions = {}): Promise<Token> {
    this.#asked = true;
    try {
      return await this.#acquire(this.#claim, options);
    } catch (error) {
      if (error instanceof Refused) this.#asked = false;
      throw error;
    }
  }

  /** Takes the lock when it is free; `undefined` when it is not, or is kept free for a while. Does not queue. */
  async tryAcquire(): Promise<Token | undefined> {
    const atOnce = clone(v1.LockClaimSchema, this.#claim);
    atOnce.noWait = true;
    try {
      const token = await this.#acquire(atOnce, { timeoutMs: this.#session.pool.settings.callTimeoutMs });
      this.#asked = true;
      return token;
    } catch (error) {
      if (error instanceof NameHeld || error instanceof NameDelayed) return undefined;
      throw error;
    }
  }

  /**
   * Gives up the lock, or the place in the queue. Repeated when needed.
   *
   * @throws NameNotHeld - The session neither holds it nor queues for it.
   * @throws SessionError - The session is over, and the lock with it: others may have it already.
   */
  async release(): Promise<void> {
    const token = this.#token;
    this.#token = undefined;
    this.#asked = false;
    const request = create(v1.ReleaseLockRequestSchema, {
      session: this.#session.token,
      path: this.path,
      ...(token ? { token } : {}),
      requestId: requestId(),
    });
    await this.#session.pool.ask((stubs, how) => stubs.locks.releaseLock(request, how));
  }

  /**
   * Does something while the lock is held: acquires it, and releases it at the end, also when `work` fails.
   *
   * @returns What `work` returns.
   */
  async run<T>(work: (token: Token) => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
    let result: T;
    try {
      result = await work(await this.acquire(options));
    } catch (error) {
      await this.#giveUp();
      throw error;
    }
    await this.release();
    return result;
  }

  /**
   * Gives up the lock, or the place in the queue, when there is one.
   *
   * @throws SessionError - The session is over, and the lock with it: others may have it already.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#asked) await this.release();
  }

  async #acquire(wanted: v1.LockClaim, options: WaitOptions): Promise<Token> {
    const request = create(v1.AcquireLockRequestSchema, {
      session: this.#session.token,
      claim: wanted,
      requestId: requestId(),
    });
    const answer = await this.#session.pool.wait((stubs, how) => stubs.locks.acquireLock(request, how), options);
    this.#token = tokenOf(answer.token);
    return this.#token;
  }

  /** Releases it where another error is on its way to the caller already. */
  async #giveUp(): Promise<void> {
    try {
      await this.release();
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
    }
  }
}
