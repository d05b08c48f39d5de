import { ProblemLog } from "@overdue/db";
import type { Logger } from "pino";

import { type BackendOptions, openPostgresBackend, openRedisBackend, type QueueBackend } from "./backends.ts";

/** A piece of work. The queue ignores an `id` that it still knows. `priority`: 0 comes first. */
export type QueueJob<Data> = {
  name: string;
  data: Data;
  id: string;
  priority?: number;
  delayMs?: number;
};

/** Work that comes again and again. */
type Schedule = { name: string; everySeconds: number; firstAfterMs: number };

/**
 * Shares work out among processes, in Redis or in PostgreSQL. It is no memory: what is to be done stands in tables of
 * ours, where it is found again if the queue loses it.
 */
export type WorkQueue<Data> = {
  /** Rejects within half a second where the queue cannot be reached. */
  add(jobs: readonly QueueJob<Data>[]): Promise<void>;
  /** Makes sure that these schedules exist, and no others. Rejects where the queue cannot be reached. */
  schedule(schedules: readonly Schedule[]): Promise<void>;
  /** Gets jobs from now on: each by one process, perhaps twice after a crash. Data of other versions is left out. */
  process(work: (data: Data, name: string) => Promise<void>): void;
  close(): Promise<void>;
};

export type QueueOptions<Data> = BackendOptions & {
  /** Null: the queue lives in PostgreSQL. */
  redisUrl: string | null;
  /** Null for data that is not understood. */
  read: (data: unknown) => Data | null;
  /** How long adding may take; 500 by default. */
  addMs?: number;
};

/** Done or failed, a job must go: while its id is known, adding it again is silently ignored. */
const JOB_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

const ADD_MS = 500;
const SCHEDULE_MS = 5_000;
const CLOSE_MS = 3_000;

/** The one place that chooses between Redis and PostgreSQL. */
export async function openWorkQueue<Data>(options: QueueOptions<Data>): Promise<WorkQueue<Data>> {
  const { redisUrl, onError, read, addMs = ADD_MS } = options;
  const backend =
    redisUrl === null ? await openPostgresBackend(options) : openRedisBackend({ ...options, redisUrl });
  // A frozen Redis answers nothing at all, and BullMQ would wait for it for ever.
  const bounded = async (milliseconds: number, work: Promise<unknown>) => {
    try {
      await within(milliseconds, work);
    } catch (error) {
      onError(error);
      throw error;
    }
  };
  return {
    add: (jobs) =>
      bounded(
        addMs,
        backend.queue.addBulk(
          jobs.map(({ name, data, id, priority = 0, delayMs = 0 }) => ({
            name,
            data,
            opts: { ...JOB_OPTIONS, jobId: id, priority, delay: Math.ceil(delayMs) },
          })),
        ),
      ),
    schedule: (schedules) => bounded(SCHEDULE_MS, keepSchedules(backend.queue, schedules)),
    process: (work) =>
      backend.work(async ({ name, data }) => {
        const known = read(data);
        if (known !== null) await work(known, name);
      }),
    close: () => within(CLOSE_MS, backend.close()).catch(onError),
  };
}

/** One that is there already is left alone: writing it again would put its next time off. */
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

/** Logs that a queue fails: `sentence` when it begins, a count each minute while it lasts, and when it is over. */
export function reportQueueProblems(log: Logger, sentence: string): (error: unknown) => void {
  const problems = new ProblemLog({
    lasts: (count) => log.warn({ count }, `The queue still fails: ${count} errors since the last such line.`),
    over: () => log.warn("The queue has given no error for 30 s: it works again."),
  });
  return (error) => {
    if (problems.report()) log.warn({ err: error }, sentence);
  };
}
