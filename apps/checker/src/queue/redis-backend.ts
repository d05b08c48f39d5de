import { Queue } from "bullmq";
import { Redis, type RedisOptions } from "ioredis";

import { PatientWorker } from "./patient-worker.ts";
import { type BackendOptions, type QueueBackend, WORKER_OPTIONS } from "./queue-backend.ts";

const AGAIN = { retryStrategy: (tries: number) => Math.min(tries * 100, 2_000) } satisfies RedisOptions;
/** For adding jobs: fails at once where Redis is away, and soon where it is frozen. */
const ADDING = {
  ...AGAIN,
  commandTimeout: 500,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
} satisfies RedisOptions;
/** For getting jobs: it waits in blocking commands, so nothing there may time out. */
const WORKING = { ...AGAIN, maxRetriesPerRequest: null } satisfies RedisOptions;

export function openRedisBackend(options: BackendOptions & { redisUrl: string }): QueueBackend {
  const { name, redisUrl, concurrency, onError } = options;
  const adding = new Redis(redisUrl, ADDING).on("error", onError);
  const queue = new Queue(name, { connection: adding }).on("error", onError);
  const closers = [() => queue.close(), () => Promise.resolve(adding.disconnect())];
  return {
    queue,
    work: (process) => {
      const working = new Redis(redisUrl, WORKING).on("error", onError);
      const worker = new PatientWorker(name, process, {
        ...WORKER_OPTIONS,
        concurrency,
        connection: working,
      });
      worker.on("error", onError);
      closers.unshift(
        () => worker.close(),
        () => Promise.resolve(working.disconnect()),
      );
    },
    close: async () => {
      for (const close of closers) await close();
    },
  };
}
