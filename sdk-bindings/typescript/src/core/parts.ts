/**
 * What a client reads of each of the cluster's services.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import * as v1 from "../v1.js";
import type { Pool } from "./pool.js";
import { type CursorOptions, Watch, type WatchOptions } from "./watch.js";
import { duration } from "./words.js";

const PAGE = 1000;

/** How new an answer is to be. */
export interface Freshness {
  /**
   * At least as new as all that was answered before, by any agent; otherwise as the answering agent has it, which may be a
   * little behind, and is answered without quorum, too.
   */
  readonly latest?: boolean | undefined;
}

/** What a part of a client has in common with the others. */
abstract class Part {
  /** @internal */
  protected readonly pool: Pool;

  /** @internal */
  constructor(pool: Pool) {
    this.pool = pool;
  }
}

/** How to watch the members. */
export interface MembershipWatchOptions extends CursorOptions {
  /** Has the figures of all nodes and links sent again so often: 100 to 3,600,000 milliseconds. Default: never. */
  readonly figuresIntervalMs?: number | undefined;
}

/** Who belongs to the cluster. */
export class Membership extends Part {
  /** The last installed view and how far it has come. In `ViewState.TRANSITION` nobody may act on it. */
  view(): Promise<v1.GetViewResponse> {
    return this.pool.ask((stubs, how) => stubs.membership.getView({}, how));
  }

  /**
   * What the answering node knows of one node; of itself without a name.
   *
   * @throws NodeNotFound - It knows no node of that name.
   */
  async node(nodeName = ""): Promise<v1.Node> {
    const answer = await this.pool.ask((stubs, how) => stubs.membership.getNode({ nodeName }, how));
    return answer.node ?? create(v1.NodeSchema);
  }

  /** All nodes that the answering node knows, members first; pages are fetched as they are needed. */
  async *nodes(): AsyncGenerator<v1.Node, void> {
    const found = pages((page) => this.pool.ask((stubs, how) => stubs.membership.listNodes(page, how)));
    for await (const page of found) yield* page.nodes;
  }

  /** Watches views, transitions, nodes and links. */
  watch(options: MembershipWatchOptions = {}): Watch<v1.WatchMembershipResponse> {
    const figuresInterval = duration(options.figuresIntervalMs);
    return new Watch(
      this.pool,
      (stubs, cursor, how) => {
        const request = create(v1.WatchMembershipRequestSchema, { cursor });
        request.figuresInterval = figuresInterval;
        return stubs.membership.watchMembership(request, how);
      },
      options,
    );
  }
}

/** Whether this side of the cluster may act, and under which fencing epoch. */
export class Quorum extends Part {
  /** Whether the answering node has quorum at this moment, and for how long surely. Having none is an answer. */
  get(): Promise<v1.GetQuorumResponse> {
    return this.pool.ask((stubs, how) => stubs.quorum.getQuorum({}, how));
  }

  /** Who votes, and how voters are chosen, as far as the answering node knows. */
  voters(): Promise<v1.ListVotersResponse> {
    return this.pool.ask((stubs, how) => stubs.quorum.listVoters({}, how));
  }

  /**
   * What would happen to quorum if these nodes failed, and those left. Changes nothing.
   *
   * @throws NodeNotFound - A name is neither in the view nor a voter's.
   */
  explain(nodes: { failing?: string[]; leaving?: string[] }): Promise<v1.ExplainQuorumResponse> {
    const { failing = [], leaving = [] } = nodes;
    return this.pool.ask((stubs, how) =>
      stubs.quorum.explainQuorum({ failingNodes: failing, leavingNodes: leaving }, how),
    );
  }

  /** Watches whether the answering node has quorum: as it is now, then each time that it changes. */
  watch(options: WatchOptions = {}): Watch<v1.WatchQuorumResponse> {
    return new Watch(this.pool, (stubs, _, how) => stubs.quorum.watchQuorum({}, how), options);
  }
}

/** What is bound to which path; {@link Session.bind} binds. */
export class Names extends Part {
  /** The bindings of one path, the latest by default: none when it is free, several when it is shared. */
  async get(path: string, { latest = true }: Freshness = {}): Promise<v1.Binding[]> {
    const request = { path, consistency: consistency(latest) };
    const answer = await this.pool.ask((stubs, how) => stubs.names.getName(request, how));
    return answer.bindings;
  }

  /**
   * The bindings of all paths that begin with a text, in their order; pages are fetched as they are needed.
   *
   * Each page is as things are when it is asked for, by default at the answering agent; for one moment's state and what
   * follows use {@link Names.watch}.
   */
  async *list(prefix = "", { latest = false }: Freshness = {}): AsyncGenerator<v1.Binding, void> {
    const of = { prefix, consistency: consistency(latest) };
    const found = pages((page) => this.pool.ask((stubs, how) => stubs.names.listNames({ ...of, ...page }, how)));
    for await (const page of found) yield* page.bindings;
  }

  /** Watches the bindings of all paths that begin with a text, without gaps. */
  watch(prefix = "", options: CursorOptions = {}): Watch<v1.WatchNamesResponse> {
    return new Watch(this.pool, (stubs, cursor, how) => stubs.names.watchNames({ prefix, cursor }, how), options);
  }
}

