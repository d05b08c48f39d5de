import type { DueDelivery } from "@overdue/db";

import { openPostgresBell } from "./postgres.ts";
import { openRedisBell } from "./redis.ts";
import { jobsOf, ringOf } from "./ring.ts";

/**
 * Shares work out among the checkers. It is a doorbell, not a memory: what is due stands in PostgreSQL, and a ring that
 * is lost is found there again.
 */
export type DeliveryQueue = {
  /** Tells one of the checkers of each of these. Rejects within half a second where the queue cannot be reached. */
  ring(due: readonly DueDelivery[]): Promise<void>;
  /** Hears of deliveries from now on. May hear of one twice, or of one that is done. */
  onRing(handler: (due: DueDelivery) => void): void;
  close(): Promise<void>;
};

export type QueueOptions = {
  /** Null: the queue lives in PostgreSQL. */
  redisUrl: string | null;
  databaseUrl: string;
  /** Is told of every failure, however many there are. */
  onError: (error: unknown) => void;
  /** How long a ring may take; 500 unless told. */
  ringMs?: number;
};

/** A queue in some store, as far as ringing goes. */
export type Bell = {
  add(jobs: ReturnType<typeof jobsOf>): Promise<unknown>;
  listen(process: (data: unknown) => void): void;
  close(): Promise<void>;
};

const RING_MS = 500;
const CLOSE_MS = 3_000;

/** The one place that chooses between Redis and PostgreSQL. */
export async function openQueue(options: QueueOptions): Promise<DeliveryQueue> {
  const { redisUrl, ringMs = RING_MS } = options;
  const bell = redisUrl === null ? await openPostgresBell(options) : openRedisBell({ ...options, redisUrl });
  return {
    // A frozen Redis answers nothing at all, and BullMQ would wait for it for ever.
    ring: async (due) => {
      try {
        await within(ringMs, bell.add(jobsOf(due)));
      } catch (error) {
        options.onError(error);
        throw error;
      }
    },
    onRing: (handler) =>
      bell.listen((data) => {
        for (const due of ringOf(data)) handler(due);
      }),
    close: () => within(CLOSE_MS, bell.close()).catch(options.onError),
  };
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
