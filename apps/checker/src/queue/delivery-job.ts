import type { DueDelivery } from "@overdue/db";
import { z } from "zod";

import { openWorkQueue, type QueueJob, type QueueOptions, type WorkQueue } from "./work-queue.ts";

const Due = z.object({
  deliveryId: z.uuid(),
  attempt: z.int(),
  projectId: z.uuid(),
  channelId: z.uuid(),
  channelKind: z.string(),
  dueAt: z.number(),
  dueInMs: z.number(),
  rank: z.int(),
  poisonAttempts: z.int(),
  isInformational: z.boolean(),
});
/** Data of another version of us is left to the sweep. It holds ids only, since the queue's store keeps what it is given in clear text. */
const Job = z.object({ version: z.literal(2), deliveries: z.array(Due) });

/** Deliveries that one of the senders is to attempt at one time. */
export type DeliveryJob = z.infer<typeof Job>;

const FEW = 25;
const TOGETHER = 100;
/** Instants are stored to the millisecond, so what was written just now may be due a moment ahead. */
export const SOONEST_MS = 2;
const RANKS_PER_PRIORITY = 20;
const PRIORITY_MAX = 2_000_000;

/**
 * One attempt is one job, by an id that is made of the delivery, the attempt and the time that it is due at: the queue
 * ignores an id that it still knows, so several processes may add the same one. Where many are due at one time, a job
 * carries several, since it costs more than all else that a delivery needs from the database. The more of a project's
 * deliveries stand before it, the lower a job's priority, so that no project waits behind another's thousands.
 */
export function deliveryJobs(found: readonly DueDelivery[]): QueueJob<DeliveryJob>[] {
  const byTime = Map.groupBy(found, ({ dueAt, dueInMs }) => (dueInMs < SOONEST_MS ? 0 : dueAt));
  return [...byTime.values()].flatMap((together) => {
    const size = together.length <= FEW ? 1 : TOGETHER;
    return Array.from({ length: Math.ceil(together.length / size) }, (_, index) =>
      jobOf(together.slice(index * size, (index + 1) * size)),
    );
  });
}

function jobOf(deliveries: DueDelivery[]): QueueJob<DeliveryJob> {
  const [first] = deliveries;
  return {
    name: "deliver",
    data: { version: 2, deliveries },
    id: `d-${first?.deliveryId}-${first?.attempt}-${first?.dueAt}`,
    priority: Math.min(Math.floor(((first?.rank ?? 1) - 1) / RANKS_PER_PRIORITY), PRIORITY_MAX),
    delayMs: first === undefined || first.dueInMs < SOONEST_MS ? 0 : first.dueInMs,
  };
}

/** Each process takes in this many jobs at once: it only puts their deliveries into its queues of channels. */
const CONCURRENCY = 50;

type DeliveryQueueOptions = Pick<QueueOptions<DeliveryJob>, "redisUrl" | "databaseUrl" | "onError" | "addMs">;

export function openDeliveryQueue(options: DeliveryQueueOptions): Promise<WorkQueue<DeliveryJob>> {
  return openWorkQueue({
    ...options,
    name: "deliveries",
    concurrency: CONCURRENCY,
    read: (data) => Job.safeParse(data).data ?? null,
  });
}
