/**
 * How the page shows what it knows. All of it is drawn anew when something has changed.
 *
 * @module
 */

import { durationMs } from "@bufbuild/protobuf/wkt";
import type * as v1 from "../src/v1.js";
import { ChannelState, LinkState, NameKind, NameMode, NodeState, ViewState } from "../src/v1.js";
import { drawServices } from "./draw-services.js";
import { badge, type Cell, make, part, put, type Tone, table } from "./elements.js";
import { type Cluster, idText, isOwn, nameOf, type Topic } from "./model.js";

/** What the people who look have chosen. */
export interface Choice {
  readonly topics: ReadonlySet<Topic>;
}

/** Draws all of it. */
export function draw(cluster: Cluster, choice: Choice): void {
  document.title = `${cluster.clusterId || "Quorate"} by ${cluster.teller || "?"}`;
  put("cluster", cluster.clusterId || "…");
  put("teller", `as ${cluster.teller || "…"} sees it`);
  put(
    "view",
    badge(`view ${idText(cluster.view?.id)}, ${STATE[cluster.state] ?? cluster.state}`, stateTone(cluster.state)),
  );
  put("quorum", quorumBadge(cluster.quorum));
  put("nodes", nodes(cluster));
  drawServices(cluster.services, new Date());
  put("sessions", sessions(cluster));
  const bindings = [...cluster.bindings.values()]
    .filter((one) => !isOwn(one))
    .sort((a, b) => a.path.localeCompare(b.path));
  put(
    "locks",
    held(
      cluster,
      bindings.filter((binding) => binding.kind === NameKind.LOCK),
    ),
  );
  put(
    "elections",
    held(
      cluster,
      bindings.filter((binding) => binding.kind === NameKind.ELECTION),
    ),
  );
  put(
    "names",
    held(
      cluster,
      bindings.filter((binding) => binding.kind === NameKind.BINDING),
    ),
  );
  put("barriers", barriers(cluster));
  put("log", log(cluster, choice));
}

/** Says for how long nothing was heard, or nothing. */
export function drawSilence(seconds: number | undefined): void {
  const warning = part("silence");
  warning.hidden = seconds === undefined;
  warning.textContent = `This agent has not answered for ${seconds ?? 0} s. What is below may be out of date.`;
  document.body.classList.toggle("silent", seconds !== undefined);
}

const STATE: Readonly<Record<number, string>> = {
  [ViewState.FORMING]: "forming",
  [ViewState.TRANSITION]: "in transition",
  [ViewState.INSTALLED]: "installed",
  [ViewState.STABLE]: "stable",
};
const NODE: Readonly<Record<number, string>> = {
  [NodeState.MEMBER]: "member",
  [NodeState.OUTSIDER]: "outside",
  [NodeState.LEAVING]: "leaving",
  [NodeState.EVICTED]: "evicted",
};
const LINK: Readonly<Record<number, string>> = {
  [LinkState.DOWN]: "down",
  [LinkState.RESET]: "reset",
  [LinkState.UP]: "up",
};
const MODE: Readonly<Record<number, string>> = {
  [NameMode.EXCLUSIVE]: "exclusive",
  [NameMode.SHARED]: "shared",
  [NameMode.COUNTED]: "counted",
};

function stateTone(state: ViewState): Tone {
  return state === ViewState.STABLE ? "good" : state === ViewState.FORMING ? "bad" : "busy";
}

function quorumBadge(quorum: v1.Quorum | undefined): Node {
  if (!quorum) return badge("quorum unknown", "plain");
  return quorum.granted ? badge(`quorum, epoch ${quorum.epoch}`, "good") : badge(`no quorum: ${quorum.text}`, "bad");
}

