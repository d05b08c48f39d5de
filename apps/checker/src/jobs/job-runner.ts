import { setTimeout as wait } from "node:timers/promises";

import { claimJobRun, type Db } from "@overdue/db";
import type { Logger } from "pino";

import type { WorkQueue } from "../queue/work-queue.ts";
import type { MaintenanceJob } from "./maintenance-jobs.ts";

export type JobRunnerOptions = {
  db: Db;
  /** Gives each job, when it is due, to one of the processes. */
  queue: WorkQueue<unknown>;
  jobs: readonly MaintenanceJob[];
  log: Logger;
  /** Milliseconds until the first run; `FIRST_AFTER_MS` by default. */
  firstAfterMs?: number;
  /** Milliseconds between two sweeps for jobs that the queue did not bring; `SWEEP_EVERY_MS` by default. */
  sweepEveryMs?: number;
};

const BATCH = 5_000;
/** The pause between two batches, so that pings come first. */
const PAUSE_MS = 200;
/** No job is urgent, and at the start everything else is. */
const FIRST_AFTER_MS = 30_000;
const SWEEP_EVERY_MS = 30_000;
/** A job that the queue has not brought this long after it was due is run by the sweep. */
const LATE_SECONDS = 60;

/**
 * Runs maintenance jobs, each at its interval in one of the processes. The queue keeps their times, as BullMQ job schedulers.
 * PostgreSQL keeps when each was run last, so that a sweep can run what the queue lost or cannot bring. @returns a function
 * that stops it
 */
export function startJobs(options: JobRunnerOptions): () => Promise<void> {
  const { queue, jobs, sweepEveryMs = SWEEP_EVERY_MS } = options;
  const stopping = new AbortController();
  const runner = { ...options, signal: stopping.signal };
  const byName = new Map(jobs.map((one) => [one.name, one]));
  let working: Promise<void> = Promise.resolve();
  // One job at a time, whether the queue or the sweep brings it.
  const inTurn = (work: () => Promise<void>) => (working = working.then(work));
  queue.process(async (_, name) => {
    const brought = byName.get(name);
    if (brought !== undefined) await inTurn(() => runUnlessRecent(brought, brought.everySeconds / 2, runner));
  });
  const sweep = () => {
    void ensureSchedules(runner);
    for (const one of jobs) void inTurn(() => runUnlessRecent(one, one.everySeconds + LATE_SECONDS, runner));
  };
  void ensureSchedules(runner);
  const timer = setInterval(sweep, sweepEveryMs);
  return async () => {
    stopping.abort();
    clearInterval(timer);
    await working;
  };
}

type Runner = JobRunnerOptions & { signal: AbortSignal };

/** Adds the schedules again and again, because a queue that was emptied loses them without an error. */
async function ensureSchedules({ queue, jobs, firstAfterMs = FIRST_AFTER_MS }: Runner): Promise<void> {
  const schedules = jobs.map(({ name, everySeconds }) => ({ name, everySeconds, firstAfterMs }));
  await queue.schedule(schedules).catch(() => undefined); // the queue has reported it
}

/** Runs a job, unless any process has run it within the last `minSecondsSinceLastRun`. Never rejects. */
async function runUnlessRecent(
  one: MaintenanceJob,
  minSecondsSinceLastRun: number,
  runner: Runner,
): Promise<void> {
  const { db, log, signal } = runner;
  if (signal.aborted) return;
  try {
    if (!(await claimJobRun(db, one.name, minSecondsSinceLastRun))) return;
    let rows = 0;
    let last = BATCH;
    while (last >= BATCH && !signal.aborted) {
      last = (await one.run(db, BATCH)) ?? 0;
      rows += last;
      if (last >= BATCH) await wait(PAUSE_MS);
    }
    if (rows > 0 && one.prunes !== undefined) log.info(`Pruned ${rows.toLocaleString("en")} ${one.prunes}.`);
  } catch (error) {
    log.warn({ err: error, job: one.name }, "A maintenance job failed; it is run again later.");
  }
}
