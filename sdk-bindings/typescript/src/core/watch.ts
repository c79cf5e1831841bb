/**
 * Watches: streams that reconnect and resume by themselves.
 *
 * @module
 */

import { Failure } from "./failure.js";
import { Resume } from "./plan.js";
import type { How, Pool, Scope, Stubs } from "./pool.js";
import { pause, SILENT, Watchdog } from "./wait.js";

/** How long an agent may be silent: it sends a bookmark more often than that. */
const IDLE_MS = 15_000;

/** How a watch goes on. */
export interface WatchOptions {
  /** Ends with {@link Unavailable} when cut off for so many milliseconds. Default: never. */
  readonly giveUpAfterMs?: number | undefined;
  /** Ends the watch when it is aborted, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How a watch goes on that has a history. */
export interface CursorOptions extends WatchOptions {
  /** Resumes after this cursor, which any agent of the cluster gave out. */
  readonly cursor?: string | undefined;
}

/** Opens the stream at an endpoint, after a cursor. */
export type OpenStream<M> = (stubs: Stubs, cursor: string, how: How) => AsyncIterable<M>;

interface Stream<M> {
  readonly endpoint: string;
  readonly index: number;
  readonly messages: AsyncIterator<M>;
  readonly scope: Scope;
  readonly watchdog: Watchdog;
}

/**
 * What an agent sends, for ever, on any agent: a snapshot first, then changes, and bookmarks while all is quiet.
 *
 * When the stream breaks, ends or is silent, the same watch is opened after the last message, at the next endpoint. The
 * agent then sends a snapshot whose `reason` says how it went on: `RESUMED` means that there is no gap, `LAGGED` and
 * `HISTORY_DROPPED` mean that there is one and that this snapshot bridges it. All are passed on.
 *
 * It ends with an error only when another agent would say the same, as {@link BadCursor}, when its signal is aborted, when
 * the client is closed ({@link ClientClosed}), or with {@link Unavailable} when `giveUpAfterMs` is set. A reader that is slow
 * is held back by flow control; the agent sends a `LAGGED` snapshot if it fell too far behind. Close it, use it with
 * `await using`, or read it with `for await`, which closes it at its end: nothing of it is left then.
 */
export class Watch<M extends object> implements AsyncIterableIterator<M>, AsyncDisposable {
  readonly #pool: Pool;
  readonly #openStream: OpenStream<M>;
  readonly #resume: Resume;
  readonly #signal: AbortSignal | undefined;
  #stream: Stream<M> | undefined;
  #scope: Scope | undefined;
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(pool: Pool, openStream: OpenStream<M>, options: CursorOptions) {
    this.#pool = pool;
    this.#openStream = openStream;
    this.#signal = options.signal;
    const { cursor = "", giveUpAfterMs } = options;
    this.#resume = new Resume(pool.stubs.length, pool.preferred, cursor, giveUpAfterMs);
  }

  /** Resumes after the last message, also in another watch or another process; empty before the first one. */
  get cursor(): string {
    return this.#resume.cursor;
  }

  /** The endpoint from which messages come; `undefined` while one is looked for. */
  get endpoint(): string | undefined {
    return this.#stream?.endpoint;
  }

  /** Itself: a watch is read once. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next message; waits for it as long as it takes. `done` once the watch is closed. */
  next(): Promise<IteratorResult<M, undefined>> {
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => {});
    return next;
  }

  /** Ends the watch, as `for await` does when it is left. */
  async return(): Promise<IteratorResult<M, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** Ends the watch. */
  close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    return Promise.resolve();
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #next(): Promise<IteratorResult<M, undefined>> {
    while (!this.#closed) {
      const message = await this.#read();
      if (message) return { done: false, value: message };
    }
    return { done: true, value: undefined };
  }

  /** The next message of the stream; nothing when that has ended, and another one is to be opened. */
  async #read(): Promise<M | undefined> {
    try {
      const stream = this.#stream ?? (await this.#open());
      const message = await this.#receive(stream);
      if (message) return message;
    } catch (error) {
      this.#drop();
      // Who closes a watch need not be told so by an error.
      if (!this.#closed) throw error;
    }
    this.#drop();
    return undefined;
  }

  async #receive({ endpoint, index, messages, scope, watchdog }: Stream<M>): Promise<M | undefined> {
    let read: IteratorResult<M>;
    try {
      read = await watchdog.wait(messages.next());
    } catch (error) {
      if (scope.signal.reason === SILENT) {
        this.#resume.ended({ endpoint, what: "silent", silent: true });
      } else {
        scope.signal.throwIfAborted();
        this.#resume.failed(Failure.of(endpoint, error));
      }
      return undefined;
    }
    if (read.done) {
      this.#resume.ended({ endpoint, what: "the stream was ended", silent: false });
      return undefined;
    }
    this.#pool.preferred = index;
    this.#resume.received("cursor" in read.value ? String(read.value.cursor) : "");
    return read.value;
  }

  async #open(): Promise<Stream<M>> {
    const scope = this.#pool.open(this.#signal);
    this.#scope = scope;
    const { index, pauseMs } = this.#resume.step();
    await pause(pauseMs, scope.signal);
    const stubs = this.#pool.at(index);
    const messages = this.#openStream(stubs, this.cursor, { signal: scope.signal })[Symbol.asyncIterator]();
    this.#resume.opened();
    const watchdog = new Watchdog(IDLE_MS, () => scope.close(SILENT));
    this.#stream = { endpoint: stubs.endpoint, index, messages, scope, watchdog };
    return this.#stream;
  }

  #drop(): void {
    this.#stream?.watchdog.close();
    this.#scope?.close();
    this.#scope = undefined;
    this.#stream = undefined;
  }
}
