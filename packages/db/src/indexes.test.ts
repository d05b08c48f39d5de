import { randomUUID } from "node:crypto";

import { aCheck, anArrival, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Pool, type PoolClient } from "./connection/pool.ts";
import type { Rows } from "./connection/session.ts";
import { openDb } from "./database.ts";
import * as db from "./index.ts";

// The main statements on tables of a size at which a server chooses between an index and the whole table. What reads
// one project or one check must read the same rows however many others there are.

const PROJECTS = 400;
const CHECKS_EACH = 50;
const HISTORY_EACH = 10;
const LARGE = new Set(["checks", "pings", "runs", "slots", "flips", "incidents", "notices"]);
const NOW = Date.now();
const DAY = 86_400_000;
const MONTH = { from: NOW - 30 * DAY, until: NOW };
const PAGE = { limit: 50, after: null };
const NEWEST = { limit: 50, before: null };

type Node = { "Node Type": string; "Relation Name"?: string; "Index Name"?: string; Plans?: Node[] };
type Read = { table: string; how: string; index?: string | undefined; statement: string };

const database = await testDatabase();
const reads: Read[] = [];
let sent = 0;

/** Sessions that note, beside each statement, how the server would read the large tables for it. */
class ExplainingPool extends Pool {
  readonly #explaining = new WeakSet<PoolClient>();

