/**
 * Which endpoint comes next, and how long to pause before it.
 *
 * Within a round over all endpoints there is no pause: another agent may well answer at once. Between rounds there is one
 * that grows and has jitter, so that many clients do not come back to a restarted cluster in step.
 *
 * @module
 */

const LEAST_MS = 50;
const MOST_MS = 2000;

/** What to do next. */
export interface Step {
  /** The endpoint to try. */
  readonly index: number;
  /** How long to wait before that. */
  readonly pauseMs: number;
  /** How many rounds over all endpoints are complete. */
  readonly roundsDone: number;
}

/** The endless order in which endpoints are tried, beginning with `first`. */
export class Rotation {
  readonly #endpoints: number;
  #next: number;
  #attempts = 0;
  #pauseMs = LEAST_MS;

  constructor(endpoints: number, first: number) {
    this.#endpoints = endpoints;
    this.#next = first;
  }

  step(): Step {
    const index = this.#next;
    const roundsDone = Math.floor(this.#attempts / this.#endpoints);
    let pauseMs = 0;
    if (roundsDone > 0 && this.#attempts % this.#endpoints === 0) {
      pauseMs = this.#pauseMs * (1 + Math.random());
      this.#pauseMs = Math.min(this.#pauseMs * 2, MOST_MS);
    }
    this.#next = (index + 1) % this.#endpoints;
    this.#attempts += 1;
    return { index, pauseMs, roundsDone };
  }

  /** Begins anew without a pause, with the endpoint after the last one tried. */
  reset(): void {
    this.#attempts = 0;
    this.#pauseMs = LEAST_MS;
  }
}
