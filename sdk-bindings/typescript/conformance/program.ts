/**
 * A program that takes part in recovery, and does each phase until it is told to finish it.
 *
 * @module
 */

import { DeadlineExceeded, type Notice, type Participant } from "quorate";
import type { Result } from "./lines.js";

/** What was told and not read. */
class Told {
  readonly #told: Result[] = [];
  #readers: ((told: Result) => void)[] = [];

  put(told: Result): void {
    const reader = this.#readers.shift();
    if (reader) reader(told);
    else this.#told.push(told);
  }

  /** The next one, in that time. */
  next(limitMs: number): Promise<Result> {
    const told = this.#told.shift();
    if (told) return Promise.resolve(told);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#readers = this.#readers.filter((other) => other !== reader);
        reject(new DeadlineExceeded(limitMs, []));
      }, limitMs);
      const reader = (told: Result) => {
        clearTimeout(timer);
        resolve(told);
      };
      this.#readers.push(reader);
    });
  }
}

export class Program implements Participant {
  readonly phases = new Told();
  readonly notices = new Told();
  #finish = (_?: string) => {};

  /** Ends the phase that is under way. */
  finish(error?: string): void {
    this.#finish(error);
  }

  prepare(epoch: bigint | undefined): Promise<void> {
    return this.#perform("PREPARE", epoch ?? null);
  }

  recover(epoch: bigint, signal: AbortSignal): Promise<void> {
    return this.#perform("RECOVER", epoch, signal);
  }

  resume(epoch: bigint, signal: AbortSignal): Promise<void> {
    return this.#perform("RESUME", epoch, signal);
  }

  notice(notice: Notice): void {
    this.notices.put(
      "phase" in notice ? { kind: notice.kind, phase: notice.phase.toUpperCase() } : { kind: notice.kind },
    );
  }

  #perform(phase: string, epoch: bigint | null, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#finish = (error) => (error === undefined ? resolve() : reject(new Error(error)));
      signal?.addEventListener("abort", () => resolve());
      this.phases.put({ phase, epoch });
    });
  }
}
