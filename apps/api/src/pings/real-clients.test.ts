import { fileURLToPath } from "node:url";

import { createKey, createProject } from "@overdue/db";
import { expect, test } from "vitest";

import { modulesOfOtherMonitors, outputOf } from "../../test/healthchecks/clients/install.ts";
import { serveOverHttp } from "../../test/healthchecks/serve.ts";
import { read } from "../../test/test-api.ts";

// Clients that nobody here wrote; "npm run test:clients" runs many more against the whole product.
const SCRIPT = fileURLToPath(new URL("../../test/clients/other-monitors.cjs", import.meta.url));
const { db, url } = await serveOverHttp();

test("the SDKs of Sentry and Cronitor for Node report what their jobs did", async ({ skip }) => {
  const modules = await modulesOfOtherMonitors();
  if (modules === null) return skip("npm could not get @sentry/node 11.12.0 and cronitor 2.6.1");
  const { id, pingKey } = await createProject(db, { name: "clients", ownerId: null });
  const { key } = await createKey(db, { projectId: id, name: "test", scope: "write" });
  const call = async <T>(method: string, path: string, json?: object) =>
    await read<T>(
      await fetch(`${url}/v1/projects/${id}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        ...(json !== undefined && { body: JSON.stringify(json) }),
      }),
    );
  for (const slug of ["cronitor-good", "cronitor-bad"])
    await call("POST", "/checks", { name: slug, slug, schedule: { kind: "interval", everySeconds: 3_600 } });
  await outputOf(process.execPath, [SCRIPT, modules, url, pingKey ?? ""]);
  const { items } = await call<{ items: { id: string; name: string; scheduleText: string }[] }>(
    "GET",
    "/checks",
  );
  const runs = items.map(async ({ id: checkId, name }) => {
    const { items: ended } = await call<{ items: { outcome: string }[] }>("GET", `/checks/${checkId}/runs`);
    return [name, ended.map(({ outcome }) => outcome).join(", ")] as const;
  });
  expect(Object.fromEntries(await Promise.all(runs))).toEqual({
    "cronitor-good": "success",
    "cronitor-bad": "fail",
    "sentry-good": "success",
    "sentry-bad": "fail",
  });
  expect(items.find(({ name }) => name === "sentry-good")?.scheduleText).toBe(
    "Every day at 02:30, Europe/Berlin",
  );
}, 180_000);
