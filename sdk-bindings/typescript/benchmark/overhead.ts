/**
 * Measures what the SDK costs, per call and per watched event, beside the bare stub.
 *
 * It is given one endpoint, and prints one line of JSON.
 *
 * @module
 */

import { createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { Client, v1 } from "quorate";

const CALLS = 100;
const CALL_ROUNDS = 20;
/** The agents' history keeps more changes than that. */
const CHANGES = 3000;
const CHANGE_ROUNDS = 20;
/** How many bindings are under way at once. */
const BINDING = 32;
const TIMEOUT_MS = 5000;

/** Does something so often, and tells how many milliseconds all of it took. */
type Way = (times: number) => Promise<number>;

/** Microseconds per call or event. */
interface Figures {
  readonly bare_us: number;
  readonly sdk_us: number;
}

const [endpoint] = process.argv.slice(2);
if (!endpoint) {
  console.error("usage: overhead HOST:PORT");
  process.exit(2);
}

// The options are those of the SDK.
const baseUrl = `http://${endpoint}`;
const connection = new Http2SessionManager(baseUrl, { pingIntervalMs: 10_000, pingTimeoutMs: 5000 });
const transport = createGrpcTransport({ baseUrl, sessionManager: connection, readMaxBytes: 16 << 20 });
const quorum = createClient(v1.QuorumService, transport);
const names = createClient(v1.NameService, transport);
const client = new Client({ endpoints: [endpoint], callTimeoutMs: TIMEOUT_MS });

async function callBare(times: number): Promise<number> {
  const begun = performance.now();
  for (let call = 0; call < times; call++) await quorum.getQuorum({}, { timeoutMs: TIMEOUT_MS });
  return performance.now() - begun;
}

async function callSdk(times: number): Promise<number> {
  const begun = performance.now();
  for (let call = 0; call < times; call++) await client.quorum.get();
  return performance.now() - begun;
}

/** Binds names again and again; the cursor from before that. */
async function change(prefix: string): Promise<string> {
  await using watch = client.names.watch(prefix);
  await watch.next();
  await using session = await client.openSession({ label: "overhead" });
  const bind = async (path: number) => {
    for (let value = path; value < CHANGES; value += BINDING) {
      await session.bind(`${prefix}${path}`, new TextEncoder().encode(String(value)));
    }
  };
  await Promise.all(Array.from({ length: BINDING }, (_, path) => bind(path)));
  return watch.cursor;
}

/** The time from the first change to the last one. */
async function read(messages: AsyncIterable<v1.WatchNamesResponse>, times: number): Promise<number> {
  let seen = 0;
  let begun = 0;
  for await (const { message } of messages) {
    if (message.case !== "bound") throw new Error(`instead of a change came ${message.case}`);
    if (++seen === 1) begun = performance.now();
    if (seen === times) break;
  }
  return performance.now() - begun;
}

/** Goes both ways in turn, after a warm-up; the medians over the rounds. */
async function compare(bare: Way, sdk: Way, times: number, rounds: number): Promise<Figures> {
  const took: Record<keyof Figures, number[]> = { bare_us: [], sdk_us: [] };
  for (let round = -10; round < rounds; round++) {
    const [bareMs, sdkMs] = [await bare(times), await sdk(times)];
    if (round < 0) continue;
    took.bare_us.push((bareMs * 1000) / times);
    took.sdk_us.push((sdkMs * 1000) / times);
  }
  return { bare_us: median(took.bare_us), sdk_us: median(took.sdk_us) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value) / middle.length;
}

const call = await compare(callBare, callSdk, CALLS, CALL_ROUNDS);
const prefix = `overhead/typescript-${Date.now()}/`;
const cursor = await change(prefix);
const watchBare = async (times: number) => {
  const stop = new AbortController();
  const took = await read(names.watchNames({ prefix, cursor }, { signal: stop.signal }), times);
  stop.abort();
  return took;
};
const watchSdk = (times: number) => read(client.names.watch(prefix, { cursor }), times);
const event = await compare(watchBare, watchSdk, CHANGES, CHANGE_ROUNDS);
console.log(JSON.stringify({ call, event }));
await client.close();
connection.abort();
