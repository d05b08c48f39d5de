import { Queue } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";

import { PatientWorker } from "./patient-worker.ts";
import type { Bell, QueueOptions } from "./queue.ts";
import { JOB, QUEUE, WORKER } from "./settings.ts";

const AGAIN = { retryStrategy: (tries: number) => Math.min(tries * 100, 2_000) } satisfies RedisOptions;
/** For ringing: fails at once where Redis is away, and soon where it is frozen. */
const RINGING = {
  ...AGAIN,
  commandTimeout: 500,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
} satisfies RedisOptions;
/** For hearing: waits in blocking commands, so nothing there may time out. */
const HEARING = { ...AGAIN, maxRetriesPerRequest: null } satisfies RedisOptions;

export function openRedisBell({ redisUrl, onError }: QueueOptions & { redisUrl: string }): Bell {
  const ringing = new Redis(redisUrl, RINGING).on("error", onError);
  const queue = new Queue(QUEUE, { connection: ringing, defaultJobOptions: JOB }).on("error", onError);
  const closers = [() => queue.close(), () => hangUp(ringing)];
  return {
    add: (jobs) => queue.addBulk(jobs),
    listen: (process) => {
      const hearing = new Redis(redisUrl, HEARING).on("error", onError);
      const worker = new PatientWorker(QUEUE, async ({ data }) => process(data), {
        ...WORKER,
        connection: hearing,
      });
      worker.on("error", onError);
      closers.unshift(
        () => worker.close(),
        () => hangUp(hearing),
      );
    },
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

function hangUp(redis: Redis): Promise<void> {
  redis.disconnect();
  return Promise.resolve();
}
