/**
 * How the page shows recovery: how far it is, the services level by level with their instances, and the programs that take part.
 *
 * @module
 */

import { durationMs } from "@bufbuild/protobuf/wkt";
import type * as v1 from "../src/v1.js";
import { InstanceState, Phase, RecoveryStage } from "../src/v1.js";
import { badge, type Cell, type Child, cell, head, MOST_ROWS, make, part, put, type Tone, table } from "./elements.js";
import {
  NOBODY_LEADS,
  obstaclesText,
  runs,
  type Services,
  type Standing,
  stageText,
  stateOf,
  waitText,
} from "./services.js";
import { age, span } from "./words.js";

/** What is said of what is shown while nobody leads recovery. */
const PAST = "What is shown of services and programs was so before.";
/** How many things that are waited for are named. */
const MOST_WAITS = 12;

/** Draws recovery, services and programs. */
export function drawServices(services: Services, now: Date): void {
  const standings = services.standings();
  put("stage", stageBadge(services));
  put("recovery", recovery(services, standings, now));
  put("services", tree(services, standings));
  put("programs", programs(services.recovery));
  for (const id of ["services", "programs"]) part(id).classList.toggle("past", services.isLed === false);
}

const INSTANCE: Readonly<Record<number, readonly [string, Tone]>> = {
  [InstanceState.WAITING]: ["waiting", "busy"],
  [InstanceState.CLAIMING]: ["waiting for its name", "busy"],
  [InstanceState.STARTING]: ["starting", "busy"],
  [InstanceState.READY]: ["ready", "good"],
  [InstanceState.BACKOFF]: ["failed, starts again", "bad"],
  [InstanceState.STOPPING]: ["stopping", "busy"],
  [InstanceState.FROZEN]: ["frozen", "bad"],
  [InstanceState.FAILED]: ["failed", "bad"],
};
const SERVICE: Readonly<Record<string, Tone>> = {
  ready: "good",
  starting: "busy",
  waiting: "busy",
  stopping: "busy",
  stopped: "plain",
  disabled: "plain",
};
const PHASE: Readonly<Record<number, string>> = {
  [Phase.PREPARE]: "prepare",
  [Phase.RECOVER]: "recover",
  [Phase.RESUME]: "resume",
};

function stageBadge({ recovery, isLed }: Services): Child {
  if (isLed === false) return badge("nobody leads recovery", "bad");
  if (!recovery) return badge("recovery unknown", "plain");
  const isOver = recovery.stage === RecoveryStage.RECOVERED;
  return badge(isOver ? "recovered" : `recovery: ${stageText(recovery)}`, isOver ? "good" : "busy");
}

function recovery(services: Services, standings: readonly Standing[], now: Date): Node {
  const { recovery, isLed, since, drained } = services;
  const lasts = since ? `, for ${age(now.getTime() - since.getTime())}` : "";
  if (isLed === false) {
    const nobody = make("p", [`${NOBODY_LEADS}${lasts}`], { class: "bad" });
    return make("div", recovery ? [nobody, make("p", [PAST])] : [nobody]);
  }
  if (!recovery) return make("p", ["Nothing is known yet."]);
  const took = recovery.took ? `recovered after ${span(durationMs(recovery.took))}` : "not recovered yet";
  const rows: [string, Cell][] = [
    ["stage", [steps(recovery, standings), lasts && make("small", [lasts.slice(2)])]],
    ["epoch", `${recovery.epoch}, led by ${recovery.leader || "?"}, for ${age(services.inEpochMs(now))}; ${took}`],
    ["definitions", `revision ${recovery.revision}`],
  ];
  if (recovery.waits.length > 0) rows.push(["waits for", list(recovery.waits.map(waitText), MOST_WAITS)]);
  const nodes = [...drained].sort().map(([name, reason]) => `${name}: ${reason}`);
  if (nodes.length > 0) rows.push(["drained", list(nodes, MOST_ROWS)]);
  const body = rows.map(([name, content]) => make("tr", [make("th", [name], { scope: "row" }), cell(content)]));
  return make("table", [make("tbody", body)], { class: "facts" });
}

/** The stages in their order, with the one that recovery is at. */
function steps({ stage, level, nodes }: v1.Recovery, standings: readonly Standing[]): Node {
  const programs = nodes.flatMap(({ participants }) => participants);
  const levels = [...standings, ...programs].map((one) => one.level);
  const highest = Math.max(level, ...levels);
  const isAtLevel = stage === RecoveryStage.LEVEL;
  const range = highest > 0 ? `levels 0 to ${highest}` : "level 0";
  const stages: [RecoveryStage, string][] = [
    [RecoveryStage.PREPARE, "prepare"],
    [RecoveryStage.LEVEL, isAtLevel && highest > 0 ? `level ${level} (0 to ${highest})` : range],
    [RecoveryStage.RESUME, "resume"],
    [RecoveryStage.RECOVERED, "recovered"],
  ];
  const shown = stages.map(([step, text]) => {
    if (step !== stage) return make("li", [badge(text, step < stage ? "good" : "plain")]);
    const tone = stage === RecoveryStage.RECOVERED ? "good" : "busy";
    return make("li", [badge(text, tone)], { "aria-current": "step" });
  });
  return make("ol", shown, { class: "steps" });
}

