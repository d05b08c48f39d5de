import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { createKey, openDb, openPool, type Pool } from "@overdue/db";
import { findPostmaster } from "@overdue/postgres";
import { aCheck, aProject, type FakeWebhook, startFakeWebhook } from "@overdue/testkit";
import { expect, onTestFinished, test, vi } from "vitest";

import { dataDirectory, startProduct, type Started, urlOf } from "../../test/start.ts";
import { dataFiles } from "../data/data-directory.ts";
import { embeddedUrl } from "../database/embedded.ts";
import { runAdmin } from "./admin.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const PATIENCE = { timeout: 60_000, interval: 100 };

/** Longer than the silence that counts as an outage. */
const AWAY_MS = 7_000;
const EVERY_TWO_SECONDS = {
  schedule: { kind: "interval", everySeconds: 2 },
  graceSeconds: 2,
} as const;

function environmentOf(dataDir: string) {
  return { DATA_DIR: dataDir, PORT: "0", ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8" };
}

async function running(dataDir: string): Promise<{ product: Started; url: string; pool: Pool }> {
  const product = startProduct(dataDir, environmentOf(dataDir));
  const { url } = await urlOf(product);
  const files = dataFiles(dataDir);
  const port = findPostmaster(files.postgres)?.port ?? 0;
  const pool = openPool({ url: embeddedUrl(files, port), max: 4, name: "test" });
  return { product, url, pool };
}

/** Pings a check until it is stopped. @returns the numbers of all pings that were answered */
function pingEach(url: string, pingUuid: string, everyMs: number) {
  const state = { isWanted: true, answered: 0 };
  const pinging = (async () => {
    while (state.isWanted) {
      const response = await fetch(`${url}/ping/${pingUuid}`).catch(() => null);
      if (response?.status === 200) state.answered += 1;
      await wait(everyMs);
    }
  })();
  return async () => {
    state.isWanted = false;
    await pinging;
    return state.answered;
  };
}

const hookOf = async (): Promise<FakeWebhook> => {
  const hook = await startFakeWebhook();
  onTestFinished(() => hook.close());
  return hook;
};

async function addHook(url: string, pool: Pool, projectId: string, hook: FakeWebhook): Promise<void> {
  const { key } = await createKey(openDb(pool), { projectId, name: "test", scope: "write" });
  const made = await fetch(`${url}/v1/projects/${projectId}/channels`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "hook", kind: "webhook", settings: { url: hook.url } }),
  });
  expect(made.status).toBe(201);
}

const about = (hook: FakeWebhook, checkId: string) =>
  hook.received.filter(({ body }) => body.includes(checkId)).length;

test("a backup of a running instance, restored after alerts were sent, sends none of them again and alarms nobody falsely", async () => {
  const dataDir = dataDirectory();
  const first = await running(dataDir);
  const { projectId } = await aProject(first.pool);
  const hook = await hookOf();
  await addHook(first.url, first.pool, projectId, hook);
  const steady = await aCheck(first.pool, { projectId, settings: EVERY_TWO_SECONDS });
  const missed = await aCheck(first.pool, { projectId, settings: EVERY_TWO_SECONDS });
  const stopPinging = pingEach(first.url, steady.pingUuid, 100);

  // An alert that cannot be sent yet when the backup is made, and is sent right after it.
  hook.otherwise({ status: 503 });
  await fetch(`${first.url}/ping/${missed.pingUuid}`);
  await vi.waitFor(() => expect(about(hook, missed.id)).toBeGreaterThan(0), PATIENCE);
  const file = join(dataDir, "..", "overdue.sql.zst");
  const printed = await runAdmin(["backup", file, "--secret-key", "yes"], environmentOf(dataDir));
  expect(printed).toContain("It was read again, and holds the same rows.");
  hook.otherwise({ status: 200 });
  const refused = about(hook, missed.id);
  await vi.waitFor(() => expect(about(hook, missed.id)).toBeGreaterThan(refused), PATIENCE);
  expect(await stopPinging()).toBeGreaterThan(10);
  const sent = about(hook, missed.id);
  await first.pool.end();
  first.product.process.kill("SIGTERM");
  await first.product.exit;

  const restoredDir = dataDirectory();
  const restored = await runAdmin(["restore", file], environmentOf(restoredDir));
  expect(restored).toContain("The time since then counts as an outage.");
  expect(restored).toContain("secret-key was restored.");
  await wait(AWAY_MS);
  const second = await running(restoredDir);
  const [before] = await second.pool.query<{ count: number }>(
    "select ping_count as count from checks where id = $1",
    [steady.id],
  );
  const stopAgain = pingEach(second.url, steady.pingUuid, 200);
  onTestFinished(async () => void (await stopAgain()));
  await wait(8_000);
  expect([about(hook, steady.id), about(hook, missed.id)]).toEqual([0, sent]);

  const numbers = await second.pool.query<{ number: number }>(
    "select number from pings where check_id = $1 order by number",
    [steady.id],
  );
  const firstNew = numbers.findIndex(({ number }) => number === (before?.count ?? 0) + 1);
  expect(firstNew).toBeGreaterThan(0);
  expect(numbers.map(({ number }) => number)).toEqual(
    numbers.map((_, index) => (numbers[0]?.number ?? 0) + index),
  );
  const [outage] = await second.pool.query<{ seconds: number; cause: string }>(
    "select extract(epoch from ended_at - started_at)::float8 as seconds, cause from outages order by started_at desc limit 1",
  );
  expect(outage?.cause).toBe("restart");
  expect(outage?.seconds).toBeGreaterThan(AWAY_MS / 1_000);
  const letters = await second.pool.query<{ last_error: string }>(
    "select last_error from deliveries where check_id = $1 and state = 'failed'",
    [missed.id],
  );
  expect(letters[0]?.last_error).toMatch(
    /^Overdue was restored from a backup of .* it may have been sent since/,
  );
  await second.pool.end();
});

test("a restore keeps the database that was there, and puts it back where the backup is damaged", async () => {
  const dataDir = dataDirectory();
  const environment = environmentOf(dataDir);
  const { project } = JSON.parse(
    await runAdmin(["project", "create", "--name", "Kept", "--json"], environment),
  );
  const file = join(dataDir, "backup.sql.zst");
  await runAdmin(["backup", file], environment);
  await expect(runAdmin(["backup", file], environment)).rejects.toThrow("exists already");
  const damaged = join(dataDir, "damaged.sql.zst");
  writeFileSync(damaged, readFileSync(file).subarray(0, 3_000));
  await expect(runAdmin(["restore", damaged], environment)).rejects.toThrow("not complete");
  expect(await runAdmin(["project", "list"], environment)).toContain(project);
  await runAdmin(["project", "create", "--name", "Later"], environment);
  const printed = await runAdmin(["restore", file], environment);
  const former = /is in (\S+): delete/.exec(printed)?.[1] ?? "";
  expect(existsSync(former)).toBe(true);
  const listed = await runAdmin(["project", "list"], environment);
  expect(listed).toContain(project);
  expect(listed).not.toContain("Later");
});

test.each([
  [["backup"], "Name one file. Usage: npm run admin -- backup FILE"],
  [["backup", "a", "b"], "Name one file."],
  [["backup", "a", "--nonsense"], "Unknown option '--nonsense'"],
  [["backup", "a", "--passphrase-file", "/nowhere"], "/nowhere cannot be read."],
  [["verify", "/nowhere"], "no such file"],
])("%j is refused in a sentence", async (args, sentence) => {
  await expect(runAdmin(args, environmentOf(dataDirectory()))).rejects.toThrow(sentence);
});
