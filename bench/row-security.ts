import { readConfig } from "@overdue/config";
import { createKey, migrate, openDb, openPool, type Pool, RowSecurity } from "@overdue/db";
import pino from "pino";

import { createApp } from "../apps/api/src/app.ts";
import { openDeps } from "../apps/api/src/open-deps.ts";
import { withDatabase } from "../apps/supervisor/src/admin/instance.ts";
import { emptyDataDirectory } from "../e2e/support/product.ts";
import { fillProject } from "./check-list/fill.ts";

/**
 * "node bench/row-security.ts": what row-level security costs the pages. The same requests go to two applications on one
 * database, one of them without it, in turn; prints the ratio of their times, and fails above the limit.
 */
const ROUNDS = 150;
const WARM_UP = 20;
const RATIO_MAX = 1.05;

/** What each page asks of its project. */
const PAGES: Record<string, (checkId: string) => string[]> = {
  "list of 300 checks": () => ["/check-overviews?limit=300"],
  "a check": (id) => [
    `/checks/${id}`,
    `/checks/${id}/slots?limit=50`,
    `/checks/${id}/pings?limit=50`,
    `/checks/${id}/incidents?limit=20`,
    `/checks/${id}/durations`,
  ],
  incidents: () => ["/incidents?limit=50", "/storms?limit=20"],
  channels: () => ["/channels?limit=100", "/routes", "/deliveries?limit=50"],
};

/** Stands for row-level security where there is none. */
class Without extends RowSecurity {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    super({ primary: pool, sessions: pool, onMissing: () => undefined });
    this.#pool = pool;
  }

  override poolOf(_projectId: string, over = this.#pool): Pool {
    return over;
  }
}

function openApp(databaseUrl: string, isSecured: boolean) {
  const config = readConfig({ DATABASE_URL: databaseUrl, SECRET_KEY: "k".repeat(32), API_RATE_LIMIT: "0" });
  const { deps, pools, receiver } = openDeps(config, { log: pino({ level: "warn" }), site: null });
  const app = createApp({
    ...deps,
    clientAddress: () => "203.0.113.1",
    ...(!isSecured && { rowSecurity: new Without(deps.pool) }),
  });
  const close = async () => {
    await Promise.all([receiver.stop(), deps.changes.stop(), deps.workers.close()]);
    await Promise.all(pools.map((pool) => pool.end()));
  };
  return { app, close };
}

type Opened = ReturnType<typeof openApp>;

async function loadPage({ app }: Opened, paths: readonly string[], key: string): Promise<number> {
  const from = performance.now();
  await Promise.all(
    paths.map(async (path) => {
      const response = await app.request(path, { headers: { authorization: `Bearer ${key}` } });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      await response.text();
    }),
  );
  return performance.now() - from;
}

const median = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

async function compare(databaseUrl: string, project: { id: string; key: string; checkId: string }) {
  const [secured, plain] = [openApp(databaseUrl, true), openApp(databaseUrl, false)];
  let [securedMs, plainMs] = [0, 0];
  for (const [page, pathsOf] of Object.entries(PAGES)) {
    const paths = pathsOf(project.checkId).map((path) => `/v1/projects/${project.id}${path}`);
    const times: { secured: number[]; plain: number[] } = { secured: [], plain: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      // In turn first, so that neither always finds the processor's caches as the other left them.
      const order = round % 2 === 0 ? (["secured", "plain"] as const) : (["plain", "secured"] as const);
      for (const which of order) {
        const ms = await loadPage(which === "secured" ? secured : plain, paths, project.key);
        if (round >= WARM_UP) times[which].push(ms);
      }
    }
    const [with_, without] = [median(times.secured), median(times.plain)];
    process.stdout.write(
      `${page}: ${with_.toFixed(2)} ms with, ${without.toFixed(2)} ms without, ratio ${(with_ / without).toFixed(3)}\n`,
    );
    [securedMs, plainMs] = [securedMs + with_, plainMs + without];
  }
  await secured.close();
  await plain.close();
  return securedMs / plainMs;
}

async function fill(pool: Pool) {
  await migrate(pool);
  const db = openDb(pool);
  for (let other = 0; other < 5; other += 1) await fillProject({ db, pool }, { email: "", count: 100 });
  const id = await fillProject({ db, pool }, { email: "", count: 300 });
  await pool.query("analyze");
  const [check] = await pool.query<{ id: string }>(
    "select id from checks where project_id = $1 order by id limit 1",
    [id],
  );
  const { key } = await createKey(db, { projectId: id, name: "bench", scope: "write" });
  return { id, key, checkId: check?.id ?? "" };
}

const data = await emptyDataDirectory();
try {
  const ratio = await withDatabase({ ...process.env, DATA_DIR: data.path }, async ({ directUrl }) => {
    const pool = openPool({ url: directUrl, max: 2, name: "bench" });
    const project = await fill(pool);
    await pool.end();
    return await compare(directUrl, project);
  });
  if (ratio > RATIO_MAX) process.exitCode = 1;
  process.stdout.write(
    `${ratio > RATIO_MAX ? "OVER" : "ok  "} all pages: ${ratio.toFixed(3)} of ${RATIO_MAX}\n`,
  );
} finally {
  await data.remove();
}
