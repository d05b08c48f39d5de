import { chmodSync, globSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { buildBroken } from "./broken.ts";
import { PingClient } from "./client.ts";
import { alertTimes, countRepeats, recoveryTimes, type Repeats, type Times } from "./figures.ts";
import { injectFaults } from "./inject.ts";
import { type Job, live } from "./jobs.ts";
import { Ledger, now, watchOwnStalls } from "./ledger.ts";
import { type Memory, watchMemory } from "./memory.ts";
import type { Options } from "./options.ts";
import { createPopulation } from "./population.ts";
import { type Product, startProduct } from "./product.ts";
import { type Provider, startProvider } from "./provider.ts";
import { type Random, randomFrom } from "./random.ts";
import { type Findings, readStored, verify } from "./verify.ts";

/** What came out of one run. */
export type Result = {
  options: Options;
  findings: Findings;
  acked: number;
  problems: number;
  outages: number;
  kills: number;
  faults: number;
  repeats: Repeats;
  recovery: ReadonlyMap<string, Times>;
  alerts: Times;
  memory: readonly Memory[];
  /** Where the ledger and the logs are kept after a failure; null: nothing failed. */
  kept: string | null;
};

export type Progress = (state: { share: number; acked: number; notified: number; fault: string }) => void;

const WARM_MS = 8_000;

/** Starts the product, lets its jobs run under faults, waits until all is notified, and compares. */
export async function runChaos(options: Options, progress: Progress): Promise<Result> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "overdue-chaos-")));
  chmodSync(home, 0o755);
  const ledger = new Ledger(home);
  const provider = await startProvider(ledger);
  const source = options.broken === null ? options.source : buildBroken(options, join(home, "broken"));
  const product = await startProduct({ ...options, source }, home);
  const stopWatching = watchOwnStalls(ledger);
  let isClean = false;
  try {
    const random = randomFrom(options.seed);
    const jobs = await createPopulation(product, { options, provider, random });
    const { late, memory } = await runJobs({ options, ledger, provider, product, jobs, progress, random });
    await untilAllIsStored(product, options.settleMs);
    const stored = await readStored(product);
    const findings = verify({ ledger, jobs, stored, provider, late });
    const result = { options, findings, memory, ...figuresOf(ledger, jobs), outages: stored.outages.length };
    isClean = faultsOf(result).length === 0;
    return { ...result, kept: isClean ? null : home };
  } finally {
    stopWatching();
    await product.stop();
    provider.close();
    ledger.close();
    if (isClean) rmSync(home, { recursive: true, force: true });
  }
}

function figuresOf(ledger: Ledger, jobs: readonly Job[]) {
  return {
    acked: ledger.ackedAt.length,
    problems: ledger.episodes.length,
    kills: ledger.faults.filter(({ isKill }) => isKill).length,
    faults: ledger.faults.length,
    repeats: countRepeats(ledger),
    recovery: recoveryTimes(ledger),
    alerts: alertTimes(ledger, jobs),
  };
}

/** More than so many copies of 10,000 messages, without a lost answer, is a fault. */
export const REPEATS_MAX = 10;

/** In a short run one copy is more than its share already; so many are no fault in any run. */
const REPEATS_ALWAYS = 2;

export function repeatsPerTenThousand({ repeated, deliveries }: Repeats): number {
  return deliveries === 0 ? 0 : (repeated / deliveries) * 10_000;
}

export function isRepeatedTooOften(repeats: Repeats): boolean {
  return repeats.repeated > REPEATS_ALWAYS && repeatsPerTenThousand(repeats) > REPEATS_MAX;
}

/** What is wrong with a run, a sentence for each; empty where all is as it must be. */
export function faultsOf({
  findings,
  repeats,
  acked,
}: Pick<Result, "findings" | "repeats" | "acked">): string[] {
  const { excused: _, ...wrong } = findings;
  return [
    ...(acked === 0 ? ["No ping was acknowledged, so nothing was tried."] : []),
    ...(isRepeatedTooOften(repeats)
      ? [`${repeats.repeated} of ${repeats.deliveries} messages were repeated.`]
      : []),
    ...Object.entries(wrong).flatMap(([name, all]) => all.map((sentence) => `${name}: ${sentence}`)),
  ];
}

type Running = {
  options: Options;
  ledger: Ledger;
  provider: Provider;
  product: Product;
  jobs: readonly Job[];
  random: Random;
  progress: Progress;
};

async function runJobs({ options, ledger, provider, product, jobs, random, progress }: Running) {
  const begun = now();
  const until = begun + WARM_MS + options.minutes * 60_000;
  const client = new PingClient(
    product.instances.map(({ origin }) => origin),
    ledger,
  );
  const state = { mayFail: true, isOver: false, fault: "" };
  const memory = watchMemory(product);
  const notified = () => ledger.episodes.filter((episode) => episode.until !== null).length;
  const show = () =>
    progress({
      share: Math.min(1, (now() - begun) / (until - begun)),
      acked: ledger.ackedAt.length,
      notified: notified(),
      fault: state.fault,
    });
  const timer = setInterval(show, 1_000);
  const world = {
    client,
    ledger,
    random,
    heard: (job: Job, type: "check.down" | "check.up", since: number) =>
      provider.notified(job.checkId, type, since),
    mayFail: () => state.mayFail,
    isOver: () => state.isOver,
  };
  const living = jobs.map(async (job) => [job.id, await live(job, world)] as const);
  await wait(WARM_MS);
  const onFault = (name: string) => {
    state.fault = name;
    if (options.isVerbose) process.stderr.write(`\n${new Date().toISOString()} ${name}\n`);
  };
  const plan = { until, everyMs: options.faultEveryMs, only: options.only, onFault };
  await injectFaults({ product, provider, random: randomFrom(options.seed + 1), ledger }, plan);
  state.mayFail = false;
  state.fault = "settling";
  await settle(ledger, options.settleMs);
  state.isOver = true;
  client.end();
  const late = new Map(await Promise.all(living));
  clearInterval(timer);
  return { late, memory: memory.stop() };
}

/** Waits until no receiver keeps a ping on its disk any more. */
async function untilAllIsStored({ instances }: Product, msMax: number): Promise<void> {
  const until = now() + msMax;
  const keeps = (directory: string) => globSync(join(directory, "spool", "*", "*.spool")).length > 0;
  while (now() < until && instances.some(({ dataDirectory }) => keeps(dataDirectory))) await wait(500);
}

/** Waits until every problem is over and notified, or until it should have been long ago. */
async function settle({ episodes }: Ledger, msMax: number): Promise<void> {
  const until = now() + msMax;
  while (now() < until && episodes.some((episode) => episode.until === null)) await wait(500);
  // What would be notified falsely, or twice, comes within this time.
  await wait(Math.min(WARM_MS, msMax));
}
