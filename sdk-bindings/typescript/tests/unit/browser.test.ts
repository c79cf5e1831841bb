import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

test("the browser's part needs nothing of Node", async () => {
  const entryPoints = [fileURLToPath(import.meta.resolve("quorate/web"))];
  const { warnings, metafile } = await build({
    entryPoints,
    bundle: true,
    platform: "browser",
    format: "esm",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  assert.deepEqual(warnings, []);
  const inputs = Object.keys(metafile.inputs);
  assert(inputs.some((input) => input.includes("connect-web")));
  assert(!inputs.some((input) => input.includes("connect-node") || input.includes("dist/node")));
});
