/**
 * Client of the Quorate cluster agent for Node: typed calls that fail over among the agents of a cluster.
 *
 * And sessions that are kept alive, locks, elections, barriers, names, watches that resume by themselves, and programs that
 * take part in recovery.
 *
 * Requests and answers are the generated types of the schema, in {@link v1}; errors are subclasses of {@link QuorateError}.
 * Times are in milliseconds, and names of options that have them end in `Ms`. `quorate/web` is for browsers.
 *
 * @module
 */

import { ClientBase } from "../core/client.js";
import { OptionsError } from "../core/errors.js";
import { settings } from "../core/options.js";
import type { Participant, ParticipantOptions } from "../core/participant.js";
import { Participation } from "../core/participation.js";
import { Pool } from "../core/pool.js";
import { openChannel } from "./channel.js";
import { type ClientOptions, connecting, endpoint } from "./options.js";

export {
  formatNotice,
  type Late,
  type Notice,
  type Participant,
  type ParticipantOptions,
  type PhaseName,
} from "../core/participant.js";
export * from "../core/public.js";
export type { ClientOptions, TlsOptions } from "./options.js";

/**
 * A client of one cluster, by any of its agents, by gRPC over HTTP/2.
 *
 * It connects when it is first used, and has one connection to each endpoint that it uses. A client that is idle does not
 * keep the process from ending.
 */
export class Client extends ClientBase {
  readonly #pool: Pool;

  /**
   * @param options - What the client is to be, or only the endpoints.
   * @throws OptionsError - A value is not allowed, or a file of the TLS options cannot be read.
   */
  constructor(options: readonly string[] | ClientOptions) {
    const pool = openPool(options);
    super(pool);
    this.#pool = pool;
  }

  /**
   * Has a program take part in recovery, through whatever agent answers, until its signal is aborted.
   *
   * With each change of the cluster the program is told to {@link Participant.prepare}, to {@link Participant.recover} and to
   * {@link Participant.resume}; the cluster takes each step when all who take part have taken the one before. When the agent
   * is gone, the program is told to prepare at once, and takes part again at the next agent. Until it was told to resume for
   * the first time, it must not use what is shared.
   *
   * An agent that does not say that it goes - whose machine was cut off, say - is noticed after `idleTimeoutMs` at the latest.
   * Others may have gone on by then: have what is protected refuse lower epochs than it has seen, or look at
   * {@link Quorum.get} before it is touched.
   *
   * The promise is rejected when taking part is of no use, after the program was told to prepare and has done that. When the
   * signal is aborted, the program is not told; what is under way ends first: the signal of `recover` and `resume` is aborted.
   *
   * @throws OptionsError - A value is not allowed.
   * @throws BadRequest - The agents do not allow a value.
   * @throws ClientClosed - The client was closed.
   */
  async participate(options: ParticipantOptions, program: Participant): Promise<never> {
    return new Participation(this.#pool, options, program).run();
  }
}

function openPool(given: readonly string[] | ClientOptions): Pool {
  const options = typeof given === "object" && "endpoints" in given ? given : { endpoints: given };
  if (!Array.isArray(options.endpoints)) throw new OptionsError("endpoints must be a list of texts");
  const checked = settings(options.endpoints.map(endpoint), options);
  const how = connecting(options);
  return new Pool(
    checked,
    checked.endpoints.map((one) => openChannel(one, how)),
  );
}
