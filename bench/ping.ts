import { type ChildProcess, spawn } from "node:child_process";
import { Agent, request } from "node:http";
import { join } from "node:path";

import { createPerson } from "@overdue/db";

import { ask } from "./ping/load.ts";
import { addListeningRoute, fillLogs, makeChecks } from "./ping/population.ts";
import { type Product, withProduct } from "./ping/product.ts";

/**
 * `npm run bench:ping`: durable pings per second and latency of the product as `npm start` starts it (api, checker and sender on
 * its own PostgreSQL, fsync on), compared to an empty route and to a transaction per ping, on the same machine in the same run.
 * Every check has a full ping log. After each load the bench counts the acknowledged pings in the table, and fails if one is
 * missing. BENCH_SECONDS: the length of each load; BENCH_CHECKS and BENCH_LOG: how many checks, and how many pings in the log
 * of each.
 */
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 8);
/** So many that no check gets more than 60 pings a minute. Beyond that, pings share rows, and the figures would be too good. */
const CHECKS = Number(process.env["BENCH_CHECKS"] ?? 5_000);
const LOG = Number(process.env["BENCH_LOG"] ?? 1_000);
const HAMMERED = 64;
const LONE_PINGS = 300;

type Load = {
  name: string;
  url: string;
  pingUuids: readonly string[];
  connections: number;
  /** Each request has its own connection. */
  isReconnecting?: boolean;
  /** Whether the pings are stored; the empty route stores none. */
  stores: boolean;
};
type Measured = { perSecond: number; lost: number };

let lost = 0;
await withProduct(async (product) => {
  const started = performance.now();
  const { projectId, pingUuids } = await makeChecks(product.pool, CHECKS);
  await fillLogs(product.superuser, projectId, LOG);
  console.log(
    `${CHECKS} checks with ${LOG} pings each, made in ${((performance.now() - started) / 1_000).toFixed(0)} s\n`,
  );
  const { child, port } = await startBaselines(product);
  try {
    const ours = `http://127.0.0.1:${product.port}/ping`;
    const emptyUrl = `http://127.0.0.1:${port}/empty`;
    const transactionUrl = `http://127.0.0.1:${port}/each`;
    // Each check's first ping makes it "up", which takes the longer way once in its life.
    await measure(product, {
      name: "first pings of checks",
      url: ours,
      pingUuids,
      connections: 64,
      stores: true,
    });
    for (const connections of [64, 256]) {
      const load = { pingUuids, connections, stores: true };
      const [empty, perTransaction, all] = [
        await measure(product, { ...load, name: "empty route", url: emptyUrl, stores: false }),
        await measure(product, { ...load, name: "transaction per ping", url: transactionUrl }),
        await measure(product, { ...load, name: "the product", url: ours }),
      ];
      console.log(
        `→ ${share(all, empty)} of an empty route, ${times(all, perTransaction)} times a transaction per ping\n`,
      );
    }
    const load = { pingUuids, connections: 64, stores: true };
    const reconnecting = { ...load, isReconnecting: true };
    const [empty, all] = [
      await measure(product, {
        ...reconnecting,
        name: "empty route, new connections",
        url: emptyUrl,
        stores: false,
      }),
      await measure(product, { ...reconnecting, name: "the product, new connections", url: ours }),
    ];
    console.log(`→ ${share(all, empty)} of an empty route\n`);
    await measure(product, {
      ...load,
      name: `${HAMMERED} checks hammered`,
      url: ours,
      pingUuids: pingUuids.slice(0, HAMMERED),
    });
    const [lone, loneEmpty] = [await latency(`${ours}/${pingUuids[0]}`), await latency(`${emptyUrl}/x`)];
    console.log(
      `a single ping: ${lone.toFixed(2)} ms, of an empty route ${loneEmpty.toFixed(2)} ms (medians of ${LONE_PINGS})`,
    );
    await printStorage(product);
    const { id: personId } = await createPerson(product.db, projectId, { name: "Nobody", channelIds: [] });
    await addListeningRoute(product.db, projectId, personId);
    await measure(product, { ...load, name: "a route notifies of each run", url: ours });
  } finally {
    child.kill();
  }
});
console.log(`${lost} acknowledged pings lost`);
process.exitCode = lost > 0 ? 1 : 0;

