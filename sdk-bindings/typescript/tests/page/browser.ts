/**
 * The page in a real browser, with the agents that QUORATE_ENDPOINTS names: it shows what the cluster has and runs, and what
 * happens to it. It drains the second agent and kills the third. With a file as its argument, a screenshot is left there.
 *
 * The browser is CHROMIUM, or what `chromium` is.
 */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { chromium } from "playwright-core";
import { Client, type v1 } from "quorate";
import { Program } from "./program.js";

/** Generous: machines are busy. How long it took is printed. */
const LIMIT_MS = 60_000;
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];

const endpoints = (process.env.QUORATE_ENDPOINTS ?? "").split(",");
assert.equal(endpoints.length, 3, "QUORATE_ENDPOINTS must name three agents");
const [first, , third] = await Promise.all(endpoints.map(agentAt));
assert.ok(first && third);

await using client = new Client(endpoints);
await using own = new Client([endpoints[0] ?? ""]);
await using session = await client.openSession({ label: "page test", ttlMs: 30_000 });
await session.lock("page/lock").acquire();
await session.election("page/office", "the boss").campaign();
await session.bind("page/name", "10.0.0.1");
const gate = session.barrier("page/gate", { count: 2 });
const waiting = gate.enter();

// What runs at the third agent, while that is there.
const brief = { seconds: 0n, nanos: 100_000_000 };
const single = { grace: brief, lossTimeout: brief };
const program = { case: "program" as const, value: { command: ["sleep", "600"] } };
const placement = { preferred: ["n3"] };
await client.call(({ recovery }, how) =>
  recovery.applyServices(
    {
      services: [
        { name: "db", description: "What the shop knows", kind: program, placement, ...single },
        { name: "web", kind: program, requires: ["db"], placement: { with: "db" }, ...single },
        { name: "metrics", kind: program, placement: { count: { case: "everyMember", value: {} } } },
        { name: "report", kind: program },
      ],
    },
    how,
  ),
);
await control({ action: { case: "disable", value: { service: "report", reason: "eats memory" } } });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ARGUMENTS,
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1160 } });
  page.setDefaultTimeout(LIMIT_MS);
  const refused: string[] = [];
  page.on("request", (request) => {
    const isOwn = request.url().startsWith(`http://${first.httpAddress}/`) || request.url().startsWith("data:");
    if (!isOwn) refused.push(request.url());
  });
  page.on("pageerror", (error) => refused.push(String(error)));
  await page.goto(`http://${first.httpAddress}/`);
  const shows = (part: string, text: string | RegExp) => page.locator(`#${part}`, { hasText: text }).waitFor();
  await shows("view", "stable");
  await shows("quorum", "epoch");
  for (const name of ["n1", "n2", "n3"])
    await page.locator("#nodes tr", { hasText: name }).getByText("member").waitFor();
  await shows("sessions", "page test");
  await shows("locks", "page/lock");
  await shows("elections", "the boss");
  await shows("names", "10.0.0.1");
  await shows("barriers", "page/gate");
  const service = (name: string) => page.locator("#services tr", { has: page.getByRole("rowheader", { name }) });
  await service("web").getByText("on n3, ready").waitFor();
  await service("metrics").getByText("3 of 3 ready").waitFor();
  await service("report").getByText("disabled").waitFor();
  await shows("services", "eats memory");
  await shows("stage", "recovered");

  // Recovery is shown as it goes: a program takes part, and a node is drained.
  const importer = new Program(own, { name: "importer", level: 1 });
  const recovering = async () => {
    await shows("stage", "level 1");
    await shows("programs", "recover: under way");
    await shows("recovery", "importer on n1: recovers");
  };
  await recovering();
  importer.recover();
  await shows("programs", "resume: done");
  await shows("stage", "recovered");
  await control({ action: { case: "drain", value: { nodeName: "n2", reason: "a new disk" } } });
  await shows("recovery", "n2: a new disk");
  await page.locator("#nodes tr", { hasText: "n2" }).getByText("drained").waitFor();
  await service("metrics").getByText("2 of 2 ready").waitFor();
  await shows("stage", "recovered");

  // What happens is shown: a lock goes and comes.
  await session.lock("page/other").acquire();
  await shows("locks", "page/other");
  await shows("log", "page/other belongs to page test");
  await gate.abort("the test has seen it");
  await assert.rejects(waiting);
  await shows("log", "page/gate, generation 1: broken");

  importer.hold();
  const killed = performance.now();
  process.kill(third.pid, "SIGKILL");
  await page.locator("#nodes tr", { hasText: "n3" }).getByText("outside").waitFor();
  const lost = (performance.now() - killed) / 1000;
  await shows("log", /view 2@n1: n1, n2 /);
  await recovering();
  for (const name of ["db", "web"]) await service(name).getByText("on n1, ready").waitFor();
  if (process.argv[2]) await writeFile(process.argv[2], await page.screenshot());
  importer.recover();
  await shows("stage", "recovered");
  await shows("log", /recovered after/);
  const recovered = (performance.now() - killed) / 1000;
  console.log(
    `The page showed the loss of a node ${lost.toFixed(2)} s after its kill -9, and recovery after ${recovered.toFixed(2)} s`,
  );

  // An agent that stands still is said to.
  importer.leave();
  process.kill(first.pid, "SIGSTOP");
  try {
    await page.getByRole("alert").getByText("has not answered").waitFor();
  } finally {
    process.kill(first.pid, "SIGCONT");
  }
  await page.getByRole("alert").waitFor({ state: "hidden" });
  await shows("stage", "recovered");
  assert.deepEqual(refused, [], "the page needs nothing from elsewhere, and has no errors");
} finally {
  await browser.close();
}

async function control(request: MessageInitShape<typeof v1.ControlServiceRequestSchema>): Promise<void> {
  await client.call(({ recovery }, how) => recovery.controlService(request, how));
}

async function agentAt(endpoint: string): Promise<v1.Agent> {
  await using one = new Client([endpoint]);
  const { agent } = await one.agent();
  assert.ok(agent);
  return agent;
}
