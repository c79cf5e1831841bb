/**
 * How long a client waits: what is the same in Node and in browsers.
 *
 * @module
 */

import { OptionsError } from "./errors.js";

export const HOUR_MS = 3_600_000;
/** What a timer can count. */
const MOST_MS = 0x7fff_ffff;
const MOST_ENDPOINTS = 64;

/** How long calls may take. Times are in milliseconds; a value that is out of range is an {@link OptionsError}. */
export interface CallTimes {
  /** How long one call may take in all, over every endpoint: 10 to 3,600,000. Default: 5,000. */
  readonly callTimeoutMs?: number | undefined;
  /**
   * How long one endpoint may take over a call before the next is asked: 10 to 3,600,000. Default: an equal share of the
   * call's time for each endpoint, but no less than a third of it.
   */
  readonly attemptTimeoutMs?: number | undefined;
  /** How often each endpoint is tried in one call before it fails as unavailable: 1 to 100. Default: 3. */
  readonly rounds?: number | undefined;
}

/** What a client goes by, checked. */
export interface Settings {
  readonly endpoints: readonly string[];
  readonly callTimeoutMs: number;
  readonly attemptTimeoutMs: number | undefined;
  readonly rounds: number;
}

export function settings(endpoints: readonly string[], times: CallTimes): Settings {
  within("number of endpoints", endpoints.length, 1, MOST_ENDPOINTS);
  const { attemptTimeoutMs } = times;
  if (attemptTimeoutMs !== undefined) within("attemptTimeoutMs", attemptTimeoutMs, 10, HOUR_MS);
  return {
    endpoints,
    callTimeoutMs: within("callTimeoutMs", times.callTimeoutMs ?? 5000, 10, HOUR_MS),
    attemptTimeoutMs,
    rounds: within("rounds", times.rounds ?? 3, 1, 100),
  };
}

/** How long one endpoint may take over a call of `limitMs`. */
export function share(of: Settings, limitMs: number): number {
  const shares = Math.min(of.endpoints.length, 3);
  return Math.min(of.attemptTimeoutMs ?? limitMs / shares, limitMs);
}

/** The value, which must be in a range. */
export function within(name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) throw new OptionsError(`${name} is ${value}, allowed is ${least} to ${most}`);
  return value;
}

/** How long a call may take, which the caller says. */
export function limit(timeoutMs: number): number {
  return within("timeoutMs", timeoutMs, 0, MOST_MS);
}
