/** Programs that take part in recovery, with agents that go by a script. */

import assert from "node:assert/strict";
import { createServer } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Client, ClientClosed, formatNotice, type Notice, OptionsError, type Participant, Refused, v1 } from "quorate";

const { PREPARE, RECOVER, RESUME } = v1.Phase;

/** Something that is waited for until it happens. */
class Gate {
  readonly opened: Promise<void>;
  open = () => {};

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

/** What an agent does next: it tells this, waits for what the program says, for the test, or for ever, or fails. */
type Step = v1.ParticipateResponse | "hear" | Gate | ConnectError;

const HANG = new Gate();

function order(epoch: bigint, phase: v1.Phase): Step {
  return create(v1.ParticipateResponseSchema, { message: { case: "order", value: { epoch, phase } } });
}

function isolated(phase: v1.Phase): Step {
  return create(v1.ParticipateResponseSchema, { message: { case: "isolated", value: { phase } } });
}

function heard({ message }: v1.ParticipateRequest): string {
  return message.case === "done"
    ? `done ${message.value.epoch} ${v1.Phase[message.value.phase]}`
    : `is ${message.value?.name}`;
}

/** An agent; each stream to it goes by the script. */
class Agent implements AsyncDisposable {
  readonly heard: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server;

  constructor(...script: Step[]) {
    const { heard: said } = this;
    const participate = async function* (requests: AsyncIterable<v1.ParticipateRequest>) {
      const says = requests[Symbol.asyncIterator]();
      const hear = async () => said.push(heard((await says.next()).value));
      await hear();
      for (const step of script) {
        if (step === "hear") await hear();
        else if (step instanceof Gate) await step.opened;
        else if (step instanceof ConnectError) throw step;
        else yield step;
      }
    };
    const adapter = connectNodeAdapter({ routes: (router) => router.service(v1.RecoveryService, { participate }) });
    this.#server = createServer(adapter);
    this.#server.on("connection", (socket: Socket) => this.#sockets.add(socket));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

/** Writes down what it is told; each phase waits until it is let. */
class Program implements Participant {
  readonly told: string[] = [];
  readonly let: Set<string>;

  constructor(...phases: string[]) {
    this.let = new Set(phases);
  }

  async prepare(epoch: bigint | undefined): Promise<void> {
    this.told.push(`prepare ${epoch}`);
    while (!this.let.has("prepare")) await sleep(5);
    this.told.push("prepared");
  }

  async recover(epoch: bigint, signal: AbortSignal): Promise<void> {
    this.told.push(`recover ${epoch}`);
    while (!this.let.has("recover") && !signal.aborted) await sleep(5);
  }

  resume(epoch: bigint): void {
    this.told.push(`resume ${epoch}`);
    throw new Error("no disk");
  }

  notice(notice: Notice): void {
    const known = notice.kind === "joined" || notice.kind === "away";
    this.told.push(known ? notice.kind : formatNotice(notice));
  }

  /** Waits until it was told this last. */
  async wasTold(...told: string[]): Promise<void> {
    while (this.told.slice(-told.length).join() !== told.join()) await sleep(5);
  }
}

/** A program takes part at these agents while something is done; returns with what that ended. */
async function takingPart(
  program: Participant,
  agents: Agent[],
  work: (client: Client, ended: Promise<unknown>) => Promise<void>,
): Promise<unknown> {
  const endpoints = await Promise.all(agents.map((agent) => agent.start()));
  try {
    await using client = new Client(endpoints);
    const stop = new AbortController();
    const taking = client.participate({ name: "store", idleTimeoutMs: 500, signal: stop.signal }, program);
    const ended = taking.catch((error) => error);
    await work(client, ended);
    stop.abort(new RangeError("enough"));
    return await ended;
  } finally {
    for (const agent of agents) await agent[Symbol.asyncDispose]();
  }
}

const LIMIT = { timeout: 60_000 };

test("each phase is acknowledged when it is done", LIMIT, async () => {
  const program = new Program("prepare");
  const [late, go] = [new Gate(), new Gate()];
  const first = [order(8n, PREPARE), "hear", order(8n, RECOVER), late, isolated(RECOVER), "hear", go] as const;
  const unknown = [create(v1.ParticipateResponseSchema), order(8n, 9 as v1.Phase)] as const;
  const agent = new Agent(...first, ...unknown, order(8n, RESUME), "hear");
  const error = await takingPart(program, [agent], async () => {
    await program.wasTold("prepare 8", "prepared", "recover 8");
    late.open();
    await program.wasTold("was late: recover");
    assert.deepEqual(agent.heard, ["is store", "done 8 PREPARE"]);
    program.let.add("recover");
    while (agent.heard.length < 3) await sleep(5);
    assert.equal(agent.heard[2], "done 8 RECOVER");
    go.open();
    await program.wasTold("resume 8", "failed to resume: no disk");
  });
  assert(error instanceof RangeError, "it ends with the reason of its signal");
  assert.equal(agent.heard.length, 3, "an error is no acknowledgement, and nobody can do what is not known");
});

test("what is out of date is dropped", LIMIT, async () => {
  const [program, go] = [new Program("prepare"), new Gate()];
  const agent = new Agent(order(7n, RECOVER), go, order(8n, PREPARE), "hear", HANG);
  await takingPart(program, [agent], async () => {
    await program.wasTold("joined", "recover 7");
    go.open();
    await program.wasTold("prepare 8", "prepared");
    while (agent.heard.length < 2) await sleep(5);
  });
  assert.deepEqual(agent.heard, ["is store", "done 8 PREPARE"]);
});

test("preparing is not cut short, and the next agent is taken", LIMIT, async () => {
  const [program, go] = [new Program(), new Gate()];
  const first = new Agent(order(7n, PREPARE), go, new ConnectError("gone", Code.Unavailable));
  const second = new Agent(order(9n, PREPARE), "hear", HANG);
  await takingPart(program, [first, second], async () => {
    await program.wasTold("joined", "prepare 7");
    go.open();
    await program.wasTold("away", "joined");
    program.let.add("prepare");
    await program.wasTold("prepared", "prepare 9", "prepared");
    while (second.heard.length < 2) await sleep(5);
  });
  assert.deepEqual(second.heard, ["is store", "done 9 PREPARE"]);
});

test("a silent agent is gone", LIMIT, async () => {
  const program = new Program("prepare", "recover");
  await takingPart(program, [new Agent(order(8n, RECOVER), "hear", HANG)], () =>
    program.wasTold("away", "prepare undefined", "prepared"),
  );
});

test("a refusal that every agent would repeat ends it", LIMIT, async () => {
  const program = new Program("prepare");
  const agent = new Agent(order(8n, PREPARE), "hear", new ConnectError("no", Code.InvalidArgument));
  const error = await takingPart(program, [agent], async (_, ended) => void (await ended));
  assert(error instanceof Refused);
  assert.deepEqual(program.told, ["joined", "prepare 8", "prepared", "away", "prepare undefined", "prepared"]);
});

test("a client that is closed ends it", LIMIT, async () => {
  const program = new Program("prepare");
  const error = await takingPart(program, [new Agent(order(8n, PREPARE), "hear", HANG)], async (client, ended) => {
    await program.wasTold("joined", "prepare 8", "prepared");
    await client.close();
    await ended;
  });
  assert(error instanceof ClientClosed);
  assert.deepEqual(program.told.slice(-2), ["prepare undefined", "prepared"]);
});

test("who ends it is not told, and what is under way is cut short", LIMIT, async () => {
  const program = new Program();
  await takingPart(program, [new Agent(order(8n, RECOVER), HANG)], () => program.wasTold("joined", "recover 8"));
  assert.deepEqual(program.told, ["joined", "recover 8"]);
});

test("an error of a notice ends it", LIMIT, async () => {
  const program = new Program("prepare");
  program.notice = () => {
    throw new SyntaxError("wrong");
  };
  const agent = new Agent(order(8n, PREPARE), "hear", HANG);
  const error = await takingPart(program, [agent], async (_, ended) => void (await ended));
  assert(error instanceof SyntaxError);
  await program.wasTold("prepare undefined", "prepared");
});

test("what a program is is checked first", LIMIT, async () => {
  await using client = new Client(["127.0.0.1:1"]);
  const program = new Program();
  await assert.rejects(client.participate({ name: "store", deadlineMs: 1 }, program), OptionsError);
  await assert.rejects(client.participate({ name: "store", idleTimeoutMs: 0 }, program), OptionsError);
  for (const level of [-1, 1.5, 2 ** 32, Number.NaN]) {
    await assert.rejects(client.participate({ name: "store", level }, program), OptionsError, `level ${level}`);
  }
  const signal = AbortSignal.abort();
  await assert.rejects(client.participate({ name: "store", signal }, program), { name: "AbortError" });
});
