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
/** Contains only ids, since the queue stores its data unencrypted. Data of another version is left to the sweep. */
const Job = z.object({ version: z.literal(2), deliveries: z.array(Due) });

/** Deliveries that one of the senders attempts at the same time. */
export type DeliveryJob = z.infer<typeof Job>;

/** Up to this many deliveries at one time each get a job of their own. */
const SINGLE_MAX = 25;
const JOB_DELIVERIES_MAX = 100;
/** Instants are stored to the millisecond, so a delivery written just now may be due a moment ahead. */
export const DUE_NOW_WITHIN_MS = 2;
const RANKS_PER_PRIORITY = 20;
const PRIORITY_MAX = 2_000_000;

/**
 * Makes a job for each attempt, with an id from the delivery, the attempt and its due time: the queue ignores an id that it
 * still knows, so several processes may add the same job. If many are due at one time, a job carries several, since a job
 * costs more than anything else that a delivery needs from the database. The more of its project's deliveries come before
 * it, the lower a job's priority, so that no project waits behind thousands of another.
 */
export function deliveryJobs(found: readonly DueDelivery[]): QueueJob<DeliveryJob>[] {
  const byTime = Map.groupBy(found, ({ dueAt, dueInMs }) => (dueInMs < DUE_NOW_WITHIN_MS ? 0 : dueAt));
  return [...byTime.values()].flatMap((together) => {
    const size = together.length <= SINGLE_MAX ? 1 : JOB_DELIVERIES_MAX;
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
    delayMs: first === undefined || first.dueInMs < DUE_NOW_WITHIN_MS ? 0 : first.dueInMs,
  };
}

/** How many jobs a process handles at once. It only moves their deliveries into its channel queues. */
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