/** Who holds a lock. */
export class Locks extends Part {
  /** Who holds a lock and who queues for it, the latest by default. */
  get(path: string, { latest = true }: Freshness = {}): Promise<v1.GetLockResponse> {
    const request = { path, consistency: consistency(latest) };
    return this.pool.ask((stubs, how) => stubs.locks.getLock(request, how));
  }
}

/** Who leads. */
export class Elections extends Part {
  /** Who leads, the latest by default; `undefined` when nobody does. */
  async leader(path: string, { latest = true }: Freshness = {}): Promise<v1.Binding | undefined> {
    const request = { path, consistency: consistency(latest) };
    const answer = await this.pool.ask((stubs, how) => stubs.elections.getLeader(request, how));
    return answer.leader;
  }

  /** Watches who leads: as it is now, then each time that it changes. */
  observe(path: string, options: WatchOptions = {}): Watch<v1.ObserveLeaderResponse> {
    return new Watch(this.pool, (stubs, _, how) => stubs.elections.observeLeader({ path }, how), options);
  }
}

/** How barriers stand. */
export class Barriers extends Part {
  /**
   * How a barrier stands, and who is missing.
   *
   * @throws BarrierNotThere - Nobody has come to it.
   */
  async get(path: string): Promise<v1.Barrier> {
    const answer = await this.pool.ask((stubs, how) => stubs.barriers.getBarrier({ path }, how));
    return answer.barrier ?? create(v1.BarrierSchema);
  }

  /** The barriers whose paths begin with a text, in their order; pages are fetched as they are needed. */
  async *list(prefix = ""): AsyncGenerator<v1.Barrier, void> {
    const found = pages((page) => this.pool.ask((stubs, how) => stubs.barriers.listBarriers({ prefix, ...page }, how)));
    for await (const page of found) yield* page.barriers;
  }

  /** Watches how a barrier stands: as it is now, then each time that this changes. */
  watch(path: string, options: WatchOptions = {}): Watch<v1.WatchBarrierResponse> {
    return new Watch(this.pool, (stubs, _, how) => stubs.barriers.watchBarrier({ path }, how), options);
  }
}

/** The sessions of the cluster. */
export class Sessions extends Part {
  /**
   * One session, as the answering agent knows it.
   *
   * @throws SessionUnknown - There never was such a session.
   * @throws SessionEnded - It is over.
   */
  async get(sessionId: string): Promise<v1.Session> {
    const answer = await this.pool.ask((stubs, how) => stubs.sessions.getSession({ sessionId }, how));
    return answer.session ?? create(v1.SessionSchema);
  }

  /** The sessions, in the order in which they were opened; pages are fetched as they are needed. */
  async *list(): AsyncGenerator<v1.Session, void> {
    const found = pages((page) => this.pool.ask((stubs, how) => stubs.sessions.listSessions(page, how)));
    for await (const page of found) yield* page.sessions;
  }
}

/** Which events to watch. */
export interface EventWatchOptions extends CursorOptions {
  /** Only these kinds; all without any. */
  readonly kinds?: readonly v1.EventKind[] | undefined;
  /** Of names and barriers, only those whose paths begin with this. */
  readonly pathPrefix?: string | undefined;
}

/** What happens in the cluster, in one order, without gaps. */
export class Events extends Part {
  /** Watches views, quorum, sessions, names and barriers. */
  watch(options: EventWatchOptions = {}): Watch<v1.WatchEventsResponse> {
    const { kinds = [], pathPrefix = "" } = options;
    return new Watch(
      this.pool,
      (stubs, cursor, how) => stubs.events.watchEvents({ cursor, kinds: [...kinds], pathPrefix }, how),
      options,
    );
  }
}

/** How services, and programs that take part, recover after a change of the cluster. */
export class Recovery extends Part {
  /**
   * How far recovery is, what runs where, what waits for what, and what cannot run and why.
   *
   * Blocks for some seconds at most, and only while nobody leads recovery.
   *
   * @throws QuorumLost - Nobody can be asked.
   */
  async get(): Promise<v1.Recovery> {
    const answer = await this.pool.ask((stubs, how) => stubs.recovery.getRecovery({}, how));
    return answer.recovery ?? create(v1.RecoverySchema);
  }

  /**
   * Watches how recovery stands: as it is now, then each time that it changes. Steps in between may be left out, never the
   * present one.
   */
  watch(options: WatchOptions = {}): Watch<v1.WatchRecoveryResponse> {
    return new Watch(this.pool, (stubs, _, how) => stubs.recovery.watchRecovery({}, how), options);
  }
}

function consistency(latest: boolean): v1.Consistency {
  return latest ? v1.Consistency.LATEST : v1.Consistency.LOCAL;
}

/** The pages of a listing, each asked for when it is needed. */
async function* pages<P extends { nextPageToken: string }>(
  ask: (page: { pageSize: number; pageToken: string }) => Promise<P>,
): AsyncGenerator<P, void> {
  let pageToken = "";
  do {
    const page = await ask({ pageSize: PAGE, pageToken });
    yield page;
    pageToken = page.nextPageToken;
  } while (pageToken);
}
