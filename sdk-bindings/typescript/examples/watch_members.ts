/** Prints the members of a cluster as they change: `node watch_members.js 127.0.0.1:7401 127.0.0.1:7402`. */

import { Client, v1 } from "quorate";

async function main(endpoints: string[]): Promise<void> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  await using client = new Client(endpoints);
  try {
    for await (const { message } of client.membership.watch({ signal: stop.signal })) {
      if (message.case === "snapshot") show(message.value.view, reasonName(message.value.reason));
      if (message.case === "view") show(message.value, "installed");
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 130;
  }
}

function show(view: v1.View | undefined, why: string): void {
  const members = view?.members.map((member) => member.nodeName).join(", ");
  console.log(`view ${view?.id?.incarnation}@${view?.id?.controller}: ${members} (${why})`);
}

function reasonName(reason: v1.SnapshotReason): string {
  return v1.SnapshotReasonSchema.value[reason]?.name ?? String(reason);
}

const endpoints = process.argv.slice(2);
await main(endpoints.length > 0 ? endpoints : ["127.0.0.1:7401"]);
