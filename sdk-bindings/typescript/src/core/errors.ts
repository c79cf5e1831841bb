/**
 * What can go wrong with a call, and whose fault it is.
 *
 * Every error of this package is a {@link QuorateError}. What an agent refused is a {@link Refused}, of the class that
 * belongs to the documented reason: look for `instanceof NameHeld`, never match on a text.
 *
 * @module
 */

import { Code } from "@connectrpc/connect";

/** The base of all errors of this package. */
export class QuorateError extends Error {
  /** The name of its class. */
  override get name(): string {
    return this.constructor.name;
  }

  /** The documented reason that an agent gave, such as `"NAME_HELD"`; `undefined` when none did. */
  get reason(): string | undefined {
    return undefined;
  }
}

/** An option has a value that is not allowed. Nothing was sent; the caller has to change it. */
export class OptionsError extends QuorateError {}

/** This client cannot do that where it runs, as keep a session alive from a browser. Nothing was sent. */
export class NotSupported extends QuorateError {}

/** The client was closed, before the call or in the middle of it. */
export class ClientClosed extends QuorateError {
  constructor() {
    super("the client is closed");
  }
}

/** An endpoint that was tried, and what went wrong there. */
export interface Tried {
  /** The endpoint, as the client was given it. */
  readonly endpoint: string;
  /** What went wrong, for people. */
  readonly what: string;
  /** The documented reason, when an agent gave one. */
  readonly reason?: string | undefined;
  /** Whether it took the request and did not answer in time. */
  readonly silent: boolean;
}

/** The base of the errors of calls that no endpoint answered. */
export class NoAnswer extends QuorateError {
  /** Each endpoint that was tried, with what went wrong there last. */
  readonly tried: readonly Tried[];

  constructor(text: string, tried: readonly Tried[]) {
    super(`${text}: ${tried.map((one) => `${one.endpoint}: ${one.what}`).join("; ") || "none was tried"}`);
    this.tried = tried;
  }

  /** The first documented reason that any agent gave; `undefined` when none did. */
  override get reason(): string | undefined {
    return this.tried.find((one) => one.reason)?.reason;
  }
}

/**
 * No endpoint answered, or every one that did said that it cannot serve now.
 *
 * For a call that changes something, an attempt whose connection was lost may have been carried out.
 */
export class Unavailable extends NoAnswer {
  constructor(tried: readonly Tried[]) {
    super("no endpoint could serve the call", tried);
  }
}

/** The deadline passed. For a call that changes something it is not known whether it was carried out. */
export class DeadlineExceeded extends NoAnswer {
  /** The deadline of the call, in milliseconds. */
  readonly limitMs: number;

  constructor(limitMs: number, tried: readonly Tried[]) {
    super(`no answer within ${limitMs} ms`, tried);
    this.limitMs = limitMs;
  }
}

/** The connection failed in the middle of a call that may not be repeated: it may have been carried out or not. */
export class ConnectionLost extends NoAnswer {
  constructor(tried: Tried) {
    super("the call may have been carried out", [tried]);
  }
}

/** What an agent answered that refused a call. */
export interface Answer {
  /** The endpoint that answered. */
  readonly endpoint: string;
  /** The canonical gRPC code. */
  readonly code: Code;
  /** The text for people. */
  readonly message: string;
  /** The documented reason; `undefined` when the answer came from something in between that is no agent. */
  readonly reason?: string | undefined;
  /** What comes with the reason, such as `session_id` with `NAME_HELD`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * An agent's answer that it will not do what was asked. Nothing was changed, unless the method says so.
 *
 * This class itself is thrown for a reason that this version does not know.
 */
export class Refused extends QuorateError {
  /** What the agent answered. */
  readonly answer: Answer;

  constructor(answer: Answer) {
    const text = answer.message || Code[answer.code];
    super(answer.reason ? `${text} (${answer.reason})` : text);
    this.answer = answer;
  }

  /** The documented reason, such as `"NAME_HELD"`; `undefined` when the answer is not an agent's. */
  override get reason(): string | undefined {
    return this.answer.reason;
  }

  /** The canonical gRPC code. */
  get code(): Code {
    return this.answer.code;
  }

