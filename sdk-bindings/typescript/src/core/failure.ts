/**
 * What a failed attempt means.
 *
 * @module
 */

import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Answer, REASONS, Refused, type Tried } from "./errors.js";

const DOMAIN = "quorate.v1";

/** How the message begins when no connection came about, so that nothing can have been sent. */
export const NOT_CONNECTED = "failed to connect";

const FINAL = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.FailedPrecondition,
  Code.OutOfRange,
  Code.PermissionDenied,
  Code.Unauthenticated,
  Code.Unimplemented,
]);

const SILENCE = new Set([Code.DeadlineExceeded, Code.Canceled]);

/** What the library below says by itself; with any other code of its own it tells of a connection that broke. */
const OWN = new Set([
  Code.DeadlineExceeded,
  // A message is larger than allowed.
  Code.ResourceExhausted,
  // Something in between that is no agent answered by HTTP.
  Code.PermissionDenied,
  Code.Unauthenticated,
  Code.Unimplemented,
]);

/** An attempt that failed at one endpoint. */
export class Failure {
  readonly answer: Answer;

  private constructor(endpoint: string, error: ConnectError) {
    // What a server answered has its status.
    const known = error.metadata.has("grpc-status") || OWN.has(error.code);
    const code = known ? error.code : Code.Unavailable;
    const info = errorInfo(error);
    this.answer = { endpoint, code, message: error.rawMessage, reason: info?.reason, metadata: info?.metadata ?? {} };
  }

  /** What was thrown at an endpoint. What is no failure of a call, but a fault of the program, is thrown again. */
  static of(endpoint: string, thrown: unknown): Failure {
    if (thrown instanceof ConnectError) return new Failure(endpoint, thrown);
    throw thrown;
  }

  /** Whether nothing came in the time that the attempt had. An agent that notices that first says `Canceled`. */
  get isSilence(): boolean {
    return SILENCE.has(this.answer.code) && this.answer.reason === undefined;
  }

  /** Whether another agent, or the same one a little later, may well answer. */
  get mayPass(): boolean {
    return this.answer.code === Code.Unavailable || this.isSilence;
  }

  /** Whether every agent would say the same, now and later. */
  get isFinal(): boolean {
    return FINAL.has(this.answer.code);
  }

  /** Whether the request may have reached an agent that did not refuse it. */
  get wasSent(): boolean {
    return this.answer.reason === undefined && !this.answer.message.startsWith(NOT_CONNECTED);
  }

  /** The error for the caller. */
  refused(): Refused {
    return new (REASONS.get(this.answer.reason ?? "") ?? Refused)(this.answer);
  }

  /** What is said of the endpoint when none could serve the call. */
  tried(): Tried {
    const { endpoint, message, reason } = this.answer;
    return { endpoint, what: this.isSilence ? "silent" : message, reason, silent: this.isSilence };
  }
}

interface ErrorInfo {
  reason: string;
  metadata: Record<string, string>;
}

/** What an agent says with its refusal. */
function errorInfo(error: ConnectError): ErrorInfo | undefined {
  for (const detail of error.details) {
    if ("type" in detail && detail.type === "google.rpc.ErrorInfo") {
      const info = readErrorInfo(detail.value);
      if (info.domain === DOMAIN) return info;
    }
  }
  return undefined;
}

/** Reads a `google.rpc.ErrorInfo`, for which the libraries below have no type. */
function readErrorInfo(bytes: Uint8Array): ErrorInfo & { domain: string } {
  const info = { reason: "", domain: "", metadata: {} as Record<string, string> };
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) info.reason = reader.string();
    else if (field === 2) info.domain = reader.string();
    else if (field === 3) readEntry(new BinaryReader(reader.bytes()), info.metadata);
    else reader.skip(wire, field);
  }
  return info;
}

function readEntry(reader: BinaryReader, into: Record<string, string>): void {
  let key = "";
  let value = "";
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else reader.skip(wire, field);
  }
  into[key] = value;
}
