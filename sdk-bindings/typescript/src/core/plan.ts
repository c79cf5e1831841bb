/**
 * One call over several endpoints: which failure ends it, and which only ends the attempt.
 *
 * A plan does no IO: whoever carries it out asks it for the next `step()` and tells it what `failed()`.
 *
 * @module
 */

import { ConnectionLost, DeadlineExceeded, type Tried, Unavailable } from "./errors.js";
import type { Failure } from "./failure.js";
import { type Settings, share } from "./options.js";
import { Rotation } from "./rotation.js";

/** A gRPC timeout has eight digits at most. */
const LONGEST_MS = 99_999_999;
/** A stream that was there for so long was a good one: the next one is opened without a pause. */
export const GOOD_AFTER_MS = 2000;

/** What to try next. */
export interface Attempt {
  /** At this endpoint. */
  readonly index: number;
  /** After so many milliseconds. */
  readonly pauseMs: number;
  /** For so many milliseconds at most. */
  readonly timeoutMs: number | undefined;
}

/** How a call is made. */
export interface Terms {
  /** For how many milliseconds in all; without it, as long as it takes. */
  readonly limitMs?: number | undefined;
  /** Whether each endpoint has a share of the time only; otherwise all of what is left. */
  readonly share?: boolean;
  /** Whether it may be carried out more than once. */
  readonly repeat?: boolean;
}

/** A call that begins now. */
export class Plan {
  readonly #settings: Settings;
  readonly #rotation: Rotation;
  readonly #limitMs: number | undefined;
  readonly #end: number;
  readonly #shareMs: number;
  readonly #repeat: boolean;
  readonly #tried = new Map<string, Tried>();

  constructor(settings: Settings, first: number, terms: Terms) {
    this.#settings = settings;
    this.#rotation = new Rotation(settings.endpoints.length, first);
    this.#limitMs = terms.limitMs;
    this.#end = performance.now() + (terms.limitMs ?? Infinity);
    this.#shareMs = terms.limitMs !== undefined && (terms.share ?? true) ? share(settings, terms.limitMs) : Infinity;
    this.#repeat = terms.repeat ?? true;
  }

  /**
   * The next attempt.
   *
   * @throws Unavailable - Each endpoint was tried as often as allowed.
   * @throws DeadlineExceeded - There is no time left.
   */
  step(): Attempt {
    const { index, pauseMs, roundsDone } = this.#rotation.step();
    if (this.#limitMs === undefined) return { index, pauseMs, timeoutMs: undefined };
    const left = this.#end - performance.now() - pauseMs;
    if (left <= 0 || roundsDone >= this.#settings.rounds) {
      const tried = [...this.#tried.values()];
      if (left <= 0 && (tried.length === 0 || tried.some((one) => one.silent))) {
        throw new DeadlineExceeded(this.#limitMs, tried);
      }
      throw new Unavailable(tried);
    }
    return { index, pauseMs, timeoutMs: Math.ceil(Math.min(left, this.#shareMs, LONGEST_MS)) };
  }

  /**
   * Takes note of a failed attempt.
   *
   * @throws Refused - No other endpoint would answer otherwise.
   * @throws ConnectionLost - It may have been carried out, and must not be repeated.
   */
  failed(failure: Failure): void {
    if (!failure.mayPass) throw failure.refused();
    if (!this.#repeat && failure.wasSent) throw new ConnectionLost(failure.tried());
    this.#tried.set(failure.answer.endpoint, failure.tried());
  }
}

/** What a watch knows across its streams: where it got to, whom to ask next, since when it has been cut off. */
export class Resume {
  /** Resumes after the last message; empty before the first one. */
  cursor: string;
  readonly #rotation: Rotation;
  readonly #giveUpAfterMs: number;
  readonly #tried = new Map<string, Tried>();
  #cutOff = performance.now();
  #opened = 0;

  constructor(endpoints: number, first: number, cursor: string, giveUpAfterMs = Infinity) {
    this.cursor = cursor;
    this.#rotation = new Rotation(endpoints, first);
    this.#giveUpAfterMs = giveUpAfterMs;
  }

  /**
   * Where to open the stream next.
   *
   * @throws Unavailable - There was no message for as long as the watch may be cut off.
   */
  step(): Attempt {
    const { index, pauseMs } = this.#rotation.step();
    if (this.#tried.size > 0 && performance.now() + pauseMs >= this.#cutOff + this.#giveUpAfterMs) {
      throw new Unavailable([...this.#tried.values()]);
    }
    return { index, pauseMs, timeoutMs: undefined };
  }

  /** A stream is opened now. */
  opened(): void {
    this.#opened = performance.now();
  }

  /** A message came; it has this cursor, or none. */
  received(cursor: string): void {
    this.#tried.clear();
    if (cursor) this.cursor = cursor;
  }

  /**
   * The stream failed, or could not be opened.
   *
   * @throws Refused - No other endpoint would answer otherwise.
   */
  failed(failure: Failure): void {
    if (failure.isFinal) throw failure.refused();
    this.ended(failure.tried());
  }

  /** The stream ended, which it never should. */
  ended(tried: Tried): void {
    const now = performance.now();
    if (this.#tried.size === 0) this.#cutOff = now;
    if (now - this.#opened >= GOOD_AFTER_MS) this.#rotation.reset();
    this.#tried.set(tried.endpoint, tried);
  }
}
