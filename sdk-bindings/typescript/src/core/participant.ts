/**
 * What a program is that takes part in recovery, and what it is told.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import * as v1 from "../v1.js";
import { OptionsError, type Tried } from "./errors.js";
import { HOUR_MS, within } from "./options.js";
import { duration } from "./words.js";

/** What a program does: it stops using what is shared, it recovers, it goes on. */
export type PhaseName = "prepare" | "recover" | "resume";

/** What happens when a program is late: the cluster goes on without it, or waits for it. */
export type Late = "isolate" | "wait";

/**
 * What a program is that takes part. Times are in milliseconds; one that is out of range is an {@link OptionsError}, and so is
 * a level that is no whole number. The rest the agents check.
 */
export interface ParticipantOptions {
  /** Its name, for people: 1 to 128 bytes. */
  readonly name: string;
  /** It recovers when everything on lower levels has, on all members: 0 to 1,000. Default: 0. */
  readonly level?: number | undefined;
  /** Services that must be ready before it recovers: at most 64. Default: none. */
  readonly requires?: readonly string[] | undefined;
  /** How long it has for each phase: 100 to 3,600,000. Default: 30,000. */
  readonly deadlineMs?: number | undefined;
  /** What happens when that is over. Default: `isolate`. */
  readonly late?: Late | undefined;
  /**
   * Takes an agent for gone when nothing at all came from it for this long: 100 to 3,600,000. Default: 15,000. Agents send
   * something every 5 s.
   */
  readonly idleTimeoutMs?: number | undefined;
  /** Ends taking part when it is aborted, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A program that takes part in recovery; see {@link Client.participate}.
 *
 * Each phase is acknowledged when its method returns, or when the promise is fulfilled that it returns. After an error it is
 * not: until the cluster changes again, the program counts as late with that phase. Errors are handed to
 * {@link Participant.notice}, for nobody else sees them.
 *
 * No two phases are under way at once.
 */
export interface Participant {
  /**
   * Stop using what is shared.
   *
   * Told first of all, and again as soon as the cluster begins to change, under the epoch that ends: from epoch 7 to 8 that
   * is `prepare(7n)` and `recover(8n)`. When the cluster changes further, it is told again, under the epoch that ends then,
   * unless it has prepared. Also told within an epoch, when a service that it requires is not ready any more: each phase then
   * comes again under the same epoch, so never skip one because it was done under that before.
   *
   * Also told at once when the agent is gone, without an epoch: what happens in the cluster is not known then. Is never cut
   * short, so that it ends with nothing in use, and is told again if more happened meanwhile.
   */
  prepare(epoch: bigint | undefined): Promise<void> | void;
  /**
   * Recover: everything on lower levels has, on all members. May come more than once under an epoch.
   *
   * @param signal - Is aborted when the cluster changes meanwhile, or the agent is gone: nothing of it is acknowledged then,
   * and {@link Participant.prepare} follows as soon as it has ended.
   */
  recover(epoch: bigint, signal: AbortSignal): Promise<void> | void;
  /**
   * Go on, and use what is shared: everything has recovered. Return soon, and leave the work itself to others.
   *
   * @param signal - As of {@link Participant.recover}.
   */
  resume(epoch: bigint, signal: AbortSignal): Promise<void> | void;
  /** Something worth a line in a log; comes also while a phase is under way. */
  notice?(notice: Notice): void;
}

/** What happened to a program that takes part, for its log; see {@link formatNotice}. */
export type Notice =
  /** It takes part at this endpoint from now on. */
  | { readonly kind: "joined"; readonly endpoint: string }
  /** The agent is gone, or one that was tried cannot be had. Another one is tried. */
  | { readonly kind: "away"; readonly tried: Tried }
  /** It was late with this phase: the cluster goes on without it until it has done that. */
  | { readonly kind: "isolated"; readonly phase: PhaseName }
  /** It failed to do what it was told, which is not acknowledged; without an epoch when the agent was gone. */
  | {
      readonly kind: "failed";
      readonly phase: PhaseName;
      readonly epoch: bigint | undefined;
      readonly error: unknown;
    };

/** A notice for people, as `"was late: recover"`. */
export function formatNotice(notice: Notice): string {
  switch (notice.kind) {
    case "joined":
      return `takes part at ${notice.endpoint}`;
    case "away":
      return `no agent: ${notice.tried.endpoint}: ${notice.tried.what}`;
    case "isolated":
      return `was late: ${notice.phase}`;
    case "failed":
      return `failed to ${notice.phase}: ${notice.error instanceof Error ? notice.error.message : notice.error}`;
  }
}

const LATE: Record<Late, v1.LatePolicy> = {
  isolate: v1.LatePolicy.ISOLATE,
  wait: v1.LatePolicy.WAIT,
};

const PHASES = new Map<v1.Phase, PhaseName>([
  [v1.Phase.PREPARE, "prepare"],
  [v1.Phase.RECOVER, "recover"],
  [v1.Phase.RESUME, "resume"],
]);

/** What a phase is called; `undefined` when a later version has added it. */
export function phaseName(phase: v1.Phase): PhaseName | undefined {
  return PHASES.get(phase);
}

/** What an agent is told first. */
export function introduction(options: ParticipantOptions): v1.ParticipateRequest {
  const { name, level = 0, requires = [], deadlineMs, late = "isolate" } = options;
  // What does not fit into a message would fail as if no agent had answered; whether it is too high agents say.
  within("level", level, 0, 2 ** 32 - 1);
  if (!Number.isInteger(level)) throw new OptionsError(`level is ${level}, allowed are whole numbers`);
  const participant = create(v1.ParticipantSchema, { name, level, requires: [...requires], late: LATE[late] });
  if (deadlineMs !== undefined) participant.deadline = duration(within("deadlineMs", deadlineMs, 100, HOUR_MS));
  return create(v1.ParticipateRequestSchema, { message: { case: "participant", value: participant } });
}