  override async connect(): Promise<PoolClient> {
    const client = await super.connect();
    if (this.#explaining.has(client)) return client;
    this.#explaining.add(client);
    const run = client.query.bind(client);
    // Sent side by side, since some statements must stand right before their commit.
    client.query = function query<Row extends object>(text: string, values?: readonly unknown[]) {
      if (/^\s*(?:select|with|update|insert|delete)\b/i.test(text))
        run<{ "QUERY PLAN": { Plan: Node }[] }>(`explain (format json) ${text}`, values).then(
          ([row]) => note(text, row?.["QUERY PLAN"][0]?.Plan),
          (error: unknown) => reads.push({ table: "?", how: String(error), statement: text }),
        );
      return run<Row>(text, values) as Promise<Rows<Row>>;
    };
    const runValues = client.queryValues.bind(client);
    client.queryValues = async (text: string, values: readonly unknown[]) => {
      const [row] = await run<{ "QUERY PLAN": { Plan: Node }[] }>(`explain (format json) ${text}`, values);
      note(text, row?.["QUERY PLAN"][0]?.Plan);
      return await runValues(text, values);
    };
    return client;
  }
}

function note(statement: string, node: Node | undefined): void {
  if (node === undefined) return;
  const table = node["Relation Name"] ?? "";
  if (LARGE.has(table)) reads.push({ table, how: node["Node Type"], index: node["Index Name"], statement });
  for (const plan of node.Plans ?? []) note(statement, plan);
}

const pool = new ExplainingPool({ url: database.url, max: 4, name: "explain" });
const on = openDb(pool);
let mine: { projectId: string; checkId: string; id: string; pingUuid: string };

beforeAll(async () => {
  const check = await aCheck(database.pool, { at: NOW - 2 * DAY });
  await fill(check.id);
  const [row] = await database.pool.query<{ id: string; projectId: string; pingUuid: string }>(
    `select id, project_id as "projectId", ping_uuid as "pingUuid" from checks order by id offset 7000 limit 1`,
  );
  if (row === undefined) throw new Error("There are no checks.");
  mine = { ...row, checkId: row.id };
}, 120_000);
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const STATEMENTS: Record<string, () => Promise<unknown>> = {
  "the list of checks": () =>
    db.listOverviews(
      { db: on, pool },
      { projectId: mine.projectId, ids: null },
      { each: 30, checksMax: 1_000 },
    ),
  "the checks of the API": () => db.listChecks(on, { projectId: mine.projectId, tags: [] }, PAGE),
  "the checks of the compatible API": () => db.findProjectChecks(on, mine.projectId),
  "the page of a check": async () => {
    await db.findCheck(on, mine);
    await db.listPings(on, mine, NEWEST);
    await db.listRuns(on, mine, PAGE);
    await db.listSlots(on, mine, NEWEST);
    await db.listFlips(on, mine, PAGE);
    await db.listIncidents(on, mine, PAGE);
    await db.listNotices(on, mine, PAGE);
    await db.findPingFacts(pool, mine, [randomUUID()]);
    await db.findRunFacts(pool, mine, [randomUUID()]);
    await db.listDurations(pool, mine, 40);
    await db.listMetrics(pool, mine, 500);
    await db.listRunsSinceEdit(on, mine);
    await db.countSlotsByDay(pool, mine, { from: MONTH.from, timezone: "UTC" });
    await db.countSlots(pool, mine, { now: NOW, days: [30, 365] });
  },
  "the view of a day": () =>
    db.loadActivity(
      { db: on, pool },
      { projectId: mine.projectId, after: null, limit: 50 },
      { from: NOW - DAY, until: NOW, partMs: 3_600_000 },
    ),
  "the incidents of a project": () =>
    db.findIncidents(pool, { projectId: mine.projectId, openOnly: false }, PAGE),
  "a report": () =>
    db.readReport(on, {
      projectId: mine.projectId,
      span: MONTH,
      before: { from: NOW - 60 * DAY, until: MONTH.from },
    }),
  "an export": () =>
    db.exportRows(pool, { projectId: mine.projectId, kind: "runs", checkId: null, ...MONTH }, 100),
  "the evaluation of deadlines": async () => {
    await db.nextWakeAt(pool);
    await db.evaluateDue(pool, { watermark: NOW, outages: [], limit: 100 }, () => undefined);
  },
  "a ping, read and known": async () => {
    const checks = new db.KnownChecks();
    // The first one flips the check, the second is remembered.
    for (const at of [NOW, NOW + 1_000])
      await db.recordPings(pool, [anArrival(mine, at, { digest: `${at}` })], { ...db.ALONE, checks });
    const [known] = await db.recordKnown(pool, [anArrival(mine, NOW + 2_000, { digest: "c" })], {
      ...db.ALONE,
      checks,
    });
    expect(known).toMatchObject({ kind: "recorded" });
  },
};

describe.each([
  ["with 20,000 checks", () => Promise.resolve()],
  ["with the statistics of 1,000,000 checks and 50,000,000 pings", pretendMillions],
])("%s", (_, prepare) => {
  beforeAll(prepare);

  test.each(Object.keys(STATEMENTS))("%s reads no large table from end to end", async (name) => {
    reads.length = 0;
    await STATEMENTS[name]?.();
    // One more round trip on each session, so that all that was explained is noted.
    await Promise.all(Array.from({ length: 4 }, () => pool.query("values (1)")));
    expect(reads.length).toBeGreaterThan(0);
    expect(reads.filter(({ how, table }) => how === "Seq Scan" || table === "?")).toEqual([]);
  });

  test("a check that goes down and recovers reads no other incident that is open in its project", async () => {
    reads.length = 0;
    for (const kind of ["fail", "success"] as const) {
      sent += 1;
      const ping = anArrival(mine, NOW + sent * 10_000, { kind, digest: `${sent}` });
      await db.recordPings(pool, [ping], db.ALONE);
    }
    await Promise.all(Array.from({ length: 4 }, () => pool.query("values (1)")));
    const indexes = reads.flatMap(({ table, index }) => (table === "incidents" ? [index] : []));
    expect(indexes).toContain("incidents_once");
    expect(indexes).not.toContain("incidents_open");
  });

  test("a statement that has no index is noticed", async () => {
    reads.length = 0;
    await pool.query("select count(*) from pings where user_agent = $1", ["curl"]);
    await pool.query("values (1)");
    expect(reads).toMatchObject([{ table: "pings", how: "Seq Scan" }]);
  });
});

/** Rows of each large table at a size that no test can fill. */
const MILLIONS = { checks: 1, pings: 50, runs: 50, slots: 50, flips: 10, incidents: 5, notices: 10 };
const PROJECT_CHECKS = 5_000;

/**
 * Tells the planner that the tables have so many rows, of projects with 5,000 checks each. It multiplies the rows on a page
 * by the pages that a file really has; so each page gets more of them, which makes reading a whole table look cheaper.
 */
async function pretendMillions(): Promise<void> {
  for (const [table, millions] of Object.entries(MILLIONS)) {
    await database.pool.query(`alter table ${table} set (autovacuum_enabled = off)`);
    await database.pool.query(
      `select pg_restore_relation_stats('schemaname', 'public', 'relname', c.relname::text,
                'relpages', (pg_relation_size(c.oid) / 8192)::int, 'reltuples', ($2 * 1e6)::real)
         from pg_class c
        where c.oid = $1::regclass or c.oid in (select indexrelid from pg_index where indrelid = $1::regclass)`,
      [table, millions],
    );
    const distinct = { project_id: 1e6 / PROJECT_CHECKS, ...(table !== "checks" && { check_id: 1e6 }) };
    for (const [column, values] of Object.entries(distinct))
      await database.pool.query(
        `select pg_restore_attribute_stats('schemaname', 'public', 'relname', $1::text, 'attname', $2::text,
                  'inherited', false, 'null_frac', 0::real, 'n_distinct', $3::real)`,
        [table, column, values],
      );
    const [row] = await database.pool.query<{ "QUERY PLAN": { Plan: Node & { "Plan Rows": number } }[] }>(
      `explain (format json) select from ${table}`,
    );
    expect(row?.["QUERY PLAN"][0]?.Plan["Plan Rows"]).toBeCloseTo(millions * 1e6, -6);
  }
}

/** Copies of one check in many projects, each with a history. */
async function fill(checkId: string): Promise<void> {
  const projectIds: string[] = [];
  for (let made = 0; made < PROJECTS; made += 1) projectIds.push((await aProject(database.pool)).projectId);
  const each = (statement: string, values: unknown[] = []) => database.pool.query(statement, values);
  await each(
    `insert into checks select copy.* from checks c, unnest($2::uuid[]) home, generate_series(1, ${CHECKS_EACH}) n,
       jsonb_populate_record(null::checks, to_jsonb(c) || jsonb_build_object('project_id', home,
         'id', gen_random_uuid(), 'ping_uuid', gen_random_uuid(), 'badge_uuid', gen_random_uuid(),
         'slug', 'job-' || n, 'ping_count', ${HISTORY_EACH}, 'wake_at', now() + n * interval '1 minute')) copy
      where c.id = $1`,
    [checkId, projectIds],
  );
  const history = `from checks c, generate_series(1, ${HISTORY_EACH}) n`;
  const at = `now() - n * interval '5 hours'`;
  await each(
    `insert into pings (project_id, check_id, number, id, kind, received_at, scheme, method, user_agent)
     select c.project_id, c.id, n, gen_random_uuid(), 'success', ${at}, 'http', 'GET', 'curl/8' ${history}`,
  );
  await each(
    `insert into runs (project_id, check_id, id, ended_at, heard_at, outcome)
     select project_id, check_id, id, received_at, received_at, 'success' from pings`,
  );
  await each(
    `insert into slots (project_id, check_id, due_at, outcome, decided_at, run_id)
     select project_id, check_id, received_at, 'on-time', received_at, id from pings`,
  );
  await each(
    `insert into flips (project_id, check_id, deadline_seq, from_status, to_status, at, alerts)
     select c.project_id, c.id, n, 'up', 'down', ${at}, true ${history}`,
  );
  await each(
    `insert into incidents (project_id, check_id, deadline_seq, reason, evidence, opened_at, resolved_at)
     select project_id, check_id, deadline_seq, 'missed', '{}', at, at + interval '1 minute' from flips`,
  );
  await each(
    `insert into notices (project_id, check_id, at, notice, evidence)
     select project_id, check_id, at, 'edited', '{}' from flips`,
  );
  await each("analyze");
}
