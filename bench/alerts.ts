import { setTimeout as wait } from "node:timers/promises";

import { type Model, addHerd, makeModel } from "./alerts/herd.ts";
import { type Product, startProduct } from "./alerts/product.ts";

/**
 * `npm run bench:alerts [500 10000]`: N checks with the same deadline, and one webhook channel whose receiver takes 200 ms per
 * call. Api, checker, sender, PostgreSQL and Redis are the product's own processes. Prints, in both queue modes, the time from
 * the deadline to the first, median and last call; the latency of single checks, measured many times; and how long the same
 * calls take a loop that only sends them, with as many at once as the product makes.
 */
const ANSWER_MS = 200;
const HERDS = process.argv
  .slice(2)
  .filter((word) => /^\d+$/.test(word))
  .map(Number);
const STORES = (["postgres", "redis"] as const).filter(
  (store) => (process.env["BENCH_STORE"] ?? store) === store,
);
const LONE_CHECKS = Number(process.env["BENCH_LONE"] ?? 100);
const LONE_EVERY_MS = 170;
const WAIT_MS_MAX = 180_000;
const CALLS_AT_ONCE = 200;

let wrong = 0;
for (const store of STORES) {
  const product = await startProduct(store, ANSWER_MS);
  try {
    const model = await makeModel(product.pool, product.sink.url);
    await product.startChecker();
    await product.startSender();
    await untilItEvaluates(product);
    if (LONE_CHECKS > 0) await measureLone(product, model, store);
    for (const count of HERDS.length > 0 ? HERDS : [500, 10_000])
      await measureHerd(product, { model, store, count });
  } finally {
    await product.stop();
  }
}
process.exitCode = wrong > 0 ? 1 : 0;

/** Resolves once the checker evaluates deadlines and the sender is ready. */
async function untilItEvaluates({ pool }: Product): Promise<void> {
  const rows = await pool.query("select from checkers where watermark_at is not null");
  if (rows.length === 0) await wait(50).then(() => untilItEvaluates({ pool } as Product));
  else await wait(2_000); // the other work of a start must not be measured
}

async function measureLone(product: Product, model: Model, store: string): Promise<void> {
  await product.sink.forget();
  const first = Date.now() + 1_500;
  // 7 ms more each time, so that deadlines fall into all parts of a second.
  const deadlines = Array.from({ length: LONE_CHECKS }, (_, index) => first + index * (LONE_EVERY_MS + 7));
  for (const deadlineAt of deadlines) await addHerd(product.pool, model, { count: 1, deadlineAt });
  const calls = await waitForCalls(product, LONE_CHECKS, (deadlines.at(-1) ?? first) + 30_000);
  const latencies = (await latenciesOf(product, calls)).toSorted((one, other) => one - other);
  const at = (share: number) => latencies[Math.max(0, Math.ceil(latencies.length * share) - 1)];
  console.log(
    `${store}: a single check, ${latencies.length} times: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, maximum ${at(1)} ms (aim: p99 250 ms)`,
  );
}

/** The milliseconds from the deadline of each call to its arrival. */
async function latenciesOf({ pool }: Product, calls: readonly [string, number][]): Promise<number[]> {
  const rows = await pool.query<{ id: string; at: number }>(
    `select d.id, (extract(epoch from f.at) * 1000)::float8 as at
       from deliveries d join flips f on f.id = d.flip_id where d.id = any($1::uuid[])`,
    [calls.map(([id]) => id)],
  );
  const deadlineOf = new Map(rows.map(({ id, at }) => [id, at]));
  return calls.map(([id, receivedAt]) => Math.round(receivedAt - (deadlineOf.get(id) ?? Number.NaN)));
}

async function measureHerd(
  product: Product,
  { model, store, count }: { model: Model; store: string; count: number },
): Promise<void> {
  const floorMs = await measureBareCalls(product.sink.url, count);
  await product.sink.forget();
  const deadlineAt = Math.ceil((Date.now() + 1_500 + count / 2) / 1_000) * 1_000;
  await addHerd(product.pool, model, { count, deadlineAt });
  await product.pool.query("analyze checks");
  if (Date.now() > deadlineAt)
    console.log("The herd was made too late: the figures include the time for making it.");
  const calls = await waitForCalls(product, count, deadlineAt + WAIT_MS_MAX);
  const after = calls.map(([, at]) => at - deadlineAt);
  const twice = calls.length - new Set(calls.map(([id]) => id)).size;
  const missing = count - new Set(calls.map(([id]) => id)).size;
  if (twice + missing > 0) wrong += 1;
  const last = after.at(-1) ?? Number.NaN;
  const seconds = (ms: number | undefined) => `${((ms ?? Number.NaN) / 1_000).toFixed(2)} s`;
  console.log(
    `${store}: ${count} checks: first ${seconds(after[0])}, median ${seconds(after[Math.floor(after.length / 2)])}, ` +
      `last ${seconds(last)}; twice ${twice}, missing ${missing}; ` +
      `${(last / floorMs).toFixed(1)} times the bare calls (${seconds(floorMs)}, ${CALLS_AT_ONCE} at once)`,
  );
}

/** Waits until `count` calls have come, or until `untilMs`. @returns the calls */
async function waitForCalls({ sink }: Product, count: number, untilMs: number): Promise<[string, number][]> {
  for (;;) {
    const calls = await sink.calls();
    if (calls.length >= count || Date.now() > untilMs) {
      await wait(1_000); // for calls that come twice
      return sink.calls();
    }
    await wait(500);
  }
}

/** How long a loop that does nothing else takes for the same number of calls, without the time of the receiver. */
async function measureBareCalls(url: string, count: number): Promise<number> {
  const begun = performance.now();
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await (await fetch(url, { method: "POST", body: "{}" })).text();
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, worker));
  return performance.now() - begun - ANSWER_MS;
}
