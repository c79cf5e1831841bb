/**
 * What the page knows of the cluster: how it stands, and what has happened. It is told by the messages of three watches, and
 * knows neither the page nor the network.
 *
 * @module
 */

import type * as v1 from "../src/v1.js";
import { ViewState } from "../src/v1.js";
import { Services } from "./services.js";

/** How the paths of names begin that are the cluster's own. */
const OWN = "_quorate/";
/** How many lines of the log are kept. */
const MOST_LINES = 300;

/** What a line of the log is about. */
export type Topic = "cluster" | "recovery" | "session" | "name" | "barrier";

/** A line of the log. */
export interface Line {
  readonly at: Date;
  readonly topic: Topic;
  readonly text: string;
  /** Whether it is of the kind that people should look at. */
  readonly grave: boolean;
}

/** How the cluster stands, as one agent knows it. */
export class Cluster {
  clusterId = "";
  /** The agent that tells. */
  teller = "";
  view: v1.View | undefined;
  state = ViewState.FORMING;
  quorum: v1.Quorum | undefined;
  readonly nodes = new Map<string, v1.Node>();
  readonly sessions = new Map<string, v1.Session>();
  readonly bindings = new Map<string, v1.Binding>();
  readonly barriers = new Map<string, v1.Barrier>();
  readonly services = new Services();
  /** The newest first. */
  readonly lines: Line[] = [];

  /** Whether more messages of a coordination snapshot follow. */
  #more = false;

  /** Takes note of a message of the membership watch. */
  hearMembership({ header, message }: v1.WatchMembershipResponse): void {
    this.#hearHeader(header);
    switch (message.case) {
      case "snapshot":
        this.view = message.value.view;
        this.state = message.value.state;
        this.nodes.clear();
        for (const node of message.value.nodes) this.nodes.set(node.nodeName, node);
        break;
      case "view":
        if (message.value.missed) break;
        this.view = message.value;
        this.state = ViewState.INSTALLED;
        break;
      case "transitionStarted":
        this.state = ViewState.TRANSITION;
        break;
      case "viewStable":
        this.state = ViewState.STABLE;
        break;
      case "node":
        this.nodes.set(message.value.nodeName, message.value);
        break;
      case "nodeForgotten":
        this.nodes.delete(message.value.nodeName);
        break;
    }
  }

  /** Takes note of a message of the event watch; gives the path of a barrier at which something happened. */
  hearEvent({ header, message }: v1.WatchEventsResponse, at: Date): string | undefined {
    this.#hearHeader(header);
    switch (message.case) {
      case "snapshot":
        this.quorum = message.value.quorum;
        break;
      case "coordination":
        this.#hearCoordination(message.value);
        break;
      case "event":
        return this.#hear(message.value, at);
    }
    return undefined;
  }

  /** Takes note of a message of the recovery watch. */
  hearRecovery(message: v1.WatchRecoveryResponse, at: Date): void {
    this.#hearHeader(message.header);
    for (const { text, grave } of this.services.hear(message, at)) this.#line(at, "recovery", text, grave);
  }

  /** Takes note of what happened before the page was opened, the oldest first. */
  hearHistory(events: readonly v1.Event[], at: (event: v1.Event) => Date): void {
    for (const event of events) this.#hear(event, at(event));
  }

  /** Takes note of how a barrier stands; none when nobody is at it. */
  hearBarrier(path: string, barrier: v1.Barrier | undefined): void {
    if (barrier) this.barriers.set(path, barrier);
    else this.barriers.delete(path);
  }

  /** A line of the page's own. */
  note(at: Date, text: string): void {
    this.#line(at, "cluster", text, true);
  }

