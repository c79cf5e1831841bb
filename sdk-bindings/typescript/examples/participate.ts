/**
 * Takes part in recovery after each change of the cluster: `node participate.js 127.0.0.1:7401 127.0.0.1:7402`.
 *
 * Kill an agent meanwhile, and see `quorate recovery --watch`.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { Client, formatNotice, type Participant } from "quorate";

/** Something that uses what is shared. */
const store: Participant = {
  prepare(epoch) {
    console.log(epoch === undefined ? "no agent: stopped" : `epoch ${epoch}: stopped`);
  },
  async recover(epoch, signal) {
    console.log(`epoch ${epoch}: recovering`);
    await sleep(500, undefined, { signal });
    console.log(`epoch ${epoch}: recovered`);
  },
  resume(epoch) {
    console.log(`epoch ${epoch}: working`);
  },
  notice(notice) {
    console.log(`-- ${formatNotice(notice)}`);
  },
};

async function main(endpoints: string[]): Promise<void> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  await using client = new Client(endpoints);
  try {
    await client.participate({ name: "store", level: 3, deadlineMs: 5000, signal: stop.signal }, store);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 130;
  }
}

const endpoints = process.argv.slice(2);
await main(endpoints.length > 0 ? endpoints : ["127.0.0.1:7401"]);
