import { createKey, listQuarantined, openDb, openPool, readProblems } from "@overdue/db";
import { findPostmaster } from "@overdue/postgres";
import { aCheck, aProject, startFakeWebhook, startHttpFake } from "@overdue/testkit";
import { expect, onTestFinished, test, vi } from "vitest";

import { programsOf } from "../test/processes.ts";
import { dataDirectory, startProduct, urlOf } from "../test/start.ts";
import { dataFiles } from "./data/data-directory.ts";
import { embeddedUrl } from "./database/embedded.ts";

vi.setConfig({ testTimeout: 240_000 });
const PATIENCE = { timeout: 120_000, interval: 200 };
const EVERY_SECOND = { schedule: { kind: "interval", everySeconds: 1 }, graceSeconds: 1 } as const;

test("a channel at which every sender dies and a check that cannot be evaluated are put aside, and all other alerts arrive", async () => {
  const dataDir = dataDirectory();
  const product = startProduct(dataDir, { ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8" });
  const { url } = await urlOf(product);
  const port = findPostmaster(dataFiles(dataDir).postgres)?.port ?? 0;
  const pool = openPool({ url: embeddedUrl(dataFiles(dataDir), port), max: 2, name: "test" });
  onTestFinished(() => pool.end());
  const db = openDb(pool);
  const sound = await startFakeWebhook();
  onTestFinished(() => sound.close());
  let deaths = 0;
  // The whole process dies, as of a crash in native code: nothing in it can catch that.
  const deadly = await startHttpFake((_, answer) => {
    const sender = programsOf(product.process.pid ?? 0).sender;
    if (sender !== undefined) process.kill(sender, "SIGKILL");
    deaths += 1;
    answer("hang");
  });
  onTestFinished(() => deadly.close());

  const addProject = async (hookUrl: string) => {
    const { projectId } = await aProject(pool);
    const { key } = await createKey(db, { projectId, name: "test", scope: "write" });
    const made = await fetch(`${url}/v1/projects/${projectId}/channels`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "hook", kind: "webhook", settings: { url: hookUrl } }),
    });
    expect(made.status).toBe(201);
    return projectId;
  };
  const miss = async (projectId: string, name: string) => {
    const check = await aCheck(pool, { projectId, settings: EVERY_SECOND, details: { name } });
    expect((await fetch(`${url}/ping/${check.pingUuid}`)).status).toBe(200);
    return check;
  };

  const [poisonProject, soundProject] = [await addProject(deadly.url), await addProject(sound.url)];
  const broken = await miss(soundProject, "unreadable");
  await pool.query(`update checks set schedule = '{"kind":"nonsense"}', memory = '{}' where id = $1`, [
    broken.id,
  ]);
  await miss(poisonProject, "deadly");
  await vi.waitFor(() => expect(deaths).toBeGreaterThan(0), PATIENCE);
  const fine = await miss(soundProject, "fine");
  await sound.waitFor(({ body }) => body.includes(fine.id), PATIENCE.timeout);
  await vi.waitFor(async () => {
    const all = await listQuarantined(db);
    expect(all.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual([
      "check unreadable",
      "delivery hook",
    ]);
  }, PATIENCE);
  expect(deaths).toBe(3);
  expect((await readProblems(pool)).warnings.join(" ")).toContain(
    "Put aside, because it cannot be worked on",
  );
  const later = await miss(soundProject, "later");
  await sound.waitFor(({ body }) => body.includes(later.id), PATIENCE.timeout);
  expect(deaths).toBe(3);
});