function nodes(cluster: Cluster): Node {
  const members = new Set(cluster.view?.members.map((member) => member.nodeName));
  const rows = [...cluster.nodes.values()]
    .sort((a, b) => a.nodeName.localeCompare(b.nodeName))
    .map((node) => {
      const state = members.has(node.nodeName) ? "member" : (NODE[node.state] ?? "unknown");
      const roles = [
        ...(node.nodeName === cluster.view?.id?.controller ? ["controller"] : []),
        ...(node.nodeName === cluster.quorum?.holder ? ["grants quorum"] : []),
        ...(node.isSelf ? ["tells this"] : []),
      ];
      return [
        node.nodeName,
        [
          badge(state, state === "member" ? "good" : "bad"),
          ...(cluster.services.drained.has(node.nodeName) ? [badge("drained", "busy")] : []),
        ],
        roles.join(", "),
        node.isSelf
          ? ""
          : badge(LINK[node.link?.state ?? 0] ?? "unknown", node.link?.state === LinkState.UP ? "good" : "bad"),
        node.link?.channels.map(channel) ?? [],
        node.addresses.map(({ network, address }) => `${network} ${address}`).join(", "),
      ] satisfies Cell[];
    });
  return table(["node", "state", "role", "link", "channels", "addresses"], rows, "No node is known.");
}

function channel({ network, state, roundTripTime, loss, active, relayedBy, lastFailure }: v1.Channel): Node {
  const up = state === ChannelState.UP;
  const trip = up && roundTripTime ? ` ${durationMs(roundTripTime).toFixed(1)} ms` : "";
  const lost = loss > 0 ? ` ${(loss * 100).toFixed(0)} % lost` : "";
  const text = `${network}${relayedBy ? ` by ${relayedBy}` : ""}${up ? trip : " down"}${lost}`;
  const shown = badge(text, up ? (active ? "good" : "plain") : "bad");
  if (lastFailure) shown.title = `last failure: ${lastFailure}`;
  return shown;
}

function sessions(cluster: Cluster): Node {
  const rows = [...cluster.sessions.values()].map((session) => [
    session.label || "-",
    session.sessionId,
    session.ttl ? `${durationMs(session.ttl) / 1000} s` : "",
    session.nodeName,
    [...cluster.bindings.values()]
      .filter((binding) => binding.sessionId === session.sessionId)
      .map((binding) => binding.path)
      .join(", "),
  ]);
  return table(["label", "session", "lives", "last at", "holds"], rows, "No session is open.");
}

function held(cluster: Cluster, bindings: readonly v1.Binding[]): Node {
  const rows = bindings.map((binding) => [
    binding.path,
    nameOf(cluster.sessions.get(binding.sessionId) ?? { label: "", sessionId: binding.sessionId }),
    binding.token ? `${binding.token.epoch}.${binding.token.counter}` : "",
    MODE[binding.mode] ?? "",
    preview(binding.value),
  ]);
  return table(["path", "held by", "token", "mode", "value"], rows, "None is held.");
}

/** The beginning of a value, when it is text. */
function preview(value: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(value.slice(0, 80), { stream: true });
    return value.length > 80 ? `${text}… (${value.length} bytes)` : text;
  } catch {
    return `${value.length} bytes`;
  }
}

function barriers(cluster: Cluster): Node {
  const rows = [...cluster.barriers.values()]
    .sort((a, b) => a.path.localeCompare(b.path))
    .map((barrier) => [
      barrier.path,
      String(barrier.generation),
      barrierBadge(barrier),
      barrier.arrivedSessionIds
        .map((id) => nameOf(cluster.sessions.get(id) ?? { label: "", sessionId: id }))
        .join(", "),
      barrier.inside || isEmpty(barrier) ? "" : String(barrier.missing),
    ]);
  return table(["path", "generation", "state", "there", "missing"], rows, "Nobody waits at a barrier.");
}

/** Whether nobody has come yet to the generation that is next. */
function isEmpty({ inside, arrivedSessionIds }: v1.Barrier): boolean {
  return !inside && arrivedSessionIds.length === 0;
}

function barrierBadge(barrier: v1.Barrier): Node {
  if (barrier.inside) return badge("inside", "good");
  return isEmpty(barrier) ? badge("nobody waits", "plain") : badge("waiting", "busy");
}

function log(cluster: Cluster, { topics }: Choice): Node {
  const rows = cluster.lines
    .filter(({ topic }) => topics.has(topic))
    .map(({ at, text, grave }) => {
      const time = make("time", [at.toLocaleTimeString([], { hour12: false })]);
      return make("li", [time, text], grave ? { class: "grave" } : {});
    });
  return rows.length > 0 ? make("ol", rows) : make("p", ["Nothing has happened yet."]);
}
