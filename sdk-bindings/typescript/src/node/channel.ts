/**
 * How connections are made: gRPC over HTTP/2, one connection to each endpoint.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import type { ClientHttp2Stream, SecureClientSessionOptions } from "node:http2";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { OptionsError } from "../core/errors.js";
import { NOT_CONNECTED } from "../core/failure.js";
import type { Channel } from "../core/pool.js";
import { inTime, LATE } from "../core/wait.js";
import type { Connecting, TlsOptions } from "./options.js";

const AGENT = "quorate-typescript/0.1.0";

/** The way to an endpoint, which connects when it is first used. */
export function openChannel(endpoint: string, options: Connecting): Channel {
  const baseUrl = `${options.tls ? "https" : "http"}://${endpoint}`;
  const connection = new Connection(baseUrl, options);
  const transport = createGrpcTransport({
    baseUrl,
    sessionManager: connection,
    readMaxBytes: options.maxMessageSize,
    interceptors: [nameAgent],
  });
  return { endpoint, transport, close: () => connection.close() };
}

const nameAgent: Interceptor = (next) => (request) => {
  request.header.set("User-Agent", AGENT);
  return next(request);
};

/** The connection to an endpoint, which is made anew when it was lost. */
class Connection implements Pick<Http2SessionManager, "authority" | "request" | "notifyResponseByteRead"> {
  readonly authority: string;
  readonly #make: () => Http2SessionManager;
  readonly #timeoutMs: number;
  #manager: Http2SessionManager;

  constructor(url: string, options: Connecting) {
    // It must not probe an idle connection: the library then also probes one that is gone, which ends the process. It probes
    // one that was idle before it uses it again.
    const pings = { pingIntervalMs: options.keepAliveIntervalMs, pingTimeoutMs: options.keepAliveTimeoutMs };
    const tls = options.tls && credentials(options.tls);
    this.#make = () => new Http2SessionManager(url, pings, tls);
    this.#timeoutMs = options.connectTimeoutMs;
    this.#manager = this.#make();
    this.authority = this.#manager.authority;
  }

  async request(...request: Parameters<Http2SessionManager["request"]>): Promise<ClientHttp2Stream> {
    const manager = this.#manager;
    const state = await inTime(manager.connect(), this.#timeoutMs);
    if (state === LATE) {
      if (manager === this.#manager) this.#manager = this.#make();
      const late = notConnected(`no answer within ${this.#timeoutMs} ms`);
      manager.abort(late);
      throw late;
    }
    if (state === "error") throw notConnected(ConnectError.from(manager.error() ?? "closed").rawMessage);
    return manager.request(...request);
  }

  notifyResponseByteRead(stream: ClientHttp2Stream): void {
    this.#manager.notifyResponseByteRead(stream);
  }

  /** Ends the connection, and all calls on it. */
  close(): void {
    this.#manager.abort();
  }
}

function notConnected(why: string): ConnectError {
  return new ConnectError(`${NOT_CONNECTED}: ${why}`, Code.Unavailable);
}

/**
 * Whom to trust, and what to show.
 *
 * @throws OptionsError - A file cannot be read, or one of the two files of a certificate is missing.
 */
function credentials(tls: TlsOptions): SecureClientSessionOptions {
  if ((tls.certificate === undefined) !== (tls.key === undefined)) {
    throw new OptionsError("a certificate needs its key, and a key its certificate");
  }
  return {
    ca: read(tls.ca),
    ...(tls.certificate === undefined ? {} : { cert: read(tls.certificate) }),
    ...(tls.key === undefined ? {} : { key: read(tls.key) }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  };
}

function read(file: string | URL): Buffer {
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch (error) {
    throw new OptionsError(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
  if (!text.includes("-----BEGIN ")) throw new OptionsError(`${file} is no PEM file`);
  return text;
}
