import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";

import { freePort } from "@overdue/postgres";

import { emptyDataDirectory } from "../e2e/support/product.ts";

/**
 * `npm run bench:start`: the time from `npm start` to the first accepted ping, with dependencies installed, the web app built
 * and an empty data directory. The ping creates its check, so it is stored before the response. The time includes npm itself,
 * which is why this bench does not start the product as the others do.
 */
const RUNS = Number(process.env["BENCH_RUNS"] ?? 5);
const AIM_MS = 3_000;
const PING_KEY = "bench-ping-key";

const times: number[] = [];
for (let run = 1; run <= RUNS; run += 1) {
  const ms = await measure();
  times.push(ms);
  console.log(`start ${run}: first accepted ping after ${(ms / 1000).toFixed(2)} s`);
}
const median = times.toSorted((one, other) => one - other)[Math.floor(RUNS / 2)] ?? 0;
console.log(`median of ${RUNS}: ${(median / 1000).toFixed(2)} s (aim: ${AIM_MS / 1000} s)`);

async function measure(): Promise<number> {
  const data = await emptyDataDirectory();
  const port = await freePort();
  const begun = performance.now();
  const product = spawn("npm", ["start"], {
    env: environment(data.path, port),
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exited = once(product, "exit");
  try {
    await Promise.race([
      firstPing(`http://127.0.0.1:${port}/ping/${PING_KEY}/bench?create=1`),
      exited.then(() => Promise.reject(new Error("npm start ended before it accepted a ping."))),
    ]);
    return performance.now() - begun;
  } finally {
    product.kill("SIGTERM");
    await exited;
    await data.remove();
  }
}

function environment(dataDir: string, port: number): NodeJS.ProcessEnv {
  return {
    ...process.env,
    DATA_DIR: dataDir,
    PORT: String(port),
    BOOTSTRAP_EMAIL: "bench@example.org",
    BOOTSTRAP_PASSWORD: "a password for the bench",
    BOOTSTRAP_PING_KEY: PING_KEY,
  };
}

async function firstPing(url: string): Promise<void> {
  const status = await fetch(url).then(
    async (response) => (await response.text(), response.status),
    () => 0,
  );
  if (status !== 200 && status !== 201) await wait(5).then(() => firstPing(url));
}
