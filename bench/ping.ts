import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { defaultSettings, fold, newCheck } from "@overdue/core";
import { type Pool, createCheck, migrate, openDb, openPool } from "@overdue/db";
import { initialise, startServer } from "@overdue/postgres";
import autocannon from "autocannon";

/**
 * `npm run bench:ping`: durable pings a second and latency through HTTP, beside an empty route and a transaction per
 * ping, on the same machine in the same run. PostgreSQL runs with its safe defaults (fsync on). Afterwards every
 * acknowledged ping is counted in the table.
 */
/** So many that no check gets more than 60 pings a minute: beyond that, pings share rows, which would flatter the figures. */
const CHECKS = 5_000;
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 8);
const CONNECTIONS = [64, 256];
const ROUTES = ["empty", "each", "ping"] as const;

type Route = (typeof ROUTES)[number];
type Measured = { route: Route; connections: number; perSecond: number; p50: number; p99: number };
type Load = { port: number; connections: number; pingUuids: string[] };

const home = realpathSync(mkdtempSync(join(tmpdir(), "overdue-bench-")));
chmodSync(home, 0o755);
await initialise(join(home, "postgres"), "bench");
const postgres = await startServer({
  directory: join(home, "postgres"),
  logFile: join(home, "postgres.log"),
});
const url = `postgres://postgres:bench@127.0.0.1:${postgres.port}/postgres`;
const pool = openPool({ url, max: 4, name: "bench", statementTimeoutMs: 120_000 });
let server: ChildProcess | undefined;
try {
  await migrate(pool);
  const pingUuids = await makeChecks(pool);
  server = spawn(
    process.execPath,
    [
      ...(process.env["BENCH_PROFILE"] ? ["--cpu-prof", "--cpu-prof-dir=/tmp/prof"] : []),
      join(import.meta.dirname, "ping-server.ts"),
    ],
    {
      env: { ...process.env, BENCH_DATABASE_URL: url },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const port = await printedPort(server);
  let lost = 0;
  for (const connections of CONNECTIONS) lost += await compare({ port, connections, pingUuids });
  process.exitCode = lost > 0 ? 1 : 0;
} finally {
  server?.kill();
  await pool.end();
  await postgres.stop();
  rmSync(home, { recursive: true, force: true });
}

/** Returns how many acknowledged pings are missing. */
async function compare(load: Load): Promise<number> {
  const results: Measured[] = [];
  let lost = 0;
  for (const route of ROUTES) {
    const before = await countPings();
    const { measured, acknowledged } = await measure(route, load);
    const stored = (await countPings()) - before;
    results.push(measured);
    if (route !== "empty") lost += Math.max(0, acknowledged - stored);
    console.log(
      lineOf(measured),
      route === "empty" ? "" : `(acknowledged ${acknowledged}, stored ${stored})`,
    );
  }
  const rate = (route: Route) => results.find((result) => result.route === route)?.perSecond ?? Number.NaN;
  const times = (rate("ping") / rate("each")).toFixed(1);
  const share = ((100 * rate("ping")) / rate("empty")).toFixed(0);
  console.log(
    `→ ${times} times a transaction per ping, ${share} % of an empty route; ${lost} acknowledged pings lost\n`,
  );
  return lost;
}

async function measure(
  route: Route,
  { port, connections, pingUuids }: Load,
): Promise<{ measured: Measured; acknowledged: number }> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    duration: SECONDS,
    requests: pingUuids.map((pingUuid) => ({ path: `/${route}/${pingUuid}` })),
  });
  const { p50, p99 } = result.latency;
  return {
    measured: { route, connections, perSecond: result.requests.average, p50, p99 },
    acknowledged: result["2xx"],
  };
}

function lineOf({ route, connections, perSecond, p50, p99 }: Measured): string {
  const name = { empty: "empty route", each: "transaction per ping", ping: "shared transactions" }[route];
  const rate = String(Math.round(perSecond)).padStart(6);
  return `${name.padEnd(20)} ${connections} connections: ${rate} pings/s, p50 ${p50} ms, p99 ${p99} ms`;
}

async function makeChecks(on: Pool): Promise<string[]> {
  const rows = await on.query<{ id: string }>(
    "insert into projects (name, badge_key) values ('bench', 'bench') returning id",
  );
  const projectId = rows[0]?.id ?? "";
  const schedule = { kind: "interval", everySeconds: 3_600 } as const;
  const settings = { ...defaultSettings, schedule, graceSeconds: 600 };
  const at = Date.now();
  for (let i = 0; i < CHECKS; i += 1) {
    const { check, nextAt } = fold(newCheck(randomUUID(), at, settings), { kind: "time", now: at });
    await createCheck(openDb(on), {
      projectId,
      details: { name: `bench ${i}` },
      check,
      nextAt,
      channelIds: [],
    });
  }
  const made = await on.query<{ ping_uuid: string }>("select ping_uuid from checks");
  return made.map((row) => row.ping_uuid);
}

async function countPings(): Promise<number> {
  const rows = await pool.query<{ count: number }>(
    "select coalesce(sum(1 + repeats), 0)::float8 as count from pings",
  );
  return rows[0]?.count ?? 0;
}

function printedPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", (line: Buffer) => resolve(Number(line.toString().trim())));
    child.once("exit", () => reject(new Error("The server under test did not start.")));
  });
}
