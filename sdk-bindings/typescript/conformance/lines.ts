/**
 * The lines between the conformance runner and a driver.
 *
 * @module
 */

import { createInterface } from "node:readline";
import { ConnectionLost, DeadlineExceeded, OptionsError, QuorateError, Refused, Unavailable } from "quorate";

/** What a step is to be done with. */
// biome-ignore lint/suspicious/noExplicitAny: What a scenario says is checked by what it is given to.
export type Args = Record<string, any>;

/** What a driver answers. */
export type Result = Record<string, unknown>;

const KINDS = [
  [OptionsError, "options"],
  [Refused, "refused"],
  [Unavailable, "unavailable"],
  [DeadlineExceeded, "deadline"],
  [ConnectionLost, "lost"],
] as const;

/** Carries out steps until there are no more, each beside the others. */
export async function serve(work: (op: string, args: Args) => Promise<Result>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, op, ...args } = JSON.parse(line);
    void work(op, args).then(
      (ok) => write({ id, ok }),
      (error) => write({ id, error: shown(error) }),
    );
  }
  process.exit();
}

function shown(error: unknown): Result {
  const kind = KINDS.find(([known]) => error instanceof known)?.[1] ?? "other";
  const reason = error instanceof QuorateError ? (error.reason ?? null) : null;
  return { kind, reason, text: String(error) };
}

function write(message: Result): void {
  // Whole numbers of 64 bits are small enough here.
  process.stdout.write(
    `${JSON.stringify(message, (_, value) => (typeof value === "bigint" ? Number(value) : value))}\n`,
  );
}
