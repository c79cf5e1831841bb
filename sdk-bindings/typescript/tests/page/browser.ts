/**
 * The page in a real browser, with the agents that QUORATE_ENDPOINTS names: it shows what the cluster has and what happens to
 * it. It kills the third agent. With a file as its argument, a screenshot is left there.
 *
 * The browser is CHROMIUM, or what `chromium` is.
 */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { chromium } from "playwright-core";
import { Client, type v1 } from "quorate";

/** Generous: machines are busy. How long it took is printed. */
const LIMIT_MS = 60_000;
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];

const endpoints = (process.env.QUORATE_ENDPOINTS ?? "").split(",");
assert.equal(endpoints.length, 3, "QUORATE_ENDPOINTS must name three agents");
const [first, , third] = await Promise.all(endpoints.map(agentAt));
assert.ok(first && third);

await using client = new Client(endpoints);
await using session = await client.openSession({ label: "page test", ttlMs: 30_000 });
await session.lock("page/lock").acquire();
await session.election("page/office", "the boss").campaign();
await session.bind("page/name", "10.0.0.1");
const gate = session.barrier("page/gate", { count: 2 });
const waiting = gate.enter();

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ARGUMENTS,
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 960 } });
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

  // What happens is shown: a lock goes and comes.
  await session.lock("page/other").acquire();
  await shows("locks", "page/other");
  await shows("log", "page/other belongs to page test");
  await gate.abort("the test has seen it");
  await assert.rejects(waiting);
  await shows("log", "page/gate, generation 1: broken");

  const killed = performance.now();
  process.kill(third.pid, "SIGKILL");
  await page.locator("#nodes tr", { hasText: "n3" }).getByText("outside").waitFor();
  const lost = (performance.now() - killed) / 1000;
  await shows("log", /view 2@n1: n1, n2 /);
  console.log(`The page showed the loss of a node ${lost.toFixed(2)} s after its kill -9`);
  if (process.argv[2]) await writeFile(process.argv[2], await page.screenshot());

  // An agent that stands still is said to.
  process.kill(first.pid, "SIGSTOP");
  try {
    await page.getByRole("alert").getByText("has not answered").waitFor();
  } finally {
    process.kill(first.pid, "SIGCONT");
  }
  await page.getByRole("alert").waitFor({ state: "hidden" });
  assert.deepEqual(refused, [], "the page needs nothing from elsewhere, and has no errors");
} finally {
  await browser.close();
}

async function agentAt(endpoint: string): Promise<v1.Agent> {
  await using one = new Client([endpoint]);
  const { agent } = await one.agent();
  assert.ok(agent);
  return agent;
}
