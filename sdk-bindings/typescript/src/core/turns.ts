/**
 * What a program does that takes part in recovery: one phase after the other, the newest order first.
 *
 * @module
 */

import type { Participant, PhaseName } from "./participant.js";

/** What a program is to do. */
export interface Order {
  readonly phase: PhaseName;
  /** By which it is told; `undefined` when no agent says so. */
  readonly epoch: bigint | undefined;
  /** Says that it was done. */
  acknowledge(): void;
}

/** A phase that is under way. */
interface Turn {
  readonly order: Order;
  readonly stop: AbortController;
}

/** The phases of a program: told from one side, done at the other. */
export class Turns {
  readonly #program: Participant;
  readonly #failed: (order: Order, error: unknown) => void;
  #next: Order | undefined;
  #turn: Turn | undefined;
  #doing: Promise<void> = Promise.resolve();

  /** `failed` is called for each phase that the program could not do. */
  constructor(program: Participant, failed: (order: Order, error: unknown) => void) {
    this.#program = program;
    this.#failed = failed;
  }

  /** This is to be done next, instead of all that was told before and is not under way. */
  tell(order: Order): void {
    this.#next = order;
    if (this.#turn) this.#overtake(this.#turn);
    else this.#doing = this.#do();
  }

  /** Nothing more is to be done but what is under way. */
  close(): void {
    this.#next = undefined;
    if (this.#turn) this.#overtake(this.#turn);
  }

  /** Waits until all that was told is done. */
  done(): Promise<void> {
    return this.#doing;
  }

  /** Something newer has come: of what is under way, only preparing is brought to its end. */
  #overtake({ order, stop }: Turn): void {
    if (order.phase !== "prepare") stop.abort();
  }

  async #do(): Promise<void> {
    for (let order = this.#take(); order; order = this.#take()) {
      const stop = new AbortController();
      this.#turn = { order, stop };
      try {
        await this.#perform(order, stop.signal);
        if (!stop.signal.aborted) order.acknowledge();
      } catch (error) {
        // What was cut short need not end well.
        if (!stop.signal.aborted) this.#failed(order, error);
      }
    }
    this.#turn = undefined;
  }

  #take(): Order | undefined {
    const order = this.#next;
    this.#next = undefined;
    return order;
  }

  async #perform({ phase, epoch }: Order, signal: AbortSignal): Promise<void> {
    if (phase === "prepare" || epoch === undefined) await this.#program.prepare(epoch);
    else if (phase === "recover") await this.#program.recover(epoch, signal);
    else await this.#program.resume(epoch, signal);
  }
}
