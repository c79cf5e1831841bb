/**
 * A clock by which whoever wakes up knows that time has passed.
 *
 * JavaScript's monotonic clock stops in a suspension of the machine on some systems, its wall clock can be set: of the two
 * spans the longer one counts. So a suspension is seen, and a wall clock that was put back does no harm.
 *
 * @module
 */

/** A moment, by both clocks. */
export interface Moment {
  /** By the monotonic clock, in milliseconds. */
  readonly steady: number;
  /** By the wall clock, in milliseconds. */
  readonly wall: number;
}

/** This moment. */
export function now(): Moment {
  return { steady: performance.now(), wall: Date.now() };
}

/** How many milliseconds have passed from one moment to another one. */
export function elapsed(from: Moment, to: Moment): number {
  return Math.max(to.steady - from.steady, to.wall - from.wall);
}
