/**
 * The page that an agent serves: its cluster, live. It watches members and events through the agent that it came from.
 *
 * @module
 */

import { timestampDate } from "@bufbuild/protobuf/wkt";
import type * as v1 from "../src/v1.js";
import { BarrierNotThere, Client } from "../src/web/index.js";
import { draw, drawSilence } from "./draw.js";
import { Cluster, type Topic } from "./model.js";

/** How often the agent tells the figures of its links, which also says that it is there. */
const FIGURES_MS = 1000;
/** After so long without a word the agent is said to be silent. */
const SILENT_MS = 3000;

const client = new Client();
const cluster = new Cluster();
const topics = new Set<Topic>(["cluster", "session", "name", "barrier"]);
let heard = Date.now();
let drawing = false;

/** Draws soon, once however much is told until then. */
function changed(): void {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw(cluster, { topics });
  });
}

async function watchMembers(): Promise<void> {
  for await (const message of client.membership.watch({ figuresIntervalMs: FIGURES_MS })) {
    heard = Date.now();
    cluster.hearMembership(message);
    changed();
  }
}

async function watchEvents(): Promise<void> {
  const known = await client.call((stubs, how) => stubs.events.listEvents({ pageSize: 1000 }, how));
  cluster.hearHistory(known.events, timeOf);
  for await (const message of client.events.watch()) {
    const event = message.message.case === "event" ? message.message.value : undefined;
    const barrier = cluster.hearEvent(message, event ? timeOf(event) : new Date());
    if (barrier !== undefined) void lookAt(barrier);
    changed();
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

/** A watch ends only when all agents would refuse it; what they say is shown, and it is begun anew. */
async function keep(watch: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await watch();
    } catch (error) {
      cluster.note(new Date(), String(error));
      changed();
    }
    await new Promise((resolve) => setTimeout(resolve, SILENT_MS));
  }
}

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
