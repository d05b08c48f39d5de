import { type Db, type DueDelivery, dueDeliveries, freeLeases } from "@overdue/db";
import type { Logger } from "pino";

import { type DeliveryJob, deliveryJobs, DUE_NOW_WITHIN_MS } from "../queue/delivery-job.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import { WakeLoop } from "../wake-loop.ts";
import type { ChannelQueues } from "./channel-queues.ts";

export type DispatcherParts = {
  db: Db;
  queue: WorkQueue<DeliveryJob>;
  channelQueues: ChannelQueues;
  log: Logger;
};

const FOUND_MAX = 2_000;
/** Deliveries that become due this soon get a job with a delay. */
const AHEAD_MS = 10_000;
const SWEEP_MS = 2_000;
/** The sweep takes a delivery that no job has brought this long after it was due. */
const SWEPT_AFTER_MS = 3_000;
const REMEMBERED_MS = 60_000;

/**
 * Finds deliveries that are due, or soon will be, and enqueues a job for each, which one of the senders gets when it is due.
 * It looks when it is woken and every two seconds, and then also frees the leases of senders that died. Deliveries that no
 * job brought to any sender it takes itself, so if the queue loses or refuses jobs, that costs only seconds. PostgreSQL alone
 * is the record of what must be delivered.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** For each delivery with a job: when it is due, and until when its job is waited for. */
  readonly #enqueued = new Map<string, { dueAt: number; until: number }>();
  readonly #loop: WakeLoop;
  #freesLeasesAt = -Infinity;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#loop = new WakeLoop({
      look: () => this.#look(),
      sweepMs: SWEEP_MS,
      onError: (error) =>
        parts.log.warn({ err: error }, "Due deliveries could not be read; it is tried again soon."),
    });
  }

  start(): void {
    this.#parts.queue.process(({ deliveries }) => {
      for (const due of deliveries) this.#accept(due);
      return Promise.resolve();
    });
    this.wake();
  }

  /** Looks now, or once more if it is looking already. */
  wake(): void {
    this.#loop.wake();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** @returns after how many milliseconds to look again without being woken */
  async #look(): Promise<number> {
    const { db, channelQueues, log } = this.#parts;
    const now = performance.now();
    this.#forgetOldJobs(now);
    const found = await dueDeliveries(db, {
      limit: FOUND_MAX,
      aheadMs: AHEAD_MS,
      here: channelQueues.ids(),
      enqueued: [...this.#enqueued].flatMap(([deliveryId, { dueAt, until }]) =>
        until > now ? { deliveryId, dueAt } : [],
      ),
    });
    // The query leaves out deliveries whose job is still waited for, so a known one was missed.
    const isMissed = ({ deliveryId, dueAt }: DueDelivery) => this.#enqueued.get(deliveryId)?.dueAt === dueAt;
    const missed = found.filter(isMissed);
    const unknown = found.filter((due) => !isMissed(due));
    if (missed.length > 0)
      log.info({ count: missed.length }, "The sweep found deliveries that no job brought.");
    for (const due of missed) this.#accept(due);
    await this.#enqueue(unknown);
    if (found.length === FOUND_MAX) this.wake();
    if (now >= this.#freesLeasesAt) await this.#freeLeases(now);
    return Math.max(0, this.#freesLeasesAt - performance.now());
  }

  async #freeLeases(now: number): Promise<void> {
    const { db, log } = this.#parts;
    this.#freesLeasesAt = now + SWEEP_MS;
    try {
      const freed = await freeLeases(db);
      if (freed === 0) return;
      log.warn({ count: freed }, "A sender died; its deliveries are taken over.");
      this.wake();
    } catch (error) {
      log.warn({ err: error }, "The leases of senders that died could not be looked for.");
    }
  }

  async #enqueue(found: readonly DueDelivery[]): Promise<void> {
    if (found.length === 0) return;
    const now = performance.now();
    for (const { deliveryId, dueAt, dueInMs } of found) {
      this.#enqueued.set(deliveryId, { dueAt, until: now + dueInMs + SWEPT_AFTER_MS });
    }
    try {
      await this.#parts.queue.add(deliveryJobs(found));
    } catch {
      // The queue has reported the error. What is due goes out from here; what is due later is found again then.
      for (const due of found) {
        if (due.dueInMs < DUE_NOW_WITHIN_MS) this.#accept(due);
        else this.#enqueued.delete(due.deliveryId);
      }
    }
  }

  #accept(due: DueDelivery): void {
    this.#enqueued.delete(due.deliveryId);
    this.#parts.channelQueues.add(due);
  }

  /** Entries are kept for a while after their time, since they show that their job did not arrive anywhere. */
  #forgetOldJobs(now: number): void {
    for (const [id, { until }] of this.#enqueued) if (until < now - REMEMBERED_MS) this.#enqueued.delete(id);
  }
}
