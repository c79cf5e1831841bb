/** The client with a server that does what no agent of this version does. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
} from "node:http2";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { rootCertificates } from "node:tls";
import { create } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { Client, ClientClosed, ConnectionLost, Unavailable, v1 } from "quorate";

const LATER_FIELD = { no: 1000, wireType: 2, data: new Uint8Array([1, 65]) };

/** Serves while something is done with its address. */
async function serving(
  server: Http2Server | Http2SecureServer | Server,
  work: (endpoint: string) => Promise<void>,
): Promise<void> {
  const connections = new Set<{ destroy(): void }>();
  server.on("connection", (connection) => connections.add(connection));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    for (const connection of connections) connection.destroy();
    server.close();
  }
}

function agent(routes: (router: ConnectRouter) => void): Http2Server {
  return createServer(connectNodeAdapter({ routes }));
}

test("what a server of a later version adds does no harm", async () => {
  const server = agent((router) => {
    router.service(v1.MembershipService, {
      getView() {
        const answer = create(v1.GetViewResponseSchema, { state: 77 as v1.ViewState });
        answer.$unknown = [LATER_FIELD];
        return answer;
      },
    });
    router.service(v1.NameService, {
      async *watchNames() {
        const later = create(v1.WatchNamesResponseSchema, { cursor: "c1" });
        later.$unknown = [LATER_FIELD];
        yield later;
        yield create(v1.WatchNamesResponseSchema, { cursor: "c2", message: { case: "bookmark", value: {} } });
      },
    });
  });
  await serving(server, async (endpoint) => {
    await using client = new Client([endpoint]);
    assert.equal((await client.membership.view()).state, 77);
    await using watch = client.names.watch();
    assert.equal((await watch.next()).value?.message.case, undefined);
    assert.equal(watch.cursor, "c1");
    assert.equal((await watch.next()).value?.message.case, "bookmark");
    assert.equal(watch.cursor, "c2");
  });
});

test("a watch goes on after its cursor when its stream ends", async () => {
  const cursors: string[] = [];
  const server = agent((router) => {
    router.service(v1.NameService, {
      async *watchNames({ cursor }) {
        cursors.push(cursor);
        yield create(v1.WatchNamesResponseSchema, { cursor: `${cursor}+` });
      },
    });
  });
  await serving(server, async (endpoint) => {
    await using client = new Client([endpoint]);
    let messages = 0;
    for await (const _ of client.names.watch("", { cursor: "c" })) if (++messages === 3) break;
    assert.deepEqual(cursors, ["c", "c+", "c++"]);
  });
});

test("a connection that is lost in the middle is told from one that never was", async () => {
  const sessions = new Set<ServerHttp2Session>();
  let calls = 0;
  const server = agent((router) => {
    router.service(v1.AdminService, {
      getAgent() {
        calls += 1;
        for (const session of sessions) session.destroy();
        return new Promise(() => {});
      },
    });
  });
  server.on("session", (session) => sessions.add(session));
  await serving(server, async (endpoint) => {
    await using client = new Client({ endpoints: ["127.0.0.1:1", endpoint], rounds: 1 });
    const once = client.call((stubs, how) => stubs.admin.getAgent({}, how), { repeat: false });
    await assert.rejects(once, ConnectionLost);
    assert.equal(calls, 1);
    await assert.rejects(client.agent(), Unavailable);
    assert.equal(calls, 2, "a call that may be repeated is");
  });
});

test("a call ends when its signal is aborted, or its client closed", async () => {
  const begun: (() => void)[] = [];
  const server = agent((router) => {
    router.service(v1.AdminService, {
      getAgent() {
        begun.shift()?.();
        return new Promise(() => {});
      },
    });
  });
  await serving(server, async (endpoint) => {
    const client = new Client([endpoint]);
    const stop = new AbortController();
    begun.push(() => stop.abort(new RangeError("enough")));
    const aborted = client.call((stubs, how) => stubs.admin.getAgent({}, how), { signal: stop.signal });
    await assert.rejects(aborted, RangeError);
    begun.push(() => void client.close());
    await assert.rejects(client.agent(), ClientClosed);
  });
});

test("who accepts a connection and says nothing is given up in time", async () => {
  const folder = mkdtempSync(join(tmpdir(), "quorate-"));
  try {
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, rootCertificates.join("\n"));
    await serving(createTcpServer(), async (endpoint) => {
      await using client = new Client({ endpoints: [endpoint], tls: { ca }, rounds: 1, connectTimeoutMs: 50 });
      const endless = client.membership.watch({ giveUpAfterMs: 100 });
      await assert.rejects(endless.next(), /failed to connect: no answer within 50 ms/);
      await assert.rejects(client.agent(), Unavailable);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("both sides show who they are by TLS", async () => {
  const folder = mkdtempSync(join(tmpdir(), "quorate-"));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca");
    for (const name of ["n1", "alice"]) {
      openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
      writeFileSync(at("names"), `subjectAltName=DNS:${name}\n`);
      const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
      openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-out", `${name}.pem`);
    }
    const own = { cert: readFileSync(at("n1.pem")), key: readFileSync(at("n1.key")), ca: readFileSync(at("ca.pem")) };
    const routes = (router: ConnectRouter) => router.service(v1.AdminService, { getAgent: () => ({}) });
    const server = createSecureServer({ ...own, requestCert: true }, connectNodeAdapter({ routes }));
    await serving(server, async (endpoint) => {
      const shown = { ca: at("ca.pem"), certificate: at("alice.pem"), key: at("alice.key") };
      const endpoints = [endpoint];
      await using client = new Client({ endpoints, tls: { ...shown, serverName: "n1" } });
      await client.agent();
      await using wrong = new Client({ endpoints, tls: { ...shown, serverName: "n2" }, rounds: 1 });
      await assert.rejects(wrong.agent(), /does not match certificate's altnames/);
      await using unknown = new Client({ endpoints, tls: { ca: at("ca.pem"), serverName: "n1" }, rounds: 1 });
      await assert.rejects(unknown.agent(), Unavailable);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
