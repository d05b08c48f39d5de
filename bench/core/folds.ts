import { type Check, defaultSettings, fold, newCheck } from "@overdue/core";
import { type Kind, KINDS } from "./kinds.ts";
import { median, report } from "./report.ts";

const START = 1_800_000_000_000;
const ROUND = 10_000;
const ROUNDS = 5;

/** Prints how many folds per second one core does, for a check that gets a success for each slot, and for one with starts too. */
export function benchFolds(seconds: number): void {
  for (const kind of KINDS) report({ name: kind.name, unit: "folds/s", perSecond: folds(kind, { seconds }) });
  const [interval] = KINDS;
  if (interval === undefined) return;
  const perSecond = folds(interval, { seconds, withRuns: true });
  report({ name: `${interval.name}, start and success with run ids`, unit: "folds/s", perSecond });
}

type Course = { seconds: number; withRuns?: boolean };

function folds({ name, schedule, everySeconds }: Kind, { seconds, withRuns = false }: Course): number {
  const job = { check: newCheck("bench", START, { ...defaultSettings, schedule }), at: START };
  const work = () => {
    for (let count = 0; count < ROUND; count += 1) ping(job, everySeconds, withRuns);
    return ROUND * (withRuns ? 2 : 1);
  };
  work();
  const rates = Array.from({ length: ROUNDS }, () => rateOf(work, seconds / ROUNDS));
  if (job.check.state.status !== "up")
    throw new Error(`${name}: the bench's check is ${job.check.state.status}`);
  return median(rates);
}

function ping(job: { check: Check; at: number }, everySeconds: number, withRuns: boolean): void {
  job.at += everySeconds * 1000;
  const rid = withRuns ? `r${job.at}` : null;
  if (withRuns)
    job.check = fold(job.check, { kind: "ping", ping: pingOf("start", job.at - 60_000, rid) }).check;
  job.check = fold(job.check, { kind: "ping", ping: pingOf("success", job.at, rid) }).check;
}

function rateOf(work: () => number, seconds: number): number {
  const began = performance.now();
  let done = 0;
  while (performance.now() - began < seconds * 1000) done += work();
  return done / ((performance.now() - began) / 1000);
}

function pingOf(kind: "start" | "success", at: number, rid: string | null) {
  return { id: `${kind}${at}`, kind, at, rid, exitStatus: null, host: "host", digest: null };
}
