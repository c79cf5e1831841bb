/**
 * Where the agents are, and how a client in Node connects to them.
 *
 * @module
 */

import { isIPv6 } from "node:net";
import { OptionsError } from "../core/errors.js";
import { type CallTimes, within } from "../core/options.js";

/** Whom a client trusts, and how it shows who it is. All files are PEM, and are read when the client is made. */
export interface TlsOptions {
  /** The file of the authorities that must have signed the agents' certificates. */
  readonly ca: string | URL;
  /** The file of the certificate to show to agents that ask for one. */
  readonly certificate?: string | URL | undefined;
  /** The file of its key; it must have no password. */
  readonly key?: string | URL | undefined;
  /** The name to look for in the agents' certificates. Default: the host of the endpoint. */
  readonly serverName?: string | undefined;
}

/** What a client is to be. Times are in milliseconds; a value that is out of range is an {@link OptionsError}. */
export interface ClientOptions extends CallTimes {
  /** 1 to 64 of `host:port` or `[v6]:port`. The first that answers is used until it fails, then the next one. */
  readonly endpoints: readonly string[];
  /** Speaks TLS with all endpoints. Default: plain text. */
  readonly tls?: TlsOptions | undefined;
  /** How long one attempt to connect, or to probe an idle connection, may take: 10 to 60,000. Default: 1,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Largest message to take, in bytes: 64 KiB to 1 GiB. Default: 16 MiB. */
  readonly maxMessageSize?: number | undefined;
  /**
   * How often a connection is probed with an HTTP/2 ping while calls or watches are under way: 1,000 to 3,600,000. One that
   * was idle for longer is probed before it is used. Default: 10,000.
   */
  readonly keepAliveIntervalMs?: number | undefined;
  /** How long a ping may stay unanswered before the connection is given up: 100 to 3,600,000. Default: 5,000. */
  readonly keepAliveTimeoutMs?: number | undefined;
}

/** How connections are made, checked. */
export interface Connecting {
  readonly tls: TlsOptions | undefined;
  readonly connectTimeoutMs: number;
  readonly maxMessageSize: number;
  readonly keepAliveIntervalMs: number;
  readonly keepAliveTimeoutMs: number;
}

export function connecting(options: ClientOptions): Connecting {
  return {
    tls: options.tls,
    connectTimeoutMs: within("connectTimeoutMs", options.connectTimeoutMs ?? 1000, 10, 60_000),
    maxMessageSize: within("maxMessageSize", options.maxMessageSize ?? 16 << 20, 64 << 10, 1 << 30),
    keepAliveIntervalMs: within("keepAliveIntervalMs", options.keepAliveIntervalMs ?? 10_000, 1000, 3_600_000),
    keepAliveTimeoutMs: within("keepAliveTimeoutMs", options.keepAliveTimeoutMs ?? 5000, 100, 3_600_000),
  };
}

/** An endpoint as it is used, from what a person wrote. */
export function endpoint(text: string): string {
  const bad = (why: string) => new OptionsError(`"${text}" is no endpoint: ${why}`);
  const trimmed = text.trim();
  const colon = trimmed.lastIndexOf(":");
  if (colon < 0) throw bad("the port is missing");
  const host = trimmed.slice(0, colon);
  const port = trimmed.slice(colon + 1);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    throw bad("the port must be a number from 1 to 65535");
  }
  if (!host) throw bad("the host is missing");
  if (host.startsWith("[") && host.endsWith("]")) {
    if (!isIPv6(host.slice(1, -1))) throw bad("not an IPv6 address in brackets");
  } else if (host.includes(":")) {
    throw bad("an IPv6 address needs brackets, as in [::1]:7401");
  } else if (!/^[A-Za-z0-9._-]+$/.test(host)) {
    throw bad("the host has characters that no host name has");
  }
  return `${host}:${Number(port)}`;
}
