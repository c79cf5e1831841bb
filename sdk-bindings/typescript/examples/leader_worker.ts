/** A worker that works while it leads, in three copies of one program: `node leader_worker.js 127.0.0.1:7401`. */

import { setTimeout as sleep } from "node:timers/promises";
import { Client, formatToken } from "quorate";

/** Waits until it leads, works for a while, and makes way for the next one. */
async function worker(client: Client, name: string): Promise<void> {
  await using session = await client.openSession({ ttlMs: 5000, label: name });
  const office = session.election("examples/worker", name);
  await office.run(async (token) => {
    for (let step = 1; step <= 3; step++) {
      // What it does is only safe while this says so, and what it writes carries the token.
      if (!office.isLeader()) {
        console.log(`${name} has lost the office`);
        return;
      }
      console.log(`${name} leads with token ${formatToken(token)}: step ${step}`);
      await sleep(100);
    }
  });
}

async function main(endpoints: string[]): Promise<void> {
  await using client = new Client(endpoints);
  await Promise.all([1, 2, 3].map((number) => worker(client, `worker-${number}`)));
}

const endpoints = process.argv.slice(2);
await main(endpoints.length > 0 ? endpoints : ["127.0.0.1:7401"]);
