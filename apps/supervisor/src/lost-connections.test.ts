import { randomUUID } from "node:crypto";

import { createKey, openDb, type Pool, Session } from "@overdue/db";
import { aCheck, aProject, type SceneCheck, testDatabase } from "@overdue/testkit";
import { expect, test, vi } from "vitest";

import { programsOf } from "../test/processes.ts";
import { askedCuts, dataDirectory, startProduct, urlOf } from "../test/start.ts";

vi.setConfig({ testTimeout: 180_000 });

const CUTS = askedCuts() ?? 20;
const CLIENTS = 8;
const ANSWERED_BETWEEN_CUTS = 100;
const UNTIL_KEPT_PINGS_ARE_STORED_MS = 30_000;

test("every connection to the database is ended, again and again: no acknowledged ping is lost, and no process ends", async () => {
  const { started, database, url, checks, key } = await scene();
  const before = await allPrograms(started.process.pid ?? 0);
  const load = startLoad(url, { checks, key });
  for (let cut = 0; cut < CUTS; cut += 1) {
    await load.answered(ANSWERED_BETWEEN_CUTS);
    await endConnections(database.url);
  }
  await load.answered(ANSWERED_BETWEEN_CUTS);
  const { acknowledged, edited, statuses } = await load.stop();

  await vi.waitFor(async () => expect(await notStored(database.pool, acknowledged)).toEqual([]), {
    timeout: UNTIL_KEPT_PINGS_ARE_STORED_MS,
    interval: 200,
  });
  expect(acknowledged.length).toBeGreaterThan(CUTS * ANSWERED_BETWEEN_CUTS * 0.5);
  expect(edited).toBeGreaterThan(CUTS);
  expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(programsOf(started.process.pid ?? 0)).toEqual(before);
  expect(started.output()).not.toContain("starts again");
  await database.drop();
});

async function scene() {
  const database = await testDatabase();
  const { projectId } = await aProject(database.pool);
  const checks = await Promise.all(
    Array.from({ length: CLIENTS }, () => aCheck(database.pool, { projectId })),
  );
  const { key } = await createKey(openDb(database.pool), { projectId, name: "test", scope: "write" });
  const started = startProduct(dataDirectory(), { DATABASE_URL: database.url, API_RATE_LIMIT: "0" });
  const { url } = await urlOf(started);
  return { database, started, url, checks, key };
}

/** What was acknowledged and is not in the table, or not yet: a ping of a cut connection is kept on disk first. */
async function notStored(pool: Pool, acknowledged: readonly string[]): Promise<string[]> {
  const rows = await pool.query<{ rid: string }>("select rid from pings");
  const stored = new Set(rows.map(({ rid }) => rid));
  return acknowledged.filter((rid) => !stored.has(rid));
}

async function allPrograms(supervisor: number) {
  return await vi.waitUntil(
    () => {
      const programs = programsOf(supervisor);
      return Object.keys(programs).length === 3 && programs;
    },
    { timeout: 30_000 },
  );
}

async function endConnections(url: string): Promise<void> {
  const { pathname, href } = new URL(url);
  const client = new Session({ url: href.replace(pathname, "/postgres"), name: "test" });
  // The test's own connection stays, so that it can look.
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = $1 and application_name like any ('{overdue%,deliveries%}') and application_name <> 'overdue test'`,
    [pathname.slice(1)],
  );
  await client.end();
}

/** Pings and edits as fast as they are answered; each ping has a run id of its own, by which it is found again. */
function startLoad(url: string, { checks, key }: { checks: readonly SceneCheck[]; key: string }) {
  const acknowledged: string[] = [];
  const statuses = new Set<number | "no answer">();
  const counts = { edited: 0, answers: 0, isWanted: true };
  const waiting = new Set<() => void>();
  const ask = async (to: string, init?: RequestInit) => {
    const status = await statusOf(to, init);
    statuses.add(status);
    counts.answers += 1;
    for (const look of waiting) look();
    return status === 200;
  };
  const clients = checks.map(async ({ id, projectId, pingUuid }, client) => {
    for (let n = 0; counts.isWanted; n += 1) {
      const rid = randomUUID();
      if (await ask(`${url}/ping/${pingUuid}?rid=${rid}`)) acknowledged.push(rid);
      const change = { method: "PATCH", body: JSON.stringify({ name: `check ${client} ${n}` }) };
      const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
      if (await ask(`${url}/v1/projects/${projectId}/checks/${id}`, { ...change, headers }))
        counts.edited += 1;
    }
  });
  return {
    answered: (more: number) => {
      const wanted = counts.answers + more;
      return new Promise<void>((resolve) => {
        const look = () => {
          if (counts.answers < wanted) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
    },
    stop: async () => {
      counts.isWanted = false;
      await Promise.all(clients);
      return { acknowledged, edited: counts.edited, statuses };
    },
  };
}

async function statusOf(url: string, init: RequestInit = {}): Promise<number | "no answer"> {
  try {
    const response = await fetch(url, init);
    await response.text();
    return response.status;
  } catch {
    return "no answer";
  }
}
