/** A job of three parts that take each step together: `node barrier_job.js 127.0.0.1:7401 127.0.0.1:7402`. */

import { Client } from "quorate";

/** Does its share of each step; nobody begins a step before all have done the one before. */
async function part(client: Client, number: number): Promise<void> {
  await using session = await client.openSession({ ttlMs: 5000, label: `part ${number}` });
  const gate = session.barrier("examples/job", { count: 3, double: true, deadlineMs: 60_000 });
  for (let step = 1; step <= 3; step++) {
    await gate.run(() => console.log(`part ${number}: step ${step}`));
  }
}

async function main(endpoints: string[]): Promise<void> {
  await using client = new Client(endpoints);
  await Promise.all([1, 2, 3].map((number) => part(client, number)));
}

const endpoints = process.argv.slice(2);
await main(endpoints.length > 0 ? endpoints : ["127.0.0.1:7401"]);
