import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { createKey, type Pool } from "@overdue/db";

import { ask } from "./ping/load.ts";
import { copyChecks, fillLogs, makeChecks } from "./ping/population.ts";
import { type Product, withStartedTwice } from "./ping/product.ts";

/**
 * `npm run bench:scale -- 10000 100000`: what instances with these numbers of checks cost, as `npm start` starts them on their
 * own PostgreSQL: the start, pings per second with the CPU of each, the CPU at rest, the memory of each process, the time to
 * evaluate many deadlines at once, and the lists of a project of 5,000 checks. BENCH_SECONDS: the length of each load.
 * BENCH_DATA: a folder that keeps the filled instances for the next run. BENCH_PARTS: which of `pings`, `rest`, `lists` and
 * `herd` are measured, with commas; all by default, and `none` only fills. BENCH_LOG: how many pings the log of each check has,
 * with their runs and slots, so that the indexes have a realistic size.
 */
const SIZES = process.argv.slice(2).map(Number);
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 5);
const DATA = process.env["BENCH_DATA"];
const PARTS = (process.env["BENCH_PARTS"] ?? "pings,rest,lists,herd").split(",");
const LOG = Number(process.env["BENCH_LOG"] ?? 10);
const REST_SECONDS = 10;
const PROJECT_CHECKS = 5_000;
const HERD = 10_000;
/** The time until the deadlines of the herd, in which it is made. */
const AHEAD_MS = 30_000;
const LISTS = 5;
/** The time until the deadlines of all other checks, so that none goes down during the bench. */
const UP_MS = 3_000_000;

if (DATA !== undefined) mkdirSync(DATA, { recursive: true });
for (const size of SIZES.length > 0 ? SIZES : [10_000, 100_000]) await measure(size);

async function measure(size: number): Promise<void> {
  const fill = async ({ superuser }: Product) => {
    const { projectId } = await makeChecks(superuser, 1, { deadlineInMs: UP_MS });
    await superuser.query("update checks set ping_count = $1", [LOG]);
    await copyChecks(superuser, projectId, { count: size, perProject: PROJECT_CHECKS });
    await fillLogs(superuser, null, LOG);
  };
  const work = async (product: Product, startMs: number) => {
    console.log(`\n${size} checks`);
    console.log(`start until ready: ${(startMs / 1_000).toFixed(1)} s`);
    if (PARTS.includes("rest")) await measureRest(product);
    if (PARTS.includes("lists")) await measureLists(product);
    if (PARTS.includes("herd")) await measureHerd(product);
    if (PARTS.includes("pings")) await measurePings(product);
    const memory = Object.entries(product.memory()).map(([kind, megabytes]) => `${kind} ${megabytes} MB`);
    console.log(`memory: ${memory.join(", ")}`);
  };
  await withStartedTwice(fill, work, DATA === undefined ? null : join(DATA, String(size)));
}

async function measureRest({ cpu }: Product): Promise<void> {
  const before = cpu();
  await wait(REST_SECONDS * 1_000);
  const after = cpu();
  const share = (kind: "checker" | "sender" | "api" | "database") =>
    `${kind} ${((100 * (after[kind] - before[kind])) / REST_SECONDS).toFixed(1)} %`;
  console.log(
    `at rest, of a core: ${share("checker")}, ${share("sender")}, ${share("api")}, ${share("database")}`,
  );
}

async function measurePings({ port, superuser, cpu }: Product): Promise<void> {
  const rows = await superuser.query<{ id: string }>(
    "select ping_uuid as id from checks where status = 'up' order by random()",
  );
  const paths = rows.map(({ id }) => `/ping/${id}`);
  for (const connections of [64, 256]) {
    const [before, logBefore] = [cpu(), await readLog(superuser)];
    const { perSecond, succeeded, p99 } = await ask({ port, paths, connections, seconds: SECONDS });
    const [after, logAfter] = [cpu(), await readLog(superuser)];
    const each = (kind: "api" | "database") =>
      ((1_000 * (after[kind] - before[kind])) / succeeded).toFixed(3);
    console.log(
      `pings, ${connections} connections: ${Math.round(perSecond)}/s, p99 ${p99.toFixed(1)} ms; CPU ms per ping: ` +
        `api ${each("api")}, database ${each("database")}; ` +
        `${Math.round((logAfter.bytes - logBefore.bytes) / succeeded)} bytes of log and ` +
        `${((logAfter.pages - logBefore.pages) / succeeded).toFixed(2)} whole pages per ping`,
    );
  }
  const [{ bytes } = { bytes: 0 }] = await superuser.query<{ bytes: number }>(
    "select pg_total_relation_size('checks') / count(*)::float8 as bytes from checks",
  );
  console.log(`${Math.round(bytes)} bytes per check, with indexes`);
}

/** What PostgreSQL has written to its log since it was made, and how many pages as a whole. */
async function readLog(superuser: Pool): Promise<{ bytes: number; pages: number }> {
  const [row] = await superuser.query<{ bytes: number; pages: number }>(
    "select wal_bytes::float8 as bytes, wal_fpi::float8 as pages from pg_stat_wal",
  );
  return row ?? { bytes: 0, pages: 0 };
}

async function measureLists({ port, db, superuser }: Product): Promise<void> {
  const [project] = await superuser.query<{ id: string }>(
    "select project_id as id from checks group by project_id order by count(*) desc limit 1",
  );
  if (project === undefined) throw new Error("There is no project.");
  const { key } = await createKey(db, { projectId: project.id, name: "bench", scope: "write" });
  for (const path of [`/v1/projects/${project.id}/check-overviews`, "/api/v3/checks/"]) {
    const took: number[] = [];
    let bytes = 0;
    for (let time = 0; time < LISTS; time += 1) {
      const begun = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { "x-api-key": key } });
      bytes = (await answer.text()).length;
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}.`);
      took.push(performance.now() - begun);
    }
    const median = took.toSorted((one, other) => one - other)[Math.floor(LISTS / 2)] ?? Number.NaN;
    console.log(
      `${path.replace(project.id, "…")}: ${median.toFixed(0)} ms (${(bytes / 1e6).toFixed(1)} MB, a project of ${PROJECT_CHECKS} checks)`,
    );
  }
}

/** Prints how long after the common deadline of ten thousand checks the last of them is down. */
async function measureHerd({ superuser, cpu }: Product): Promise<void> {
  const { projectId, deadlineAt } = await makeChecks(superuser, 1, { deadlineInMs: AHEAD_MS });
  await copyChecks(superuser, projectId, { count: HERD - 1, perProject: HERD });
  // An outage between a check's slot and its deadline, such as the restart, would postpone the deadline.
  await superuser.query("update checks set created_at = now() where project_id = $1", [projectId]);
  const down = async () => {
    const [row] = await superuser.query<{ count: number }>(
      "select count(*)::float8 as count from flips where project_id = $1 and to_status = 'down'",
      [projectId],
    );
    return row?.count ?? 0;
  };
  await wait(Math.max(0, deadlineAt - Date.now()));
  const before = cpu();
  while ((await down()) < HERD && Date.now() < deadlineAt + 120_000) await wait(50);
  const after = cpu();
  console.log(
    `${await down()} deadlines at once: the last evaluated ${((Date.now() - deadlineAt) / 1_000).toFixed(2)} s late ` +
      `(CPU s: checker ${(after.checker - before.checker).toFixed(1)}, database ${(after.database - before.database).toFixed(1)})`,
  );
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
