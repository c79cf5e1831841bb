/**
 * From what is natural in JavaScript to what the schema says, and back.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { type Duration, durationFromMs } from "@bufbuild/protobuf/wkt";
import * as v1 from "../v1.js";
import { OptionsError, type QuorateError } from "./errors.js";

/** With whom a lock can be shared. */
export type Mode = "exclusive" | "shared" | "counted";

/** What happens when one goes before all are at a barrier. */
export type Departure = "abort" | "wait" | "shrink";

/** What others see of a holder. A text is sent as UTF-8. */
export type Value = Uint8Array | string;

const MODES: Record<Mode, v1.NameMode> = {
  exclusive: v1.NameMode.EXCLUSIVE,
  shared: v1.NameMode.SHARED,
  counted: v1.NameMode.COUNTED,
};

const DEPARTURES: Record<Departure, v1.DeparturePolicy> = {
  abort: v1.DeparturePolicy.ABORT,
  wait: v1.DeparturePolicy.WAIT,
  shrink: v1.DeparturePolicy.SHRINK,
};

/**
 * A fencing token. Of two tokens for one name, the later one is greater, see {@link compareTokens}.
 *
 * Hand it to whatever is protected, and have that refuse lower ones than it has seen.
 */
export interface Token {
  /** The fencing epoch of the grant. */
  readonly epoch: bigint;
  /** Rises with each grant of an epoch. */
  readonly counter: bigint;
}

/** Below 0 when `a` was granted before `b`, above 0 when after it, 0 when they are the same; an order for `sort`. */
export function compareTokens(a: Token, b: Token): number {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  if (a.counter !== b.counter) return a.counter < b.counter ? -1 : 1;
  return 0;
}

/** A token for people, as `"3.17"`. */
export function formatToken(token: Token): string {
  return `${token.epoch}.${token.counter}`;
}

/** From the generated type. */
export function tokenOf(token: v1.Token | undefined): Token {
  return { epoch: token?.epoch ?? 0n, counter: token?.counter ?? 0n };
}

/** Why the holder of a session may not act any more. */
export interface Loss {
  /**
   * What the cluster said, such as {@link SessionEnded}; `undefined` when no agent could keep the session alive in time:
   * what it holds may be somebody else's before long. When an agent answers again and it is still there, it is valid again.
   */
  readonly error?: QuorateError | undefined;
}

/** A name for one request, so that it is carried out once however often it is sent. */
export function requestId(): string {
  const random = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A span of time as the schema has it. */
export function duration(ms: number | undefined): Duration | undefined {
  return ms === undefined ? undefined : durationFromMs(Math.round(ms));
}

/** A value as it is sent. */
export function bytes(value: Value): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}

/** What a lock is to be. */
export interface LockOptions {
  /** With whom it can be shared. Default: `exclusive`. */
  readonly mode?: Mode | undefined;
  /** With `counted`: how many may hold it at once; all who claim it must say the same. */
  readonly limit?: number | undefined;
  /** What others see of the holder; 64 KiB at most. */
  readonly value?: Value | undefined;
  /** For how many milliseconds nobody else gets it when the session expires: 0 to 60,000. */
  readonly delayMs?: number | undefined;
}

/** What lock is wanted, and how. */
export function claim(path: string, options: LockOptions): v1.LockClaim {
  return create(v1.LockClaimSchema, {
    path,
    mode: MODES[options.mode ?? "exclusive"],
    limit: options.limit ?? 0,
    value: bytes(options.value ?? ""),
    delay: duration(options.delayMs || undefined),
  });
}

/** What a barrier is. All who come to it must say the same; exactly one of `count`, `members` and `group` is needed. */
export interface BarrierOptions {
  /** Waits for so many sessions. */
  readonly count?: number | undefined;
  /** Waits for a session through each member of the view with these labels; `{}` for all members. */
  readonly members?: Readonly<Record<string, string>> | undefined;
  /** Waits for all sessions of this group, `least` or more. */
  readonly group?: string | undefined;
  /** See `group`. Default: 1. */
  readonly least?: number | undefined;
  /** Whether those who passed also leave together. */
  readonly double?: boolean | undefined;
  /** What happens when one goes before all are there. Default: `abort`. */
  readonly departure?: Departure | undefined;
  /** For how many milliseconds a generation waits from when the first one comes. Default: without limit. */
  readonly deadlineMs?: number | undefined;
}

/** The plan of a barrier. */
export function plan(options: BarrierOptions): v1.BarrierPlan {
  return create(v1.BarrierPlanSchema, {
    parties: parties(options),
    isDouble: options.double ?? false,
    departure: DEPARTURES[options.departure ?? "abort"],
    deadline: duration(options.deadlineMs),
  });
}

function parties({ count, members, group, least = 1 }: BarrierOptions): v1.BarrierPlan["parties"] {
  if ([count, members, group].filter((party) => party !== undefined).length !== 1) {
    throw new OptionsError("a barrier waits for exactly one of count, members and group");
  }
  if (count !== undefined) return { case: "count", value: count };
  if (members !== undefined) return { case: "members", value: create(v1.MemberPartiesSchema, { labels: members }) };
  return { case: "group", value: create(v1.GroupPartiesSchema, { name: group ?? "", least }) };
}
