/**
 * Elections.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import * as v1 from "../v1.js";
import { QuorateError, Refused } from "./errors.js";
import type { WaitOptions } from "./pool.js";
import type { Session } from "./session.js";
import { bytes, requestId, type Token, tokenOf, type Value } from "./words.js";

/**
 * An office that a session stands for. With {@link Election.run} it is won, and resigned at the end; with `await using` it is
 * given up at the end of the block.
 *
 * Of all who stand for it, the one that came first leads, under a fencing {@link Election.token}; when it resigns or ends,
 * the next one does.
 */
export class Election implements AsyncDisposable {
  /** The path of the office. */
  readonly path: string;
  readonly #session: Session;
  #value: Uint8Array;
  #token: Token | undefined;
  #asked = false;

  /** @internal */
  constructor(session: Session, path: string, value: Value) {
    this.#session = session;
    this.path = path;
    this.#value = bytes(value);
  }

  /** The fencing token of the term; `undefined` when the session does not lead. */
  get token(): Token | undefined {
    return this.#token;
  }

  /** Whether the session leads, and may act as the leader at this moment. Never says yes too long. */
  isLeader(): boolean {
    return this.#token !== undefined && this.#session.isValid();
  }

  /**
   * Stands for the office; waits until the session leads, for `timeoutMs` at most.
   *
   * When the time is over, or the signal is aborted, it stays a candidate: the same call waits on, and
   * {@link Election.resign} gives that up. Repeated when needed: who leads gets the same token.
   *
   * @throws DeadlineExceeded - It does not lead yet.
   * @throws SessionError - The session is over.
   * @throws NameMismatch - The path is used as something else.
   */
  async campaign(options: WaitOptions = {}): Promise<Token> {
    const request = create(v1.CampaignRequestSchema, {
      session: this.#session.token,
      path: this.path,
      value: this.#value,
      requestId: requestId(),
    });
    this.#asked = true;
    try {
      const answer = await this.#session.pool.wait((stubs, how) => stubs.elections.campaign(request, how), options);
      this.#token = tokenOf(answer.token);
      return this.#token;
    } catch (error) {
      if (error instanceof Refused) this.#asked = false;
      throw error;
    }
  }

  /**
   * Gives the office another value while the session leads. Repeated when needed.
   *
   * @throws NameNotHeld - The session does not lead.
   */
  async proclaim(value: Value): Promise<void> {
    const sent = bytes(value);
    const request = create(v1.ProclaimRequestSchema, {
      session: this.#session.token,
      path: this.path,
      value: sent,
      requestId: requestId(),
    });
    await this.#session.pool.ask((stubs, how) => stubs.elections.proclaim(request, how));
    this.#value = sent;
  }

  /**
   * Gives up the office, or the candidacy. Repeated when needed.
   *
   * @throws NameNotHeld - The session neither leads nor stands for it.
   */
  async resign(): Promise<void> {
    this.#token = undefined;
    this.#asked = false;
    const request = create(v1.ResignRequestSchema, {
      session: this.#session.token,
      path: this.path,
      requestId: requestId(),
    });
    await this.#session.pool.ask((stubs, how) => stubs.elections.resign(request, how));
  }

  /**
   * Does something while the session leads: wins the office, and resigns it at the end, also when `work` fails.
   *
   * @returns What `work` returns.
   */
  async run<T>(work: (token: Token) => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
    let result: T;
    try {
      result = await work(await this.campaign(options));
    } catch (error) {
      await this.#giveUp();
      throw error;
    }
    await this.resign();
    return result;
  }

  /**
   * Gives up the office, or the candidacy, when there is one.
   *
   * @throws SessionError - The session is over, and the office with it: somebody else may lead already.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#asked) await this.resign();
  }

  /** Resigns where another error is on its way to the caller already. */
  async #giveUp(): Promise<void> {
    try {
      await this.resign();
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
    }
  }
}
