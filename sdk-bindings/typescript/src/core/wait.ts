/**
 * Waiting that leaves no timer behind.
 *
 * @module
 */

/** What {@link inTime} returns when the time is over. */
export const LATE: unique symbol = Symbol("late");

/** What ends a stream on which nothing came for longer than is put up with. */
export const SILENT = new Error("silent");

/** What comes first: what a promise becomes, or the end of the time. */
export async function inTime<T>(promise: Promise<T>, ms: number): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, ms, LATE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for so long, or until the signal is aborted, which it throws the reason of. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await abortable(signal, (aborted) => inTime(aborted, ms));
  else signal.throwIfAborted();
}

/** Does something beside a promise that fails with the signal's reason as soon as it is aborted. */
export async function abortable<T>(
  signal: AbortSignal | undefined,
  work: (aborted: Promise<never>) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort);
  });
  try {
    return await work(aborted);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Says when something was awaited for too long. A timer for each wait would cost more than the wait, so it has one for all. */
export class Watchdog {
  readonly #ms: number;
  readonly #late: () => void;
  #since = Infinity;
  #timer: ReturnType<typeof setTimeout>;

  /** Calls `late` when a wait has taken so many milliseconds. */
  constructor(ms: number, late: () => void) {
    this.#ms = ms;
    this.#late = late;
    this.#timer = setTimeout(() => this.#look(), ms);
  }

  /** Waits. */
  async wait<T>(promise: Promise<T>): Promise<T> {
    this.#since = performance.now();
    try {
      return await promise;
    } finally {
      this.#since = Infinity;
    }
  }

  /** Leaves no timer behind. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const left = Math.min(this.#ms, this.#since + this.#ms - performance.now());
    if (left <= 0) this.#late();
    else this.#timer = setTimeout(() => this.#look(), left);
  }
}

/** Tells those who wait that something has changed. */
export class Change {
  #waiting: (() => void)[] = [];

  /** Something has changed. */
  notify(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Waits until something changes or `aborted` fails, for `ms` at most. */
  async wait(ms: number, aborted: Promise<never>): Promise<void> {
    let wake = () => {};
    const changed = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#waiting.push(wake);
    try {
      await inTime(Promise.race([changed, aborted]), ms);
    } finally {
      this.#waiting = this.#waiting.filter((other) => other !== wake);
    }
  }
}

/** What is sent on a stream, one message after the other; it has no end of its own. */
export class Outbox<M> implements AsyncIterable<M> {
  #unsent: M[] = [];
  #take: ((result: IteratorResult<M>) => void) | undefined;

  send(message: M): void {
    if (this.#take) this.#take({ done: false, value: message });
    else this.#unsent.push(message);
    this.#take = undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<M> {
    return {
      next: () => {
        const message = this.#unsent.shift();
        if (message !== undefined) return Promise.resolve({ done: false, value: message });
        return new Promise((resolve) => {
          this.#take = resolve;
        });
      },
      return: () => {
        this.#take?.({ done: true, value: undefined });
        return Promise.resolve({ done: true, value: undefined });
      },
      throw: (error) => {
        this.#take?.({ done: true, value: undefined });
        return Promise.reject(error);
      },
    };
  }
}
