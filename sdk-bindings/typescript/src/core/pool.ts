/**
 * The endpoints of a client, and the calls that go over all of them.
 *
 * @module
 */

import { type CallOptions, createClient, type Client as Stub, type Transport } from "@connectrpc/connect";
import * as v1 from "../v1.js";
import { ClientClosed } from "./errors.js";
import { Failure } from "./failure.js";
import { limit, type Settings } from "./options.js";
import { Plan, type Terms } from "./plan.js";
import { pause } from "./wait.js";

/** The way to an endpoint. */
export interface Channel {
  readonly endpoint: string;
  readonly transport: Transport;
  /** Ends the connection. */
  close(): void;
}

/** The generated clients of one endpoint, for {@link ClientBase.call}. */
export class Stubs {
  /** The endpoint. */
  readonly endpoint: string;
  /** The answering agent, and what operators do. */
  readonly admin: Stub<typeof v1.AdminService>;
  /** Barriers. */
  readonly barriers: Stub<typeof v1.BarrierService>;
  /** Elections. */
  readonly elections: Stub<typeof v1.ElectionService>;
  /** What happens. */
  readonly events: Stub<typeof v1.EventService>;
  /** Locks. */
  readonly locks: Stub<typeof v1.LockService>;
  /** Who belongs to the cluster. */
  readonly membership: Stub<typeof v1.MembershipService>;
  /** What is bound to which path. */
  readonly names: Stub<typeof v1.NameService>;
  /** Whether this side may act. */
  readonly quorum: Stub<typeof v1.QuorumService>;
  /** Recovery. */
  readonly recovery: Stub<typeof v1.RecoveryService>;
  /** Sessions. */
  readonly sessions: Stub<typeof v1.SessionService>;

  /** @internal */
  constructor({ endpoint, transport }: Channel) {
    this.endpoint = endpoint;
    this.admin = createClient(v1.AdminService, transport);
    this.barriers = createClient(v1.BarrierService, transport);
    this.elections = createClient(v1.ElectionService, transport);
    this.events = createClient(v1.EventService, transport);
    this.locks = createClient(v1.LockService, transport);
    this.membership = createClient(v1.MembershipService, transport);
    this.names = createClient(v1.NameService, transport);
    this.quorum = createClient(v1.QuorumService, transport);
    this.recovery = createClient(v1.RecoveryService, transport);
    this.sessions = createClient(v1.SessionService, transport);
  }
}

/** How long an attempt may take, and what ends it before: pass it on to the generated client. */
export type How = Pick<CallOptions, "timeoutMs" | "signal">;

/** Makes a call with the generated clients of an endpoint. */
export type Invoke<T> = (stubs: Stubs, how: How) => Promise<T>;

/** Something that is under way, and ends when its caller, or the client, says so. */
export interface Scope {
  readonly signal: AbortSignal;
  /** Ends it. */
  close(reason?: Error): void;
}

/** The endpoints in the order in which they are tried. */
export class Pool {
  readonly settings: Settings;
  readonly stubs: readonly Stubs[];
  /** The endpoint that answered last. */
  preferred = 0;
  readonly #channels: readonly Channel[];
  readonly #underWay = new Set<Scope>();
  #closed = false;

  constructor(settings: Settings, channels: readonly Channel[]) {
    this.settings = settings;
    this.#channels = channels;
    this.stubs = channels.map((channel) => new Stubs(channel));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Makes a call, at one endpoint after the other until one answers or the time is up. */
  async call<T>(invoke: Invoke<T>, terms: Terms, signal?: AbortSignal): Promise<T> {
    if (terms.limitMs !== undefined) limit(terms.limitMs);
    const scope = this.open(signal);
    try {
      return await this.#call(invoke, new Plan(this.settings, this.preferred, terms), scope.signal);
    } finally {
      scope.close();
    }
  }

  async #call<T>(invoke: Invoke<T>, plan: Plan, signal: AbortSignal): Promise<T> {
    for (;;) {
      const { index, pauseMs, timeoutMs } = plan.step();
      await pause(pauseMs, signal);
      const stubs = this.at(index);
      try {
        const answer = await invoke(stubs, timeoutMs === undefined ? { signal } : { signal, timeoutMs });
        this.preferred = index;
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        plan.failed(Failure.of(stubs.endpoint, error));
      }
    }
  }

  /** A call that is safe to repeat and does not wait for others. */
  ask<T>(invoke: Invoke<T>): Promise<T> {
    return this.call(invoke, { limitMs: this.settings.callTimeoutMs });
  }

  /** A call that is safe to repeat and waits for what others do. */
  wait<T>(invoke: Invoke<T>, { timeoutMs, signal }: WaitOptions): Promise<T> {
    return this.call(invoke, { limitMs: timeoutMs, share: false }, signal);
  }

  at(index: number): Stubs {
    const stubs = this.stubs[index];
    if (!stubs) throw new RangeError(`there is no endpoint ${index}`);
    return stubs;
  }

  /** Something begins; when it has not ended before, it ends when the signal is aborted or the client is closed. */
  open(signal?: AbortSignal): Scope {
    signal?.throwIfAborted();
    if (this.#closed) throw new ClientClosed();
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    const scope: Scope = {
      signal: controller.signal,
      close: (reason) => {
        signal?.removeEventListener("abort", abort);
        this.#underWay.delete(scope);
        controller.abort(reason);
      },
    };
    signal?.addEventListener("abort", abort);
    this.#underWay.add(scope);
    return scope;
  }

  /** Ends all connections, and everything that is under way. */
  close(): void {
    this.#closed = true;
    for (const scope of [...this.#underWay]) scope.close(new ClientClosed());
    for (const channel of this.#channels) channel.close();
  }
}

/** For how long a call waits for others. */
export interface WaitOptions {
  /** For so many milliseconds at most. Default: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait when it is aborted, with its reason. */
  readonly signal?: AbortSignal | undefined;
}