function tree({ recovery, isLed }: Services, standings: readonly Standing[]): Node {
  if (standings.length === 0) return make("p", ["No service is defined."]);
  const kept = standings.length > MOST_ROWS ? foremost(standings) : standings;
  const levels = [...new Set(kept.map(({ level }) => level))];
  const bodies = levels.map((level) => {
    const services = kept.filter((one) => one.level === level).map(row);
    return make("tbody", [levelRow(level, isLed ? recovery : undefined), ...services]);
  });
  const shown = make("table", [head(["service", "state", "instances"]), ...bodies]);
  const left = standings.length - kept.length;
  return left > 0 ? make("div", [shown, make("p", [`and ${left} more`])]) : shown;
}

/** As many services as are shown: those that do not run as they should come first. */
function foremost(standings: readonly Standing[]): Standing[] {
  const kept = new Set([...standings].sort((a, b) => Number(runs(a)) - Number(runs(b))).slice(0, MOST_ROWS));
  return standings.filter((one) => kept.has(one));
}

function levelRow(level: number, recovery: v1.Recovery | undefined): Node {
  const isHere = recovery?.stage === RecoveryStage.LEVEL && recovery.level === level;
  const words = [`level ${level} `, ...(isHere ? [badge("under way", "busy")] : [])];
  const named = make("th", words, { scope: "rowgroup", colspan: "3" });
  return make("tr", [named], isHere ? { class: "level", "aria-current": "step" } : { class: "level" });
}

function row(standing: Standing): Node {
  const { name, defined, wanted, ready } = standing;
  const state = stateOf(standing);
  const about = [defined?.service?.description, KIND[defined?.service?.kind.case ?? ""]].filter(Boolean).join(" - ");
  const items = [...notes(standing), ...instances(standing)];
  const count = wanted > 1 || ready > 1 ? ` ${ready} of ${wanted} ready` : "";
  return make("tr", [
    make("th", [name, ...(about ? [make("small", [about])] : [])], { scope: "row" }),
    cell([badge(state, SERVICE[state] ?? "bad"), ...(count ? [make("small", [count])] : [])]),
    cell(items.length > 0 ? make("ul", items, { class: "instances" }) : ""),
  ]);
}

const KIND: Readonly<Record<string, string>> = { task: "task", systemd: "unit of systemd", ocf: "OCF resource agent" };

/** What keeps the whole service from running. */
function notes({ defined, blockedBy, instances, unplaced, wanted }: Standing): Node[] {
  const texts = blockedBy.map((other) => `requires ${other}, which does not run`);
  if (defined?.reason) texts.push(defined.reason);
  if (wanted > 0 && instances.length + unplaced.length + blockedBy.length === 0) texts.push("runs nowhere yet");
  return texts.map((text) => make("li", [text], { class: "note" }));
}

function instances({ instances, unplaced, defined }: Standing): Node[] {
  const isNumbered = [...instances, ...unplaced].some(({ instance }) => instance > 0);
  const placed = instances.map((one) => {
    const [state, tone] = INSTANCE[one.state] ?? ["unknown", "plain"];
    const number = isNumbered ? `${one.instance} ` : "";
    return instance(badge(`${number}on ${one.nodeName}, ${state}`, tone), remarks(one, defined));
  });
  // Those that the same keeps from running are named together.
  const nowhere = new Map<string, number[]>();
  for (const one of unplaced) {
    const why = obstaclesText(one);
    nowhere.set(why, [...(nowhere.get(why) ?? []), one.instance]);
  }
  const named = [...nowhere].map(([why, numbers]) =>
    instance(badge(`${isNumbered ? `${numbers.join(", ")} ` : ""}nowhere`, "bad"), [why]),
  );
  return [...placed, ...named];
}

/** Those of which there is something to say have a line of their own. */
function instance(shown: HTMLElement, remarks: readonly string[]): Node {
  return remarks.length === 0 ? make("li", [shown]) : make("li", [shown, remarks.join(", ")], { class: "note" });
}

function remarks(one: v1.ServiceInstance, defined: v1.DefinedService | undefined): string[] {
  const isEarlier = one.state === InstanceState.READY && defined !== undefined && one.version !== defined.version;
  return [
    ...(one.wanted || one.state === InstanceState.FAILED ? [] : ["is not to run here"]),
    ...(one.wanted && isEarlier ? ["is of an earlier definition"] : []),
    ...(one.tries > 0 ? [`started again ${one.tries === 1 ? "once" : `${one.tries} times`}`] : []),
    ...(one.reason ? [one.reason] : []),
  ];
}

function programs(recovery: v1.Recovery | undefined): Node {
  const rows = (recovery?.nodes ?? []).flatMap(({ nodeName, participants }) =>
    participants.map((one) => [one.name, nodeName, String(one.level), badge(...progress(one))]),
  );
  return table(["program", "node", "level", "phase"], rows, "No program takes part.");
}

function progress({ phase, done, isolated }: v1.ParticipantStatus): [string, Tone] {
  const word = PHASE[phase] ?? `phase ${phase}`;
  if (isolated) return [`${word}: late, nobody waits for it`, "bad"];
  return done ? [`${word}: done`, "good"] : [`${word}: under way`, "busy"];
}

/** A list of texts; how many are left out is said. */
function list(texts: readonly string[], most: number): Node {
  const shown = texts.slice(0, most);
  if (texts.length > most) shown.push(`and ${texts.length - most} more`);
  return make(
    "ul",
    shown.map((text) => make("li", [text])),
  );
}
