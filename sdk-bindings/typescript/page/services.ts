/**
 * What the page knows of services and their recovery: how each stands, and what changes. It is told by a watch and a listing,
 * and knows neither the page nor the network.
 *
 * @module
 */

import { durationMs } from "@bufbuild/protobuf/wkt";
import type * as v1 from "../src/v1.js";
import { InstanceState, RecoveryStage, ServiceIntent } from "../src/v1.js";
import { span } from "./words.js";

/** What is said when nobody leads recovery. */
export const NOBODY_LEADS = "nobody leads recovery: there is no quorum, or the cluster is changing";

/** Something that changed. */
export interface Change {
  readonly text: string;
  /** Whether it is of the kind that people should look at. */
  readonly grave: boolean;
}

/** How a service stands. */
export interface Standing {
  readonly name: string;
  readonly level: number;
  /** Its definition; none when it was removed and is about to end, or the listing is not there yet. */
  readonly defined: v1.DefinedService | undefined;
  /** Its instances, also those that are about to end. */
  readonly instances: readonly v1.ServiceInstance[];
  /** Those that can run nowhere. */
  readonly unplaced: readonly v1.UnplacedInstance[];
  /** What it requires, and what runs nowhere. */
  readonly blockedBy: readonly string[];
  /** How many are to run. */
  readonly wanted: number;
  /** How many of these are ready, by the present definition. */
  readonly ready: number;
}

/** Services and their recovery, as one agent tells of them. */
export class Services {
  /** How recovery stood when that was last told. */
  recovery: v1.Recovery | undefined;
  /** Whether somebody leads it; not known before the first word. */
  isLed: boolean | undefined;
  /** Since when it is at its present stage and level, or nobody leads; none when it was so before the page was opened. */
  since: Date | undefined;
  /** The services as they are defined. */
  defined: readonly v1.DefinedService[] = [];
  /** Why nodes are drained that are. */
  readonly drained = new Map<string, string>();

  #heard: Date | undefined;
  #listed: bigint | undefined;

  /** Whether services are defined that the listing did not have. */
  get isOutdated(): boolean {
    return this.recovery !== undefined && this.recovery.revision !== this.#listed;
  }

  /** For how many milliseconds recovery has been in its epoch. */
  inEpochMs(now: Date): number {
    const then = this.recovery?.since ? durationMs(this.recovery.since) : 0;
    return then + now.getTime() - (this.#heard ?? now).getTime();
  }

  /** Takes note of a message of the watch; gives what changed. */
  hear({ message }: v1.WatchRecoveryResponse, at: Date): Change[] {
    if (message.case === "recovery") return this.#hearRecovery(message.value, at);
    if (message.case !== "noRecovery") return [];
    if (this.isLed === false) return [];
    const told = this.isLed ? [{ text: NOBODY_LEADS, grave: false }] : [];
    this.since = this.isLed ? at : undefined;
    this.isLed = false;
    return told;
  }

  /** Takes note of the listing. */
  hearDefined({ revision, services, drained }: v1.ListServicesResponse): void {
    this.#listed = revision;
    this.defined = services;
    this.drained.clear();
    for (const { nodeName, reason } of drained) this.drained.set(nodeName, reason);
  }

  /** How all services stand, by level and name. */
  standings(): Standing[] {
    const defined = new Map(this.defined.map((one) => [one.service?.name ?? "", one]));
    const instances = byService(this.recovery?.instances);
    const unplaced = byService(this.recovery?.unplaced);
    const blocked = byService(this.recovery?.blocked);
    const names = new Set([defined, instances, unplaced, blocked].flatMap((known) => [...known.keys()]));
    return [...names]
      .map((name) =>
        standing(name, defined.get(name), instances.get(name) ?? [], unplaced.get(name) ?? [], blocked.get(name) ?? []),
      )
      .sort((a, b) => a.level - b.level || a.name.localeCompare(b.name));
  }

  #hearRecovery(now: v1.Recovery, at: Date): Change[] {
    const before = this.recovery;
    const isSame = this.isLed === true && before !== undefined && isAsFar(before, now);
    if (!isSame) this.since = this.isLed === undefined ? undefined : at;
    [this.recovery, this.isLed, this.#heard] = [now, true, at];
    return before ? changes(before, now, isSame) : [];
  }
}

/** Whether a service runs as it should. */
export function runs({ wanted, ready, unplaced, blockedBy }: Standing): boolean {
  return wanted > 0 && ready >= wanted && unplaced.length === 0 && blockedBy.length === 0;
}

/** How a service stands, in a word. */
export function stateOf(standing: Standing): string {
  const { defined, instances, unplaced, blockedBy, ready } = standing;
  const any = (...states: InstanceState[]) => instances.some(({ state }) => states.includes(state));
  if (defined ? defined.intent !== ServiceIntent.RUN : standing.wanted === 0) {
    if (instances.length > 0) return "stopping";
    return defined?.intent === ServiceIntent.DISABLED ? "disabled" : "stopped";
  }
  if (blockedBy.length > 0) return "blocked";
  if (runs(standing)) return "ready";
  if (any(InstanceState.FROZEN)) return "frozen";
  if (ready > 0 && (unplaced.length > 0 || any(InstanceState.FAILED))) return "degraded";
  if (any(InstanceState.STARTING, InstanceState.BACKOFF, InstanceState.CLAIMING)) return "starting";
  if (any(InstanceState.FAILED)) return "failed";
  return unplaced.length > 0 ? "unplaced" : "waiting";
}

/** How far recovery is, in a few words. */
export function stageText({ stage, level }: v1.Recovery): string {
  return stage === RecoveryStage.LEVEL ? `level ${level}` : (STAGE[stage] ?? `stage ${stage}`);
}

/** What it waits for, in a few words. */
export function waitText({ what, nodeName, reason }: v1.RecoveryWait): string {
  return `${what ? `${what} on ` : ""}${nodeName}: ${reason}`;
}

/** Why an instance can run nowhere. */
export function obstaclesText({ obstacles }: v1.UnplacedInstance): string {
  return obstacles.map(({ nodeName, reason }) => `${nodeName}: ${reason}`).join("; ") || "there is no node";
}

const STAGE: Readonly<Record<number, string>> = {
  [RecoveryStage.PREPARE]: "prepare",
  [RecoveryStage.RESUME]: "resume",
  [RecoveryStage.RECOVERED]: "recovered",
};
/** States that are told of, with whether people should look at them. */
const TOLD: Readonly<Record<number, { readonly text: string; readonly grave: boolean }>> = {
  [InstanceState.STARTING]: { text: "starting", grave: false },
  [InstanceState.READY]: { text: "ready", grave: false },
  [InstanceState.BACKOFF]: { text: "failed, and is started again", grave: true },
  [InstanceState.FROZEN]: { text: "frozen", grave: true },
  [InstanceState.FAILED]: { text: "failed too often", grave: true },
};

function byService<T extends { readonly service: string }>(all: readonly T[] = []): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const others = found.get(one.service);
    if (others) others.push(one);
    else found.set(one.service, [one]);
  }
  return found;
}

