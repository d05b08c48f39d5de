import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { modulesWithClient, outputOf, pythonWithClient } from "../../test/healthchecks/clients/install.ts";
import { serveOverHttp } from "../../test/healthchecks/serve.ts";
import { namesOf, tenant } from "../../test/healthchecks/tenant.ts";

// Two clients that nobody here wrote; "npm run test:clients" runs many more against the whole product.
const script = (name: string) =>
  fileURLToPath(new URL(`../../test/healthchecks/clients/${name}`, import.meta.url));
const served = await serveOverHttp();

test("a Python client (PyPI healthchecks-io) makes, pings, reads and deletes a check", async ({ skip }) => {
  const python = await pythonWithClient();
  if (python === null) return skip("pip could not get healthchecks-io 0.4.4");
  const { KEY_RW = "", PK = "" } = namesOf(await tenant(served));
  expect(await outputOf(python, [script("python-client.py"), served.url, KEY_RW, PK])).toEqual({
    listed: ["Python"],
    pings: ["success", "start", "fail", "success"],
    badges: ["*", "client"],
    channels: ["hook-1", "hook-2"],
    paused: "paused",
    deleted: "Python",
  });
}, 180_000);

test("an npm client (healthchecks-io-client) makes, pings, reads and deletes a check", async ({ skip }) => {
  const modules = await modulesWithClient();
  if (modules === null) return skip("npm could not get healthchecks-io-client 1.0.4");
  const { KEY_RW = "" } = namesOf(await tenant(served));
  expect(await outputOf(process.execPath, [script("npm-client.cjs"), modules, served.url, KEY_RW])).toEqual({
    listed: ["npm"],
    pings: ["fail", "success", "start"],
    paused: "paused",
    channels: ["hook-1", "hook-2"],
    deleted: "npm",
  });
}, 180_000);