  /** What comes with the reason, such as `session_id` with `NAME_HELD`. */
  get metadata(): Readonly<Record<string, string>> {
    return this.answer.metadata;
  }
}

/** A field of the request is missing, malformed or out of range. Do not retry. */
export class BadRequest extends Refused {}

/** The answering node knows no node of that name. */
export class NodeNotFound extends Refused {}

/** The answering node has had no view since it started. Retry, or ask another node. */
export class NoView extends Refused {}

/** The agent is stopping or leaving the cluster. Ask another node. */
export class Stopping extends Refused {}

/** The cursor cannot be read, or belongs to another cluster. Start without one. */
export class BadCursor extends Refused {}

/** The page token cannot be read. Start again from the first page. */
export class BadPageToken extends Refused {}

/** A limit of the agent was reached; the metadata `limit_of` names it. Retry with backoff. */
export class LimitReached extends Refused {}

/** The node is evicted already, or is not evicted. */
export class EvictionState extends Refused {}

/** The view changed before the call was done. Retry after reading the new view. */
export class ViewChanged extends Refused {}

/** A fault of the agent itself; its log has more. */
export class Internal extends Refused {}

/** No leader of the cluster database could be reached. Nothing was changed. Retry when there is quorum. */
export class QuorumLost extends Refused {}

/** The leader did not answer in time: the change may have been made or not. Retry, which is safe. */
export class OutcomeUnknown extends Refused {}

/** The state of the cluster does not allow it; the metadata `state` names it. Nothing was changed. */
export class ClusterState extends Refused {}

/** What was to be restored is no backup, is damaged, of a later version or of another cluster. Nothing was changed. */
export class BadBackup extends Refused {}

/** Somebody else did the same at the same time. Nothing was changed. Retry. */
export class Conflict extends Refused {}

/** Nobody leads sessions, names and barriers for now. Nothing was changed. Retry, or ask another node. */
export class NotServed extends Refused {}

/** The base of all that can be wrong with a session. */
export class SessionError extends Refused {}

/** The call needs a session. */
export class SessionRequired extends SessionError {}

/** There never was such a session in this cluster. */
export class SessionUnknown extends SessionError {}

/** The session is over: it was closed, or it expired. What it held is free. Open another one. */
export class SessionEnded extends SessionError {}

/** The session was lost, with all it held, when a majority of the voters lost their memory. Open another one. */
export class SessionLost extends SessionError {}

/** The text that should prove that the session is the caller's own is not that of the session. */
export class SessionTokenWrong extends SessionError {}

/** Somebody else holds the name; the metadata `session_id` says who. Nothing was changed. */
export class NameHeld extends Refused {}

/** The name is kept free for a while: its holder expired. Retry later, or queue. */
export class NameDelayed extends Refused {}

/** The session does not hold the name, or not by that token. Nothing was changed. */
export class NameNotHeld extends Refused {}

/** The binding was last changed at another revision than expected. Nothing was changed. Read it and retry. */
export class NameChanged extends Refused {}

/** The name is used as something else, or in another mode. Nothing was changed. */
export class NameMismatch extends Refused {}

/** Others who wait at the barrier say that it is something else. Nothing was changed. */
export class BarrierMismatch extends Refused {}

/** Nobody is at the barrier, or the session is not. */
export class BarrierNotThere extends Refused {}

/** The generation ended without passing: nobody passed. The metadata `why` says why. */
export class BarrierBroken extends Refused {}

/** The request id was used for another request. Nothing was changed. */
export class RequestIdUsed extends Refused {}

/** Services cannot be defined so; the text says all that is wrong. Nothing was changed. */
export class ServiceInvalid extends Refused {}

/** There is no service or instance of that name. Nothing was changed. */
export class ServiceNotFound extends Refused {}

/** The instance cannot run on that node, or would not stay there. Nothing was changed. */
export class CannotMove extends Refused {}

/** The class for each documented reason. */
export const REASONS: ReadonlyMap<string, new (answer: Answer) => Refused> = new Map([
  ["BAD_REQUEST", BadRequest],
  ["NODE_NOT_FOUND", NodeNotFound],
  ["NO_VIEW", NoView],
  ["STOPPING", Stopping],
  ["BAD_CURSOR", BadCursor],
  ["BAD_PAGE_TOKEN", BadPageToken],
  ["LIMIT_REACHED", LimitReached],
  ["EVICTION_STATE", EvictionState],
  ["VIEW_CHANGED", ViewChanged],
  ["INTERNAL", Internal],
  ["QUORUM_LOST", QuorumLost],
  ["OUTCOME_UNKNOWN", OutcomeUnknown],
  ["CLUSTER_STATE", ClusterState],
  ["BAD_BACKUP", BadBackup],
  ["CONFLICT", Conflict],
  ["NOT_SERVED", NotServed],
  ["SESSION_REQUIRED", SessionRequired],
  ["SESSION_UNKNOWN", SessionUnknown],
  ["SESSION_ENDED", SessionEnded],
  ["SESSION_LOST", SessionLost],
  ["SESSION_TOKEN_WRONG", SessionTokenWrong],
  ["NAME_HELD", NameHeld],
  ["NAME_DELAYED", NameDelayed],
  ["NAME_NOT_HELD", NameNotHeld],
  ["NAME_CHANGED", NameChanged],
  ["NAME_MISMATCH", NameMismatch],
  ["BARRIER_MISMATCH", BarrierMismatch],
  ["BARRIER_NOT_THERE", BarrierNotThere],
  ["BARRIER_BROKEN", BarrierBroken],
  ["REQUEST_ID_USED", RequestIdUsed],
  ["SERVICE_INVALID", ServiceInvalid],
  ["SERVICE_NOT_FOUND", ServiceNotFound],
  ["CANNOT_MOVE", CannotMove],
]);
