/**
 * Taking part in recovery: the way to the agents.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import * as v1 from "../v1.js";
import type { Refused, Tried } from "./errors.js";
import { Failure } from "./failure.js";
import { HOUR_MS, within } from "./options.js";
import { introduction, type Notice, type Participant, type ParticipantOptions, phaseName } from "./participant.js";
import { GOOD_AFTER_MS } from "./plan.js";
import type { Pool, Scope, Stubs } from "./pool.js";
import { Rotation } from "./rotation.js";
import { Turns } from "./turns.js";
import { Outbox, pause, SILENT, Watchdog } from "./wait.js";

const IDLE_MS = 15_000;

/** How taking part at an agent ended. */
interface End {
  readonly tried: Tried;
  /** What every agent would say. */
  readonly refused?: Refused | undefined;
}

/** A program that takes part. */
export class Participation {
  readonly #pool: Pool;
  readonly #program: Participant;
  readonly #signal: AbortSignal | undefined;
  readonly #introduction: v1.ParticipateRequest;
  readonly #idleMs: number;
  readonly #turns: Turns;
  readonly #scope: Scope;
  /** Whether the agent has told anything. */
  #joined = false;

  constructor(pool: Pool, options: ParticipantOptions, program: Participant) {
    this.#pool = pool;
    this.#program = program;
    this.#signal = options.signal;
    this.#introduction = introduction(options);
    this.#idleMs = within("idleTimeoutMs", options.idleTimeoutMs ?? IDLE_MS, 100, HOUR_MS);
    this.#turns = new Turns(program, ({ phase, epoch }, error) =>
      this.#notice({ kind: "failed", phase, epoch, error }),
    );
    this.#scope = pool.open(options.signal);
  }

  /** Takes part until that is of no use, and all that was told is done. */
  async run(): Promise<never> {
    try {
      return await this.#goRound();
    } finally {
      // Who does not want it to take part any more does not want it to be told either.
      if (this.#signal?.aborted) this.#turns.close();
      else this.#stopUsing();
      await this.#turns.done();
      this.#scope.close();
    }
  }

  /** Takes part at one agent after the other. */
  async #goRound(): Promise<never> {
    const rotation = new Rotation(this.#pool.stubs.length, this.#pool.preferred);
    for (;;) {
      const { index, pauseMs } = rotation.step();
      await pause(pauseMs, this.#scope.signal);
      const begun = performance.now();
      const { tried, refused } = await this.#takePartAt(index);
      this.#notice({ kind: "away", tried });
      if (this.#stopUsing() && performance.now() - begun >= GOOD_AFTER_MS) rotation.reset();
      if (refused) throw refused;
    }
  }

  /** Takes part at one agent until that fails. */
  async #takePartAt(index: number): Promise<End> {
    const stubs = this.#pool.at(index);
    const stream = this.#pool.open(this.#scope.signal);
    try {
      await this.#listen(index, stubs, stream);
      return { tried: { endpoint: stubs.endpoint, what: "the stream was ended", silent: false } };
    } catch (error) {
      if (stream.signal.reason === SILENT) return { tried: { endpoint: stubs.endpoint, what: "silent", silent: true } };
      this.#scope.signal.throwIfAborted();
      const failure = Failure.of(stubs.endpoint, error);
      return { tried: failure.tried(), refused: failure.isFinal ? failure.refused() : undefined };
    } finally {
      stream.close();
    }
  }

  /** Hands on what an agent tells. */
  async #listen(index: number, stubs: Stubs, stream: Scope): Promise<void> {
    const says = new Outbox<v1.ParticipateRequest>();
    says.send(this.#introduction);
    const told = stubs.recovery.participate(says, { signal: stream.signal })[Symbol.asyncIterator]();
    const silent = () => stream.close(SILENT);
    let watchdog = new Watchdog(Math.min(this.#idleMs, this.#pool.settings.callTimeoutMs), silent);
    try {
      for (;;) {
        const { done, value } = await watchdog.wait(told.next());
        if (done) return;
        if (!this.#joined) {
          watchdog.close();
          watchdog = new Watchdog(this.#idleMs, silent);
          this.#joined = true;
          this.#pool.preferred = index;
          this.#notice({ kind: "joined", endpoint: stubs.endpoint });
        }
        this.#handOn(value, says);
      }
    } finally {
      watchdog.close();
    }
  }

  #handOn({ message }: v1.ParticipateResponse, says: Outbox<v1.ParticipateRequest>): void {
    if (message.case !== "order" && message.case !== "isolated") return;
    const phase = phaseName(message.value.phase);
    // A phase of a later version cannot be done, so it is not acknowledged.
    if (!phase) return;
    if (message.case === "isolated") {
      this.#notice({ kind: "isolated", phase });
      return;
    }
    const value = create(v1.PhaseDoneSchema, { epoch: message.value.epoch, phase: message.value.phase });
    const done = create(v1.ParticipateRequestSchema, { message: { case: "done", value } });
    this.#turns.tell({ phase, epoch: message.value.epoch, acknowledge: () => says.send(done) });
  }

  /** Has the program stop if it took part; returns whether it did. */
  #stopUsing(): boolean {
    const joined = this.#joined;
    this.#joined = false;
    if (joined) this.#turns.tell({ phase: "prepare", epoch: undefined, acknowledge: () => {} });
    return joined;
  }

  /** An error of the program's own ends taking part. */
  #notice(notice: Notice): void {
    try {
      this.#program.notice?.(notice);
    } catch (error) {
      this.#scope.close(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
