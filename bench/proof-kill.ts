import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";

import { Redis } from "ioredis";

import { addHerd, makeModel } from "./alerts/herd.ts";
import { type Product, startProduct } from "./alerts/product.ts";

/**
 * `npm run proof:kill`: 1,000 checks miss their deadline at once; while their alerts go out the checker is killed with
 * SIGKILL ten times (and started again), then the same with Redis emptied ten times over. Every alert must arrive; a
 * crash may repeat what was sent and not yet recorded. Prints how many were lost and how many came twice.
 */
const CHECKS = Number(process.env["PROOF_CHECKS"] ?? 1_000);
const BLOWS = Number(process.env["PROOF_BLOWS"] ?? 10);
const ANSWER_MS = Number(process.env["SINK_ANSWER_MS"] ?? 0);
const TWICE_MAX = BLOWS;
const LONGEST_MS = 120_000;

type Blow = (product: Product, checker: Awaited<ReturnType<Product["startChecker"]>>) => Promise<Checker>;
type Checker = Awaited<ReturnType<Product["startChecker"]>>;

const kill: Blow = async (product, checker) => {
  const exited = once(checker, "exit");
  checker.kill("SIGKILL");
  await exited;
  return product.startChecker();
};

const flush: Blow = async ({ redisUrl }, checker) => {
  const redis = new Redis(redisUrl ?? "");
  await redis.flushall();
  redis.disconnect();
  return checker;
};

let wrong = 0;
await prove("postgres", "SIGKILL of the checker", kill);
if (process.env["PROOF_SHORT"] === undefined) await prove("redis", "SIGKILL of the checker", kill);
await prove("redis", "FLUSHALL", flush);
process.exitCode = wrong > 0 ? 1 : 0;

async function prove(store: "postgres" | "redis", name: string, blow: Blow): Promise<void> {
  const product = await startProduct(store, ANSWER_MS);
  try {
    const model = await makeModel(product.pool, product.sink.url);
    const deadlineAt = Date.now() + 3_000;
    await addHerd(product.pool, model, { count: CHECKS, deadlineAt });
    let checker = await product.startChecker();
    for (let number = 1; number <= BLOWS; number += 1) {
      await received(product, Math.floor((CHECKS * number) / (BLOWS + 1)));
      checker = await blow(product, checker);
    }
    const struckAt = Date.now();
    await received(product, CHECKS);
    const restSeconds = ((Date.now() - struckAt) / 1_000).toFixed(1);
    await wait(5_000); // whatever comes twice has come by then
    tell(
      `${store}, ${name}, ${BLOWS} times`,
      (await product.sink.calls()).map(([id]) => id),
      restSeconds,
    );
  } finally {
    await product.stop();
  }
}

function tell(what: string, ids: readonly string[], restSeconds: string): void {
  const missing = CHECKS - new Set(ids).size;
  const twice = ids.length - new Set(ids).size;
  if (missing > 0 || twice > TWICE_MAX) wrong += 1;
  console.log(
    `${what}: ${CHECKS} alerts, lost ${missing}, came twice ${twice} (at most ${TWICE_MAX}); ` +
      `the last arrived ${restSeconds} s after the last blow`,
  );
}

/** Waits until so many different alerts have arrived. */
async function received({ sink }: Product, count: number): Promise<void> {
  const until = Date.now() + LONGEST_MS;
  while (new Set((await sink.calls()).map(([id]) => id)).size < count && Date.now() < until) await wait(20);
}
