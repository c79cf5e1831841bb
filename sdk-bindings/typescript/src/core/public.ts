/// <reference lib="esnext.disposable" preserve="true" />
/**
 * What is the same in Node and in browsers.
 *
 * @module
 */

export * as v1 from "../v1.js";
export { Barrier } from "./barrier.js";
export { type CallOptions, ClientBase } from "./client.js";
export { Election } from "./election.js";
export * from "./errors.js";
export { Lock } from "./lock.js";
export type { CallTimes } from "./options.js";
export {
  Barriers,
  Elections,
  Events,
  type EventWatchOptions,
  type Freshness,
  Locks,
  Membership,
  type MembershipWatchOptions,
  Names,
  Quorum,
  Recovery,
  Sessions,
} from "./parts.js";
export type { How, Invoke, Stubs, WaitOptions } from "./pool.js";
export { type BindOptions, type LossOptions, Session, type SessionOptions } from "./session.js";
export { type CursorOptions, Watch, type WatchOptions } from "./watch.js";
export {
  type BarrierOptions,
  compareTokens,
  type Departure,
  formatToken,
  type LockOptions,
  type Loss,
  type Mode,
  type Token,
  type Value,
} from "./words.js";
