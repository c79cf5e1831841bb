/**
 * Client of the Quorate cluster agent for Node: typed calls that fail over among the agents of a cluster.
 *
 * And sessions that are kept alive, locks, elections, barriers, names, and watches that resume by themselves.
 *
 * Requests and answers are the generated types of the schema, in {@link v1}; errors are subclasses of {@link QuorateError}.
 * Times are in milliseconds, and names of options that have them end in `Ms`. `quorate/web` is for browsers.
 *
 * @module
 */

import { ClientBase } from "../core/client.js";
import { OptionsError } from "../core/errors.js";
import { settings } from "../core/options.js";
import { Pool } from "../core/pool.js";
import { openChannel } from "./channel.js";
import { type ClientOptions, connecting, endpoint } from "./options.js";

export * from "../core/public.js";
export type { ClientOptions, TlsOptions } from "./options.js";

/**
 * A client of one cluster, by any of its agents, by gRPC over HTTP/2.
 *
 * It connects when it is first used, and has one connection to each endpoint that it uses. A client that is idle does not
 * keep the process from ending.
 */
export class Client extends ClientBase {
  /**
   * @param options - What the client is to be, or only the endpoints.
   * @throws OptionsError - A value is not allowed, or a file of the TLS options cannot be read.
   */
  constructor(options: readonly string[] | ClientOptions) {
    super(openPool(options));
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