  #hearHeader(header: v1.ResponseHeader | undefined): void {
    if (!header) return;
    this.clusterId = header.clusterId;
    this.teller = header.nodeName;
  }

  #hearCoordination(snapshot: v1.CoordinationSnapshot): void {
    if (!this.#more) for (const known of [this.sessions, this.bindings, this.barriers]) known.clear();
    this.#more = snapshot.more;
    for (const session of snapshot.sessions) this.sessions.set(session.sessionId, session);
    for (const binding of snapshot.bindings) this.bindings.set(keyOf(binding), binding);
    for (const barrier of snapshot.barriers) this.barriers.set(barrier.path, barrier);
  }

  #hear({ kind }: v1.Event, at: Date): string | undefined {
    switch (kind.case) {
      case "view":
        this.#line(at, "cluster", viewText(kind.value), true);
        break;
      case "transitionStarted":
        this.#line(at, "cluster", `transition: ${kind.value.summary || "the view was left"}`, false);
        break;
      case "viewStable":
        this.#line(at, "cluster", "the view is stable: every member has installed it", false);
        break;
      case "quorum":
        this.quorum = kind.value;
        this.#line(at, "cluster", quorumText(kind.value), true);
        break;
      case "session":
        this.#hearSession(kind.value, at);
        break;
      case "name":
        this.#hearName(kind.value, at);
        break;
      case "barrier":
        this.#line(at, "barrier", barrierText(kind.value), false);
        return kind.value.path;
    }
    return undefined;
  }

  #hearSession({ change }: v1.SessionChange, at: Date): void {
    if (change.case === "opened") {
      this.sessions.set(change.value.sessionId, change.value);
      this.#line(at, "session", `session ${nameOf(change.value)} was opened`, false);
    } else if (change.case === "ended") {
      this.sessions.delete(change.value.sessionId);
      this.#line(
        at,
        "session",
        `session ${nameOf(change.value)} is over: ${END[change.value.reason] ?? "ended"}`,
        false,
      );
    }
  }

  #hearName({ change }: v1.NameChange, at: Date): void {
    if (change.case === "bound") {
      this.bindings.set(keyOf(change.value), change.value);
      if (isOwn(change.value)) return;
      this.#line(at, "name", `${change.value.path} belongs to ${this.#holder(change.value.sessionId)}`, false);
    } else if (change.case === "unbound" && change.value.binding) {
      const { path, sessionId } = change.value.binding;
      this.bindings.delete(keyOf(change.value.binding));
      if (isOwn(change.value.binding)) return;
      this.#line(at, "name", `${path} belongs to ${this.#holder(sessionId)} no more`, false);
    }
  }

  #holder(sessionId: string): string {
    return nameOf(this.sessions.get(sessionId) ?? { label: "", sessionId });
  }

  #line(at: Date, topic: Topic, text: string, grave: boolean): void {
    this.lines.unshift({ at, topic, text, grave });
    this.lines.length = Math.min(this.lines.length, MOST_LINES);
  }
}

/** Why a session is over. */
const END: Readonly<Record<number, string>> = { 1: "closed", 2: "expired", 3: "lost with a majority of the voters" };
const STEP: Readonly<Record<number, string>> = {
  1: "one came",
  2: "one went",
  3: "all are there, and pass",
  4: "one has come to leave",
  5: "all are out",
  6: "broken",
};

/** What people call a session. */
export function nameOf({ label, sessionId }: { readonly label: string; readonly sessionId: string }): string {
  return label ? `${label} (${sessionId})` : sessionId;
}

/** Whether a name is the cluster's own, as those by which services run. */
export function isOwn({ path }: { readonly path: string }): boolean {
  return path.startsWith(OWN);
}

/** A view id as it is written everywhere. */
export function idText(id: v1.ViewId | undefined): string {
  return id ? `${id.incarnation}@${id.controller}` : "none";
}

function viewText({ id, members, transition, missed }: v1.View): string {
  const names = members.map((member) => member.nodeName).join(", ");
  const why = (transition?.causes.map((cause) => cause.text) ?? []).filter(Boolean).join("; ");
  return `view ${idText(id)}: ${names}${missed ? " (learned of later)" : ""}${why ? ` - ${why}` : ""}`;
}

function quorumText({ granted, epoch, text }: v1.Quorum): string {
  return granted ? `quorum is granted, epoch ${epoch}` : `no quorum: ${text || "none is granted"}`;
}

function barrierText({ path, kind, generation, broken }: v1.BarrierStep): string {
  return `barrier ${path}, generation ${generation}: ${STEP[kind] ?? "changed"}${broken ? `, ${broken}` : ""}`;
}

function keyOf({ path, sessionId }: v1.Binding): string {
  return `${path}\n${sessionId}`;
}
