import { ProblemLog } from "@overdue/db";
import type { Logger } from "pino";

import { type BackendOptions, openPostgresBackend, openRedisBackend, type QueueBackend } from "./backends.ts";

/** A job. The queue ignores an `id` that it still knows. `priority`: 0 comes first. */
export type QueueJob<Data> = {
  name: string;
  data: Data;
  id: string;
  priority?: number;
  delayMs?: number;
};

/** A job that is repeated. */
type Schedule = { name: string; everySeconds: number; firstAfterMs: number };

/**
 * Distributes work among processes, through Redis or PostgreSQL. It is not the record of that work: Overdue's own tables
 * are, from which anything that the queue loses is found again.
 */
export type WorkQueue<Data> = {
  /** Rejects within half a second if the queue cannot be reached. */
  add(jobs: readonly QueueJob<Data>[]): Promise<void>;
  /** Makes sure that these schedules exist, and no others. Rejects if the queue cannot be reached. */
  schedule(schedules: readonly Schedule[]): Promise<void>;
  /** Starts to process jobs. Each goes to one process, perhaps twice after a crash. Data of other versions is skipped. */
  process(work: (data: Data, name: string) => Promise<void>): void;
  close(): Promise<void>;
};

export type QueueOptions<Data> = BackendOptions & {
  /** Null: the queue lives in PostgreSQL. */
  redisUrl: string | null;
  /** Parses the data of a job; null if it is not understood. */
  read: (data: unknown) => Data | null;
  /** How many milliseconds adding may take; 500 by default. */
  addMs?: number;
};

/** A finished job, done or failed, must be removed: while its id is known, adding it again is silently ignored. */
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

const ADD_MS = 500;
const SCHEDULE_MS = 5_000;
const CLOSE_MS = 3_000;

/** Opens a queue in Redis, or in PostgreSQL if there is no Redis. */
export async function openWorkQueue<Data>(options: QueueOptions<Data>): Promise<WorkQueue<Data>> {
  const { redisUrl, onError, read, addMs = ADD_MS } = options;
  const backend =
    redisUrl === null ? await openPostgresBackend(options) : openRedisBackend({ ...options, redisUrl });
  // A frozen Redis never answers, and BullMQ would wait for ever.
  const runWithin = async (milliseconds: number, work: Promise<unknown>) => {
    try {
      await within(milliseconds, work);
    } catch (error) {
      onError(error);
      throw error;
    }
  };
  return {
    add: (jobs) =>
      runWithin(
        addMs,
        backend.queue.addBulk(
          jobs.map(({ name, data, id, priority = 0, delayMs = 0 }) => ({
            name,
            data,
            opts: { ...JOB_OPTIONS, jobId: id, priority, delay: Math.ceil(delayMs) },
          })),
        ),
      ),
    schedule: (schedules) => runWithin(SCHEDULE_MS, keepSchedules(backend.queue, schedules)),
    process: (work) =>
      backend.work(async ({ name, data }) => {
        const known = read(data);
        if (known !== null) await work(known, name);
      }),
    close: () => within(CLOSE_MS, backend.close()).catch(onError),
  };
}

/** Adds and removes schedules. An existing one is left alone, since writing it again would postpone its next time. */
async function keepSchedules(queue: QueueBackend["queue"], wanted: readonly Schedule[]): Promise<void> {
  const found = new Map((await queue.getJobSchedulers()).map(({ key, every }) => [key, Number(every)]));
  for (const key of found.keys())
    if (!wanted.some(({ name }) => name === key)) await queue.removeJobScheduler(key);
  for (const { name, everySeconds, firstAfterMs } of wanted) {
    const every = everySeconds * 1_000;
    if (found.get(name) === every) continue;
    const repeat = { every, startDate: new Date(Date.now() + firstAfterMs) };
    await queue.upsertJobScheduler(name, repeat, { name, data: {}, opts: JOB_OPTIONS });
  }
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`The queue did not answer within ${milliseconds} ms.`)),
    milliseconds,
  );
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Logs the errors of a queue: `sentence` at the first, a count each minute while they continue, and when they are over. */
export function reportQueueProblems(log: Logger, sentence: string): (error: unknown) => void {
  const problems = new ProblemLog({
    lasts: (count) => log.warn({ count }, `The queue still fails: ${count} errors since the last such line.`),
    over: () => log.warn("The queue has given no error for 30 s: it works again."),
  });
  return (error) => {
    if (problems.report()) log.warn({ err: error }, sentence);
  };
}
