import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openDb, openPool } from "@overdue/db";
import { findPostmaster } from "@overdue/postgres";
import { alertScene, type FakeWebhook, SCENE_SECRET, startFakeWebhook } from "@overdue/testkit";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";

import { descendants, isRunning, programsOf } from "../test/processes.ts";
import { startProduct, type Started, urlOf, usedDataDirectory } from "../test/start.ts";
import { dataFiles } from "./data/data-directory.ts";
import { embeddedUrl } from "./database/embedded.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const ALERTS = 30;
const UNDER_WAY = 5;
const PATIENCE = { timeout: 60_000, interval: 100 };

let used: Awaited<ReturnType<typeof usedDataDirectory>>;
beforeAll(async () => {
  used = await usedDataDirectory();
});
afterAll(() => used.remove());

type Moment = "its first process" | "ready" | "a storm of alerts";
type Target = "the supervisor" | "its process group" | "every process of ours";

test.each<[NodeJS.Signals, Target, Moment]>([
  ["SIGINT", "its process group", "its first process"],
  ["SIGKILL", "the supervisor", "its first process"],
  ["SIGTERM", "its process group", "ready"],
  ["SIGINT", "the supervisor", "ready"],
  ["SIGHUP", "its process group", "a storm of alerts"],
  ["SIGTERM", "every process of ours", "a storm of alerts"],
  ["SIGKILL", "the supervisor", "a storm of alerts"],
])("%s to %s at %s leaves no process, a clean database and no alert lost or sent twice", async (...row) => {
  const [signal, target, moment] = row;
  const dataDir = used.copy();
  const receiver = await slowReceiver();
  const started = startProduct(dataDir, environment());
  await reach(moment, started, { dataDir, receiver });
  const { postgres, logs } = dataFiles(dataDir);
  const ours = descendants(started.process.pid ?? 0).map(({ pid }) => pid);

  send(signal, target, started);
  await vi.waitUntil(() => ours.every((pid) => !isRunning(pid)), PATIENCE);
  await started.exit;
  expect(findPostmaster(postgres)).toBeNull();
  // Where the database had not started yet, it has no log.
  const log = join(logs, "postgres.log");
  const databaseEnd = existsSync(log) ? readFileSync(log, "utf8") : `not started at ${moment}`;
  expect(databaseEnd).toMatch(/database system is shut down\s*$|^not started at its first process$/);

  const next = startProduct(dataDir, environment());
  await urlOf(next);
  const alerts = moment === "a storm of alerts" ? ALERTS : 0;
  await vi.waitUntil(() => new Set(idsAt(receiver)).size === alerts, PATIENCE);
  await vi.waitUntil(async () => (await openDeliveries(dataDir)) === 0, PATIENCE);
  expect(idsAt(receiver)).toHaveLength(alerts);
});

test("the sending process ends by its own signal too, with nothing sent twice, and is started again", async () => {
  const dataDir = used.copy();
  const receiver = await slowReceiver();
  const started = startProduct(dataDir, environment());
  await reach("a storm of alerts", started, { dataDir, receiver });
  const { sender, ...others } = programsOf(started.process.pid ?? 0);
  process.kill(sender ?? 0, "SIGTERM");
  await vi.waitUntil(() => !isRunning(sender ?? 0), PATIENCE);
  await vi.waitUntil(async () => (await openDeliveries(dataDir)) === 0, PATIENCE);
  expect(idsAt(receiver).toSorted()).toEqual([...new Set(idsAt(receiver))].toSorted());
  expect(idsAt(receiver)).toHaveLength(ALERTS);
  expect(programsOf(started.process.pid ?? 0)).toMatchObject(others);
});

function environment() {
  return { SECRET_KEY: SCENE_SECRET, ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8" };
}

async function slowReceiver(): Promise<FakeWebhook> {
  const receiver = await startFakeWebhook();
  receiver.otherwise({ status: 200, delayMs: 400 });
  onTestFinished(() => receiver.close());
  return receiver;
}

async function reach(
  moment: Moment,
  started: Started,
  { dataDir, receiver }: { dataDir: string; receiver: FakeWebhook },
): Promise<void> {
  const supervisor = started.process.pid ?? 0;
  if (moment === "its first process")
    return void (await vi.waitUntil(() => programsOf(supervisor).api !== undefined, PATIENCE));
  await urlOf(started);
  if (moment === "ready") return;
  await withDatabase(dataDir, async (pool) => {
    const scene = await alertScene(openDb(pool), { kind: "webhook", settings: { url: receiver.url } });
    for (let n = 0; n < ALERTS; n += 1) await scene.down({ checkId: await scene.addCheck(`job ${n}`) });
  });
  await receiver.waitForCount(UNDER_WAY);
}

function send(signal: NodeJS.Signals, target: Target, { process: { pid = 0 } }: Started): void {
  // Not PostgreSQL's: who ends those too takes away where it is recorded what was sent.
  const all = descendants(pid).filter(({ commandLine }) => !commandLine.includes("postgres"));
  if (target === "the supervisor") process.kill(pid, signal);
  else if (target === "its process group") process.kill(-pid, signal);
  else for (const one of [pid, ...all.map((it) => it.pid)]) process.kill(one, signal);
}

/** Each delivery has its own id, which comes again where it is sent again. */
function idsAt(receiver: FakeWebhook): string[] {
  return receiver.received.map(({ headers }) => headers["webhook-id"] ?? "");
}

async function openDeliveries(dataDir: string): Promise<number> {
  return await withDatabase(dataDir, async (pool) => {
    const open = "select from deliveries where state in ('pending', 'retry', 'sending') and kind = 'down'";
    return (await pool.query(open)).count ?? 0;
  });
}

async function withDatabase<T>(
  dataDir: string,
  work: (pool: ReturnType<typeof openPool>) => Promise<T>,
): Promise<T> {
  const files = dataFiles(dataDir);
  const url = embeddedUrl(files, findPostmaster(files.postgres)?.port ?? 0);
  const pool = openPool({ url, max: 2, name: "test" });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
