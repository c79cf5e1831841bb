/**
 * Client of the Quorate cluster agent for browsers, by gRPC-Web: reads, listings and watches that resume by themselves.
 *
 * It is the same as in `quorate`, but for sessions, what rests on them, and taking part in recovery: that needs streams in both
 * directions, which browsers do not have.
 *
 * @module
 */

import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { ClientBase } from "../core/client.js";
import { NotSupported, OptionsError } from "../core/errors.js";
import { type CallTimes, settings } from "../core/options.js";
import { type Channel, Pool } from "../core/pool.js";
import type { Session } from "../core/session.js";

export * from "../core/public.js";

/** What a client is to be. Times are in milliseconds; a value that is out of range is an {@link OptionsError}. */
export interface ClientOptions extends CallTimes {
  /**
   * 1 to 64 of the agents' addresses as URLs, such as `http://host:7401`, or of what passes calls on to them. The first that
   * answers is used until it fails, then the next one. Default: where the page came from.
   */
  readonly endpoints?: readonly string[] | undefined;
}

/** A client of one cluster, by any of its agents, by gRPC-Web. */
export class Client extends ClientBase {
  /**
   * @param options - What the client is to be, or only the endpoints. Default: where the page came from.
   * @throws OptionsError - A value is not allowed.
   */
  constructor(options: readonly string[] | ClientOptions = {}) {
    super(openPool("length" in options ? { endpoints: options } : options));
  }

  /**
   * Not in browsers.
   *
   * @throws NotSupported - Always.
   */
  override openSession(): Promise<Session> {
    return Promise.reject(noSessions());
  }

  /**
   * Not in browsers.
   *
   * @throws NotSupported - Always.
   */
  override resumeSession(): Promise<Session> {
    return Promise.reject(noSessions());
  }
}

function noSessions(): NotSupported {
  return new NotSupported("a session is kept alive by a stream in both directions, which browsers do not have");
}

function openPool(options: ClientOptions): Pool {
  const checked = settings((options.endpoints ?? [globalThis.location?.origin ?? ""]).map(endpoint), options);
  return new Pool(checked, checked.endpoints.map(openChannel));
}

function openChannel(baseUrl: string): Channel {
  // A call ends with its signal, and what the browser keeps of a connection is the browser's.
  return { endpoint: baseUrl, transport: createGrpcWebTransport({ baseUrl }), close: () => {} };
}

/** An endpoint as it is used, from what a person wrote. */
function endpoint(text: string): string {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw new OptionsError(`"${text}" is no endpoint: it is no URL`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new OptionsError(`"${text}" is no endpoint: it must begin with http:// or https://`);
  }
  return url.href.replace(/\/$/, "");
}
