/**
 * A lock around a critical section with a fenced write: `node fenced_write.js 127.0.0.1:7401 127.0.0.1:7402`.
 *
 * The store refuses a token that is lower than one it has seen: a holder that was stopped for a while cannot do harm, however
 * late it wakes up.
 */

import { Client, compareTokens, formatToken, type Token } from "quorate";

/** What is protected. A real one keeps the highest token beside the value, and compares both in one step. */
class Store {
  highest: Token = { epoch: 0n, counter: 0n };
  value = 0;

  write(value: number, token: Token): void {
    if (compareTokens(token, this.highest) < 0) {
      throw new Error(`token ${formatToken(token)} is older than ${formatToken(this.highest)}`);
    }
    this.highest = token;
    this.value = value;
  }
}

async function main(endpoints: string[]): Promise<void> {
  const store = new Store();
  await using client = new Client(endpoints);
  await using session = await client.openSession({ ttlMs: 5000, label: "fenced write" });
  const lock = session.lock("examples/fenced");
  let oldest: Token | undefined;
  for (let round = 0; round < 3; round++) {
    await lock.run((token) => {
      oldest ??= token;
      store.write(store.value + 1, token);
      console.log(`wrote ${store.value} with token ${formatToken(token)}`);
    });
  }
  try {
    // As one does who was stopped between looking and writing.
    if (oldest) store.write(99, oldest);
  } catch (refused) {
    console.log(`refused: ${refused instanceof Error ? refused.message : refused}`);
  }
}

const endpoints = process.argv.slice(2);
await main(endpoints.length > 0 ? endpoints : ["127.0.0.1:7401"]);
