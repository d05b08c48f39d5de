import { createKey, openDb, openPool, Session } from "@overdue/db";
import {
  aCheck,
  aProject,
  pgBouncerMissing,
  startFakeWebhook,
  startPgBouncer,
  testDatabase,
} from "@overdue/testkit";
import { describe, expect, inject, onTestFinished, test } from "vitest";

import { dataDirectory, startProduct, urlOf } from "../../test/start.ts";
import { openOwnServer, poolerProblem } from "./own-server.ts";

const TAKEN = "ignore_startup_parameters = statement_timeout,options,idle_in_transaction_session_timeout";

test("the server itself, and a pooler's absence, is no problem", async () => {
  expect(await poolerProblem(`${inject("postgresUrl")}/postgres`)).toBeNull();
});

test.skipIf(pgBouncerMissing).each([
  [
    "refuses the settings of a connection",
    "pool_mode = transaction",
    /refuses .*unsupported startup parameter/,
  ],
  ["drops them in silence", `pool_mode = session\n${TAKEN}`, /drops the settings/],
  [
    "does so and lends connections for a transaction",
    `pool_mode = transaction\n${TAKEN}`,
    /drops the settings/,
  ],
])("a PgBouncer that %s is named in a sentence with the way out", async (_, settings, sentence) => {
  const url = await pooledUrl(settings);
  expect(await poolerProblem(url)).toMatch(sentence);
  expect(await poolerProblem(url)).toContain("Set DATABASE_DIRECT_URL to the PostgreSQL server itself");
});

describe.skipIf(pgBouncerMissing)(
  "behind a PgBouncer in transaction mode, with DATABASE_DIRECT_URL beside it",
  () => {
    test("pings are stored, a missed deadline is found, and its alert is sent", async () => {
      const { database, pooled } = await pooledDatabase();
      const { projectId } = await aProject(database.pool);
      const { key } = await createKey(openDb(database.pool), { projectId, name: "test", scope: "write" });
      const hook = await startFakeWebhook();
      onTestFinished(() => hook.close());
      const started = startProduct(dataDirectory(), {
        DATABASE_URL: pooled,
        DATABASE_DIRECT_URL: database.url,
        ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8",
      });
      const { url } = await urlOf(started);
      const channel = { name: "hook", kind: "webhook", settings: { url: hook.url } };
      const made = await fetch(`${url}/v1/projects/${projectId}/channels`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: JSON.stringify(channel),
      });
      expect(made.status).toBe(201);
      const settings = { schedule: { kind: "interval", everySeconds: 2 }, graceSeconds: 1 } as const;
      const check = await aCheck(database.pool, { projectId, settings });
      expect((await fetch(`${url}/ping/${check.pingUuid}`)).status).toBe(200);
      await hook.waitFor(({ body }) => body.includes(check.id), 60_000);
      const rows = await database.pool.query("select from pings where check_id = $1", [check.id]);
      expect(rows).toHaveLength(1);
      expect(started.output()).not.toMatch(/prepared statement|unsupported startup/);
    }, 120_000);

    test("a setting of a transaction holds in it, and is not left to the next client", async () => {
      const { pooled } = await pooledDatabase("default_pool_size = 1");
      const url = `${pooled}?pooled=true`;
      const [bounded, other] = [1_234, 56_000].map((statementTimeoutMs) =>
        openPool({ url, max: 1, statementTimeoutMs, name: "test" }),
      );
      const timeoutOf = async (pool: typeof bounded) =>
        (
          await pool?.query<{ timeout: string }>("select current_setting('statement_timeout') as timeout", [])
        )?.[0];
      expect(await timeoutOf(bounded)).toEqual({ timeout: "1234ms" });
      expect(await timeoutOf(other)).toEqual({ timeout: "56s" });
      const one = new Session({ url, name: "test" });
      expect(await one.query("show statement_timeout")).toEqual([{ statement_timeout: "0" }]);
      await Promise.all([bounded?.end(), other?.end(), one.end()]);
    });

    test("a second address that leads to another database, or to the pooler itself, is named", async () => {
      const { database, pooled } = await pooledDatabase();
      const elsewhere = `${inject("postgresUrl")}/postgres`;
      await expect(openOwnServer({ url: pooled, direct: elsewhere })).rejects.toThrow(
        "DATABASE_URL and DATABASE_DIRECT_URL lead to different servers or databases",
      );
      await expect(openOwnServer({ url: pooled, direct: pooled })).rejects.toThrow(
        "DATABASE_DIRECT_URL leads to a connection pooler",
      );
      expect(await openOwnServer({ url: pooled, direct: database.url })).toMatchObject({
        directUrl: database.url,
      });
    });
  },
);

async function pooledDatabase(settings = "") {
  const database = await testDatabase();
  onTestFinished(database.drop);
  const pooler = new URL(await pooledUrl(`pool_mode = transaction\n${settings}`));
  pooler.pathname = new URL(database.url).pathname;
  return { database, pooled: pooler.href };
}

/** A PgBouncer with these settings before the server of the tests. */
async function pooledUrl(settings: string): Promise<string> {
  const pooler = await startPgBouncer(inject("postgresUrl"), settings);
  onTestFinished(pooler.stop);
  return pooler.url;
}