function standing(
  name: string,
  defined: v1.DefinedService | undefined,
  instances: readonly v1.ServiceInstance[],
  unplaced: readonly v1.UnplacedInstance[],
  blocked: readonly v1.BlockedService[],
): Standing {
  const placed = instances.filter(({ wanted }) => wanted);
  const isPresent = ({ version }: v1.ServiceInstance) => defined === undefined || version === defined.version;
  return {
    name,
    level: defined?.level ?? instances[0]?.level ?? 0,
    defined,
    instances,
    unplaced,
    blockedBy: blocked.map(({ requires }) => requires),
    wanted: wantedOf(defined, placed.length),
    ready: placed.filter((one) => one.state === InstanceState.READY && isPresent(one)).length,
  };
}

/** How many instances are to run; those that do where no definition is known. */
function wantedOf(defined: v1.DefinedService | undefined, placed: number): number {
  if (!defined) return placed;
  if (defined.intent !== ServiceIntent.RUN) return 0;
  const count = defined.service?.placement?.count;
  if (count?.case === "everyMember") return placed;
  return count?.case === "instances" ? count.value : 1;
}

function isAsFar(before: v1.Recovery, now: v1.Recovery): boolean {
  return before.epoch === now.epoch && before.stage === now.stage && before.level === now.level;
}

function changes(before: v1.Recovery, now: v1.Recovery, isSame: boolean): Change[] {
  const told: Change[] = [];
  if (before.epoch !== now.epoch) {
    told.push({
      text: `epoch ${now.epoch}: ${now.leader} leads the recovery of ${now.nodes.length} members`,
      grave: false,
    });
  }
  told.push(...drainChanges(before, now), ...instanceChanges(before, now));
  if (!isSame) told.push(stageChange(before, now));
  return told;
}

function drainChanges(before: v1.Recovery, now: v1.Recovery): Change[] {
  const was = new Map(before.nodes.map(({ nodeName, drained }) => [nodeName, drained]));
  return now.nodes
    .filter(({ nodeName, drained }) => (was.get(nodeName) ?? drained) !== drained)
    .map(({ nodeName, drained, reason }) => ({
      text: drained ? `${nodeName} is drained: ${reason}` : `${nodeName} is drained no more`,
      grave: true,
    }));
}

function instanceChanges(before: v1.Recovery, now: v1.Recovery): Change[] {
  const was = new Map(before.instances.map((one) => [placeOf(one), one.state]));
  const present = new Set(now.instances.map(placeOf));
  const told: Change[] = [];
  for (const one of now.instances) {
    const how = TOLD[one.state];
    if (!how || was.get(placeOf(one)) === one.state) continue;
    const reason = one.reason ? ` (${one.reason})` : "";
    told.push({ text: `${placeOf(one)}: ${how.text}${reason}`, grave: how.grave });
  }
  for (const place of was.keys()) if (!present.has(place)) told.push({ text: `${place}: gone`, grave: false });
  const nowhere = new Set(before.unplaced.map(labelOf));
  for (const one of now.unplaced) {
    if (!nowhere.has(labelOf(one))) {
      told.push({ text: `${labelOf(one)} can run nowhere: ${obstaclesText(one)}`, grave: true });
    }
  }
  return told;
}

function stageChange(before: v1.Recovery, now: v1.Recovery): Change {
  if (now.stage !== RecoveryStage.RECOVERED) return { text: `recovery: ${stageText(now)}`, grave: false };
  const isFirst = before.epoch !== now.epoch || before.took === undefined;
  const took = isFirst && now.took ? ` after ${span(durationMs(now.took))}` : "";
  return { text: `recovered${took}`, grave: true };
}

function labelOf({ service, instance }: { readonly service: string; readonly instance: number }): string {
  return `${service}/${instance}`;
}

function placeOf(one: v1.ServiceInstance): string {
  return `${labelOf(one)} on ${one.nodeName}`;
}
