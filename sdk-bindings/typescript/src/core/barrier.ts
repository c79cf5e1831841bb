/**
 * Barriers.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import * as v1 from "../v1.js";
import { Refused } from "./errors.js";
import type { WaitOptions } from "./pool.js";
import type { Session } from "./session.js";
import { requestId } from "./words.js";

/**
 * A point that a set of sessions pass together or not at all, again and again: each time is a generation.
 *
 * With {@link Barrier.run} a double barrier is entered, and left at the end; with `await using` it is left at the end of the
 * block.
 */
export class Barrier implements AsyncDisposable {
  /** Its path. */
  readonly path: string;
  readonly #session: Session;
  readonly #plan: v1.BarrierPlan;
  readonly #ids = { enter: requestId(), leave: requestId() };
  #inside = false;

  /** @internal */
  constructor(session: Session, path: string, plan: v1.BarrierPlan) {
    this.#session = session;
    this.path = path;
    this.#plan = plan;
  }

  /**
   * Comes to the barrier; waits until all are there, for `timeoutMs` at most. Returns the generation.
   *
   * When the time is over, or the signal is aborted, the place stays with the session: the same call takes it up again, and
   * gets the same answer if all were there meanwhile; {@link Barrier.leave} gives it up.
   *
   * @throws DeadlineExceeded - Not all were there in time.
   * @throws BarrierBroken - The generation ended without passing.
   * @throws BarrierMismatch - Others say that the barrier is something else.
   * @throws SessionError - The session is over.
   */
  async enter(options: WaitOptions = {}): Promise<bigint> {
    const request = create(v1.EnterBarrierRequestSchema, {
      session: this.#session.token,
      path: this.path,
      plan: this.#plan,
      requestId: this.#ids.enter,
    });
    const { generation } = await this.#answered("enter", () =>
      this.#session.pool.wait((stubs, how) => stubs.barriers.enterBarrier(request, how), options),
    );
    this.#inside = this.#plan.isDouble;
    return generation;
  }

  /**
   * Leaves the inside of a double barrier; waits until all have come to leave or have ended. Returns the generation.
   *
   * Where the session still waits for others to come, it goes away at once.
   *
   * @throws DeadlineExceeded - Not all have come to leave in time; the same call waits on.
   * @throws BarrierNotThere - The session is not at the barrier.
   * @throws SessionError - The session is over.
   */
  async leave(options: WaitOptions = {}): Promise<bigint> {
    const request = create(v1.LeaveBarrierRequestSchema, {
      session: this.#session.token,
      path: this.path,
      requestId: this.#ids.leave,
    });
    const { generation } = await this.#answered("leave", () =>
      this.#session.pool.wait((stubs, how) => stubs.barriers.leaveBarrier(request, how), options),
    );
    this.#inside = false;
    return generation;
  }

  /**
   * Ends the present generation without passing: all who wait are told so. Returns the generation.
   *
   * @param reason - Why, for people; 128 bytes at most.
   * @throws BarrierNotThere - The session has not come to the barrier.
   */
  async abort(reason: string): Promise<bigint> {
    const request = create(v1.AbortBarrierRequestSchema, {
      session: this.#session.token,
      path: this.path,
      reason,
      requestId: requestId(),
    });
    const answer = await this.#session.pool.ask((stubs, how) => stubs.barriers.abortBarrier(request, how));
    return answer.generation;
  }

  /**
   * Does something inside: enters the barrier, and, when it is double, leaves it at the end, unless `work` fails.
   *
   * @returns What `work` returns.
   */
  async run<T>(work: (generation: bigint) => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
    const result = await work(await this.enter(options));
    if (this.#plan.isDouble) await this.leave();
    return result;
  }

  /** Leaves a double barrier when the session is inside; waits for the others. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#inside) await this.leave();
  }

  /** The next request is another one, unless this one has no answer. */
  async #answered<T>(what: "enter" | "leave", call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.#ids[what] = requestId();
      return answer;
    } catch (error) {
      if (error instanceof Refused) this.#ids[what] = requestId();
      throw error;
    }
  }
}
