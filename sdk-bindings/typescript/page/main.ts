/**
 * The page that an agent serves: its cluster, live. It watches members, events and recovery through the agent that it came from.
 *
 * @module
 */

import { timestampDate } from "@bufbuild/protobuf/wkt";
import type * as v1 from "../src/v1.js";
import { EventKind } from "../src/v1.js";
import { BarrierNotThere, Client } from "../src/web/index.js";
import { draw, drawSilence } from "./draw.js";
import { Cluster, type Topic } from "./model.js";

/** How often the agent tells the figures of its links, which also says that it is there. */
const FIGURES_MS = 1000;
/** After so long without a word the agent is said to be silent. */
const SILENT_MS = 3000;

/** The events that are watched; recovery has a watch of its own. */
const KINDS = [
  EventKind.VIEW,
  EventKind.TRANSITION_STARTED,
  EventKind.VIEW_STABLE,
  EventKind.QUORUM,
  EventKind.SESSION,
  EventKind.NAME,
  EventKind.BARRIER,
];

const client = new Client();
const cluster = new Cluster();
const topics = new Set<Topic>(["cluster", "recovery", "session", "name", "barrier"]);
let heard = Date.now();
let drawing = false;
let listing = false;
/** Where the watch of events goes on. */
let cursor = "";
/** Is aborted when nobody looks at the page any more. */
let looked = new AbortController();
if (document.hidden) looked.abort();

/** Draws soon, once however much is told until then. */
function changed(): void {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw(cluster, { topics });
  });
}

async function watchMembers(signal: AbortSignal): Promise<void> {
  for await (const message of client.membership.watch({ figuresIntervalMs: FIGURES_MS, signal })) {
    heard = Date.now();
    cluster.hearMembership(message);
    changed();
  }
}

async function watchEvents(signal: AbortSignal): Promise<void> {
  if (!cursor) {
    const known = await client.call((stubs, how) => stubs.events.listEvents({ pageSize: 1000 }, how));
    cluster.hearHistory(known.events, timeOf);
  }
  const watch = client.events.watch({ kinds: KINDS, cursor, signal });
  try {
    for await (const message of watch) {
      const event = message.message.case === "event" ? message.message.value : undefined;
      const barrier = cluster.hearEvent(message, event ? timeOf(event) : new Date());
      if (barrier !== undefined) void lookAt(barrier);
      changed();
    }
  } finally {
    cursor = signal.aborted ? watch.cursor : "";
  }
}

async function watchRecovery(signal: AbortSignal): Promise<void> {
  for await (const message of client.recovery.watch({ signal })) {
    cluster.hearRecovery(message, new Date());
    if (cluster.services.isOutdated) void listServices();
    changed();
  }
}

/** What is defined is asked for when it has changed; without an answer, again with the next word of recovery. */
async function listServices(): Promise<void> {
  if (listing) return;
  listing = true;
  try {
    const listed = await client.call((stubs, how) => stubs.recovery.listServices({}, how));
    cluster.services.hearDefined(listed);
    changed();
  } catch {
    // There is no quorum, or no agent: the watch of recovery says so.
  } finally {
    listing = false;
  }
}

/** How a barrier stands is asked for when something has happened there. */
async function lookAt(path: string): Promise<void> {
  try {
    cluster.hearBarrier(path, await client.barriers.get(path));
  } catch (error) {
    if (!(error instanceof BarrierNotThere)) return;
    cluster.hearBarrier(path, undefined);
  }
  changed();
}

function timeOf(event: v1.Event): Date {
  const time = event.kind.case === "view" ? event.kind.value.commitTime : event.observedTime;
  return time ? timestampDate(time) : new Date();
}

/**
 * A watch ends when nobody looks, for a browser has but six connections to an agent, for all pages together; or when all agents
 * would refuse it: then what they say is shown. Then it is begun anew.
 */
async function keep(watch: (signal: AbortSignal) => Promise<void>): Promise<void> {
  for (;;) {
    const { signal } = looked;
    if (signal.aborted) {
      await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
      continue;
    }
    try {
      await watch(signal);
    } catch (error) {
      if (signal.aborted) continue;
      cluster.note(new Date(), String(error));
      changed();
    }
    await new Promise((resolve) => setTimeout(resolve, SILENT_MS));
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    looked.abort();
    return;
  }
  looked = new AbortController();
  heard = Date.now();
});
for (const box of document.querySelectorAll<HTMLInputElement>("input[data-topic]")) {
  box.addEventListener("change", () => {
    const topic = box.dataset.topic as Topic;
    if (box.checked) topics.add(topic);
    else topics.delete(topic);
    changed();
  });
}
setInterval(() => {
  const silent = Date.now() - heard;
  drawSilence(silent > SILENT_MS ? Math.round(silent / 1000) : undefined);
}, 500);
void keep(watchMembers);
void keep(watchEvents);
void keep(watchRecovery);
