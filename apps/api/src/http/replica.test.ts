import { randomUUID } from "node:crypto";

import { readConfig } from "@overdue/config";
import { createKey, createProject, Session } from "@overdue/db";
import { aCheck, testReplica, type TestReplica } from "@overdue/testkit";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { createApp } from "../app.ts";
import { openDeps } from "../open-deps.ts";

let servers: TestReplica;
/** A session of the replica, to stop its replay for a while. */
let replica: Session;
const opened: { close: () => Promise<void> }[] = [];

beforeAll(async () => {
  servers = await testReplica();
  replica = new Session({ url: servers.replicaUrl, name: "test" });
});
afterAll(async () => {
  await replica.end();
  for (const { close } of opened) await close();
  await servers.stop();
});
beforeEach(() => replica.query("select pg_wal_replay_resume()", []));

test("a list shows what was written just before, and is read from the replica", async () => {
  const { deps, reads, log } = openOn(servers.replicaUrl);
  const app = createApp(deps);
  const { id: projectId } = await createProject(deps.db, { name: "p", ownerId: null });
  const { key } = await createKey(deps.db, { projectId, name: "k", scope: "read" });
  for (const name of ["one", "two"]) {
    await aCheck(deps.pool, { projectId, details: { name } });
    const path = `/v1/projects/${projectId}/check-overviews`;
    const answer = await app.request(path, { headers: { "x-api-key": key } });
    expect(await answer.text()).toContain(`"name":"${name}"`);
  }
  expect(await reads("replica")).toBeGreaterThan(0);
  expect([await reads("primary-away"), log]).toEqual([0, []]);
});

test("a replica that stays behind is not waited for: the primary is read", async () => {
  const { deps, reads } = openOn(servers.replicaUrl);
  await replica.query("select pg_wal_replay_pause()", []);
  const { id } = await createProject(deps.db, { name: "unseen", ownerId: null });
  const find = () => deps.longReads.pool.query("select id from projects where id = $1", [id]);
  expect(await find()).toHaveLength(1);
  expect([await reads("replica"), await reads("primary-behind")]).toEqual([0, 1]);
});

test("a server that is no replica of the primary is never read, and the log says why", async () => {
  const { deps, reads, log } = openOn(servers.primaryUrl);
  expect(await deps.longReads.pool.query("select 1", [])).toHaveLength(1);
  expect([await reads("replica"), await reads("primary-away")]).toEqual([0, 1]);
  expect(log).toEqual(["The read replica fails; all is read from the primary."]);
});

test("what the statement itself is refused for is an answer, and no failure of the replica", async () => {
  const { deps, reads } = openOn(servers.replicaUrl);
  await expect(deps.longReads.pool.query("select * from nowhere", [])).rejects.toThrow(/nowhere/);
  expect(await reads("primary-away")).toBe(0);
});

test("without the replica all is read from the primary, in transactions too", async () => {
  const { deps, reads, log } = openOn(servers.replicaUrl);
  await replica.end();
  await servers.stopReplica();
  expect(await deps.longReads.pool.query("select 1", [])).toHaveLength(1);
  const rows = await deps.longReads.pool.transaction((client) => client.query("select 1", []));
  expect(rows).toHaveLength(1);
  expect([await reads("replica"), await reads("primary-away")]).toEqual([0, 2]);
  expect(log).toEqual(["The read replica fails; all is read from the primary."]);
});

/** What requests lean on, with its log and its count of reads by server. */
function openOn(replicaUrl: string) {
  const log: string[] = [];
  const config = readConfig({
    DATABASE_URL: servers.primaryUrl,
    DATABASE_REPLICA_URL: replicaUrl,
    SECRET_KEY: randomUUID(),
  });
  const lines = { write: (line: string) => void log.push((JSON.parse(line) as { msg: string }).msg) };
  const { deps, receiver, pools } = openDeps(config, { log: pino({ level: "warn" }, lines), site: null });
  const reads = async (server: string) => {
    const text = await deps.metrics.registry.getSingleMetricAsString("overdue_long_reads_total");
    return Number(new RegExp(`server="${server}"} (\\d+)`).exec(text)?.[1] ?? 0);
  };
  const close = async () => {
    deps.streams.closeAll();
    await Promise.all([receiver.stop(), deps.changes.stop(), deps.workers.close()]);
    for (const pool of pools) await pool.end();
  };
  const one = { deps, log, reads, close };
  opened.push(one);
  return one;
}