async function measure(product: Product, load: Load): Promise<Measured> {
  const stored = await countPings(product);
  const before = product.cpu();
  const { port, pathname } = new URL(load.url);
  const paths = load.pingUuids.map((pingUuid) => `${pathname}/${pingUuid}`);
  const answers = await ask({ ...load, port: Number(port), paths, seconds: SECONDS });
  const after = product.cpu();
  const { succeeded, failed, perSecond, p50, p99 } = answers;
  const missing = load.stores ? Math.max(0, succeeded - ((await countPings(product)) - stored)) : 0;
  lost += missing;
  const perPing = (kind: keyof typeof after) =>
    ((1_000 * (after[kind] - before[kind])) / succeeded).toFixed(3);
  console.log(
    `${load.name.padEnd(30)} ${String(load.connections).padStart(3)} connections: ${String(Math.round(perSecond)).padStart(6)}/s, ` +
      `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms` +
      (load.stores
        ? `; CPU ms per ping: api ${perPing("api")}, database ${perPing("database")}; lost ${missing}`
        : "") +
      (failed > 0 ? `; ${failed} not answered with success` : ""),
  );
  return { perSecond, lost: missing };
}

/** Prints how many updates of checks touched no index, and the disk space of a million pings, with their indexes. */
async function printStorage({ superuser }: Product): Promise<void> {
  const [updates] = await superuser.query<{ hot: number }>(
    "select 100.0 * n_tup_hot_upd / n_tup_upd as hot from pg_stat_user_tables where relname = 'checks'",
  );
  const tables = await superuser.query<{ name: string; megabytes: number }>(
    `select name, pg_total_relation_size(name::regclass) / (select count(*) from pings)::float8 as megabytes
       from unnest(array['pings', 'runs', 'slots']) name`,
  );
  console.log(
    `updates of checks that touched no index: ${Number(updates?.hot ?? 0).toFixed(1)} %; ` +
      `a million pings without bodies: ${tables.map(({ name, megabytes }) => `${name} ${megabytes.toFixed(0)} MB`).join(", ")}`,
  );
}

function share(one: Measured, of: Measured): string {
  return `${((100 * one.perSecond) / of.perSecond).toFixed(0)} %`;
}

function times(one: Measured, of: Measured): string {
  return (one.perSecond / of.perSecond).toFixed(1);
}

async function countPings({ superuser }: Product): Promise<number> {
  const rows = await superuser.query<{ count: number }>(
    "select coalesce(sum(1 + repeats), 0)::float8 as count from pings where number > $1",
    [LOG],
  );
  return rows[0]?.count ?? 0;
}

/** The median time of requests one after the other on one connection, in milliseconds. */
async function latency(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const took: number[] = [];
  for (let count = 0; count < LONE_PINGS; count += 1) {
    const begun = performance.now();
    await new Promise<void>((resolve, reject) => {
      request(url, { agent }, (answer) => answer.resume().once("end", resolve))
        .once("error", reject)
        .end();
    });
    took.push(performance.now() - begun);
  }
  agent.destroy();
  return took.toSorted((one, other) => one - other)[LONE_PINGS / 2] ?? Number.NaN;
}

async function startBaselines({ databaseUrl }: Product): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "ping/baselines.ts")], {
    env: { ...process.env, BENCH_DATABASE_URL: databaseUrl },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.once("data", (line: Buffer) => resolve(Number(line.toString().trim())));
    child.once("exit", () => reject(new Error("The baselines did not start.")));
  });
  return { child, port };
}
