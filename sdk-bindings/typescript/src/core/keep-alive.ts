/**
 * Signs of life.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import * as v1 from "../v1.js";
import { type Moment, now } from "./clock.js";
import type { How, Stubs } from "./pool.js";
import { inTime, LATE, Outbox } from "./wait.js";

/** One sign of life, answered. */
export async function renew(stubs: Stubs, token: string, how: How): Promise<v1.KeepAliveResponse> {
  const sign = create(v1.KeepAliveRequestSchema, { session: token });
  let answer: v1.KeepAliveResponse | undefined;
  for await (const kept of stubs.sessions.keepAlive(once(sign), how)) answer = kept;
  if (!answer) throw new ConnectError("the stream was ended", Code.Unavailable);
  return answer;
}

async function* once<M>(message: M): AsyncIterable<M> {
  yield message;
}

/**
 * Gives signs of life at one agent until that fails, ends, or one is not answered in time; `heard` is told when each one
 * was sent that was answered.
 */
export async function keepAlive(
  stubs: Stubs,
  token: string,
  paceMs: number,
  heard: (sent: Moment) => void,
  signal: AbortSignal,
): Promise<void> {
  const sign = create(v1.KeepAliveRequestSchema, { session: token });
  const signs = new Outbox<v1.KeepAliveRequest>();
  const answers = stubs.sessions.keepAlive(signs, { signal })[Symbol.asyncIterator]();
  for (let reading = answers.next(); ; ) {
    const sent = now();
    signs.send(sign);
    const answer = await inTime(reading, paceMs);
    if (answer === LATE || answer.done) return;
    heard(sent);
    // What comes without being asked for is the end: the session is over, or the agent is stopping.
    reading = answers.next();
    if ((await inTime(reading, paceMs)) !== LATE) return;
  }
}
