import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import { openPool } from "@overdue/db";

import { withDatabase } from "../../apps/supervisor/src/admin/instance.ts";
import type { Fault, World } from "./fault.ts";
import { GRACE_SECONDS } from "./jobs.ts";
import { now } from "./ledger.ts";
import { HOOKS } from "./population.ts";
import { signal } from "./processes.ts";
import type { Product } from "./product.ts";

/** So long that the deadline of every job comes within it. */
const PAST_EVERY_DEADLINE_MS = 2 * GRACE_SECONDS * 1_000;
const FLUSH_EVERY_MS = 500;

/** Faults that come at the moment when they can do the most. A planted fault of the product that each meets is in planted.ts. */
export const COMBINED: readonly Fault[] = [
  // Pings cannot be stored, and are kept on disk; everything else goes on, the evaluation of deadlines too.
  { name: "lock the table of pings", weight: 1, isHeavy: true, run: lockPings },
  // Nobody receives a ping, and everything else goes on.
  { name: "freeze all receivers", weight: 1, isHeavy: true, run: freezeReceivers },
  // Every announced retry is lost before it is due.
  {
    name: "lose retries",
    weight: 2,
    isPossible: ({ redis }) => redis !== null,
    run: loseRetries,
  },
];

async function lockPings({ product, random }: World): Promise<void> {
  const until = now() + random.between(1, 1.3) * PAST_EVERY_DEADLINE_MS;
  await withDatabase({ ...process.env, ...product.environment() }, async ({ directUrl }) => {
    const pool = openPool({ url: directUrl, max: 1, name: "chaos" });
    try {
      await pool.transaction(async (client) => {
        await client.query("lock table pings in exclusive mode");
        // A transaction that is idle for long is ended by the server.
        while (now() < until) await client.query("select pg_sleep(1)");
      });
    } finally {
      await pool.end();
    }
  });
}

/** Their supervisors are frozen too, since they would start them again. */
async function freezeReceivers({ product: { instances }, random }: World): Promise<boolean> {
  const [supervisors, receivers] = [
    instances.map(({ pid }) => pid()),
    instances.map((one) => one.process("api")),
  ];
  const found = [...receivers, ...supervisors].flatMap((pid) => pid ?? []);
  // One that is just being started would go on receiving.
  if (found.length < 2 * instances.length) return false;
  for (const pid of [...supervisors, ...receivers]) if (pid !== null) signal(pid, "SIGSTOP");
  await wait(random.between(1, 1.3) * PAST_EVERY_DEADLINE_MS);
  for (const pid of found) signal(pid, "SIGCONT");
  return true;
}

async function loseRetries({ product, provider, random }: World): Promise<void> {
  const until = now() + random.between(8_000, 16_000);
  for (let hook = 0; hook < HOOKS; hook += 1) provider.setMood(hook, "500");
  while (now() < until) {
    await wait(FLUSH_EVERY_MS);
    await flushAll(product);
  }
  for (let hook = 0; hook < HOOKS; hook += 1) provider.setMood(hook, "ok");
}

/** Empties Redis. @returns false where there is none */
export async function flushAll({ redis }: Product): Promise<boolean> {
  if (redis === null) return false;
  const socket = connect(redis.port(), "127.0.0.1");
  socket.on("error", () => undefined);
  // Unread, its answer would keep the connection open.
  socket.resume().end("FLUSHALL\r\n");
  await new Promise((resolve) => socket.once("close", resolve));
  return true;
}
