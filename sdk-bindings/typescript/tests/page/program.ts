/** A program that takes part in recovery, and recovers only while it is let. */

import { EventEmitter, once } from "node:events";
import type { Client } from "quorate";

export class Program {
  readonly #left = new AbortController();
  readonly #gate = new EventEmitter();
  #isOpen = false;

  /** Takes part at the agent that the client asks. */
  constructor(client: Client, about: { readonly name: string; readonly level: number }) {
    const { signal } = this.#left;
    const prepare = () => {};
    const resume = () => {};
    const recover = async (_: bigint, signal: AbortSignal) => {
      if (!this.#isOpen) await once(this.#gate, "open", { signal });
    };
    client.participate({ ...about, signal }, { prepare, recover, resume }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  /** Has it recover, now and from now on. */
  recover(): void {
    this.#isOpen = true;
    this.#gate.emit("open");
  }

  /** Has it recover only when it is let. */
  hold(): void {
    this.#isOpen = false;
  }

  /** Takes part no more. */
  leave(): void {
    this.#left.abort();
  }
}
