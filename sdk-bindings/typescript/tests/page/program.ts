/** A program that takes part in recovery: it does at once what it is told, but recovers only while it is let. */

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Client, v1 } from "quorate";

type Said = MessageInitShape<typeof v1.ParticipateRequestSchema>["message"];

export class Program {
  readonly #said: v1.ParticipateRequest[] = [];
  readonly #left = new AbortController();
  #held: v1.PhaseOrder | undefined;
  #isHeld = true;
  #wake = () => {};

  /** Takes part at the agent that the client asks. */
  constructor(client: Client, participant: { readonly name: string; readonly level: number }) {
    this.#say({ case: "participant", value: participant });
    void this.#listen(client);
  }

  /** Has it recover, now and from now on. */
  recover(): void {
    this.#isHeld = false;
    if (this.#held) this.#done(this.#held);
  }

  /** Has it recover only when it is let. */
  hold(): void {
    this.#isHeld = true;
    this.#held = undefined;
  }

  /** Takes part no more. */
  leave(): void {
    this.#left.abort();
  }

  async #listen(client: Client): Promise<void> {
    const { signal } = this.#left;
    const told = await client.call(async ({ recovery }) => recovery.participate(this.#saying(), { signal }));
    try {
      for await (const { message } of told) if (message.case === "order") this.#obey(message.value);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #obey(order: v1.PhaseOrder): void {
    if (order.phase === v1.Phase.RECOVER && this.#isHeld) this.#held = order;
    else this.#done(order);
  }

  async *#saying(): AsyncGenerator<v1.ParticipateRequest, void> {
    for (;;) {
      for (let next = this.#said.shift(); next; next = this.#said.shift()) yield next;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #done({ epoch, phase }: v1.PhaseOrder): void {
    this.#say({ case: "done", value: { epoch, phase } });
  }

  #say(message: NonNullable<Said>): void {
    this.#said.push(create(v1.ParticipateRequestSchema, { message }));
    this.#wake();
  }
}
