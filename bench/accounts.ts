import { readConfig } from "@overdue/config";
import { createUser, hashPassword, migrate, openDb, openPool } from "@overdue/db";
import { aCheck, aProject } from "@overdue/testkit";
import pino from "pino";

import { createApp } from "../apps/api/src/app.ts";
import { openDeps } from "../apps/api/src/open-deps.ts";
import { withDatabase } from "../apps/supervisor/src/admin/instance.ts";
import { emptyDataDirectory } from "../e2e/support/product.ts";

/**
 * "node bench/accounts.ts": whether the time of an answer tells that an address has an account, or that a ping URL shares its
 * beginning with a real one. Prints Welch's t of both kinds of requests for each door, and fails above the limit.
 */
const SAMPLES = Number(process.env["SAMPLES"] ?? 100);
const WARM_UP = 10;
/** What is taken for a difference where times are compared in this way; by chance alone it comes once in 100,000 times. */
const T_MAX = 4.5;
const ORIGIN = "http://overdue.test";

type Ask = (isKnown: boolean, sample: number) => Promise<Response>;

function openApp(databaseUrl: string) {
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    SECRET_KEY: "k".repeat(32),
    API_RATE_LIMIT: "0",
    PUBLIC_URL: ORIGIN,
    REGISTRATION: "open",
    SMTP_URL: "smtp://127.0.0.1:1",
    MAIL_FROM: "alerts@overdue.test",
  });
  const { deps, pools, receiver } = openDeps(config, { log: pino({ level: "silent" }), site: null });
  let addresses = 0;
  const clientAddress = () => {
    addresses += 1;
    return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
  };
  const app = createApp({ ...deps, clientAddress });
  const close = async () => {
    await Promise.all([receiver.stop(), deps.changes.stop(), deps.workers.close()]);
    await Promise.all(pools.map((pool) => pool.end()));
  };
  return { app, deps, close };
}

const emailOf = (isKnown: boolean, sample: number) =>
  `${isKnown ? "known" : "nobody"}-${String(sample).padStart(6, "0")}@example.org`;

async function doorsOf({ app, deps }: ReturnType<typeof openApp>): Promise<Record<string, Ask>> {
  const passwordHash = await hashPassword("correct horse battery");
  for (let sample = 0; sample < SAMPLES + WARM_UP; sample += 1)
    await createUser(deps.db, { email: emailOf(true, sample), passwordHash });
  const { pingUuid } = await aCheck(deps.pool, await aProject(deps.pool));
  const post = (path: string, fields: object): Ask => {
    return async (isKnown, sample) =>
      await app.request(`/api/auth/${path}`, {
        method: "POST",
        headers: { origin: ORIGIN, "content-type": "application/json" },
        body: JSON.stringify({ email: emailOf(isKnown, sample), ...fields }),
      });
  };
  return {
    "sign-in": post("sign-in/email", { password: "a wrong password" }),
    "sign-up": post("sign-up/email", { password: "correct horse battery" }),
    "password reset": post("password-reset", {}),
    "link to sign in": post("sign-in/link", {}),
    "unknown ping URL": async (isKnown, sample) => {
      const rest = String(sample).padStart(12, "0");
      const beginning = isKnown ? pingUuid.slice(0, 24) : `${crypto.randomUUID().slice(0, 24)}`;
      return await app.request(`/ping/${beginning}${rest}`);
    },
  };
}

async function timesOf(ask: Ask): Promise<[known: number[], unknown: number[]]> {
  const times: [number[], number[]] = [[], []];
  for (let sample = 0; sample < SAMPLES + WARM_UP; sample += 1) {
    // In turn first, so that neither always finds the caches as the other left them.
    for (const isKnown of sample % 2 === 0 ? [true, false] : [false, true]) {
      const from = performance.now();
      await (await ask(isKnown, sample)).text();
      if (sample >= WARM_UP) times[isKnown ? 0 : 1].push(performance.now() - from);
    }
  }
  return times;
}

const mean = (times: readonly number[]) => times.reduce((sum, time) => sum + time, 0) / times.length;
const variance = (times: readonly number[]) =>
  times.reduce((sum, time) => sum + (time - mean(times)) ** 2, 0) / (times.length - 1);

/** The times without the slowest twentieth, in which the machine did something else. */
const withoutSlowest = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b).slice(0, Math.ceil(times.length * 0.95));

function welch(one: readonly number[], other: readonly number[]): number {
  const error = Math.sqrt(variance(one) / one.length + variance(other) / other.length);
  return (mean(one) - mean(other)) / error;
}

async function measure(databaseUrl: string): Promise<void> {
  const opened = openApp(databaseUrl);
  for (const [door, ask] of Object.entries(await doorsOf(opened))) {
    const [known, unknown] = (await timesOf(ask)).map(withoutSlowest) as [number[], number[]];
    const t = welch(known, unknown);
    if (Math.abs(t) > T_MAX) process.exitCode = 1;
    process.stdout.write(
      `${Math.abs(t) > T_MAX ? "OVER" : "ok  "} ${door}: ${mean(known).toFixed(2)} ms known, ${mean(unknown).toFixed(2)} ms unknown, t ${t.toFixed(2)} of ${T_MAX}\n`,
    );
  }
  await opened.close();
}

const data = await emptyDataDirectory();
try {
  await withDatabase({ ...process.env, DATA_DIR: data.path }, async ({ directUrl }) => {
    const pool = openPool({ url: directUrl, max: 2, name: "bench" });
    await migrate(pool);
    await openDb(pool).execute("analyze");
    await pool.end();
    await measure(directUrl);
  });
} finally {
  await data.remove();
}
