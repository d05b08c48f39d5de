import { countCheckers, dueDeliveries, freeLeases, msUntilDue, type Db, type DueDelivery } from "@overdue/db";
import type { Logger } from "pino";

import type { DeliveryQueue } from "../queue/queue.ts";
import type { Lanes } from "./lanes.ts";

export type RingerParts = { db: Db; queue: DeliveryQueue; lanes: Lanes; log: Logger };

const PASS_MAX = 2_000;
/** So few are sent before a queue would have been asked. */
const FEW = 25;
const RING_AT_ONCE = 250;
/** A ring that nobody heard within this time may be repeated. */
const RUNG_MS = 10_000;
const SWEEP_EVERY_MS = 2_000;
const SWEPT_AFTER_MS = 3_000;
const QUEUE_SICK_MS = 5_000;
const NEVER_MS = 60_000;
const SOONEST_MS = 20;
const AFTER_ERROR_MS = 1_000;

/**
 * Finds what is due and rings for it: when told to, at the next due time, and by a sweep. The queue shares a herd out
 * among the checkers; a few, or all where no other checker lives or the queue is away, this process takes itself. The
 * sweep takes whatever was rung for and heard by nobody. So the queue may lose or refuse anything; it costs seconds.
 */
export class Ringer {
  readonly #parts: RingerParts;
  readonly #rung = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #sweeper: NodeJS.Timeout | undefined;
  #working: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  #queueSickUntil = 0;

  constructor(parts: RingerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.wake();
    void this.#sweep();
    this.#sweeper = setInterval(() => void this.#sweep(), SWEEP_EVERY_MS);
  }

  /** Looks now, or once more when it is looking already. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#working ??= this.#work();
  }

  /** Looks after so long at the latest. */
  wakeIn(milliseconds: number): void {
    const at = performance.now() + Math.max(milliseconds, SOONEST_MS);
    if (this.#stopped || at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.wake();
    }, at - performance.now());
  }

  /** A ring was heard here. */
  heard(due: DueDelivery): void {
    this.#rung.delete(due.deliveryId);
    this.#parts.lanes.add(due);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#sweeper);
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      try {
        await this.#pass();
        this.wakeIn((await msUntilDue(this.#parts.db)) ?? NEVER_MS);
      } catch (error) {
        this.#parts.log.warn({ err: error }, "Due deliveries could not be read; trying again in a second.");
        this.wakeIn(AFTER_ERROR_MS);
      }
    }
    // In the same step as the last question, so that no wake falls between them.
    this.#working = null;
  }

  async #pass(): Promise<void> {
    this.#forgetOldRings();
    const except = [...this.#parts.lanes.ids(), ...this.#rung.keys()];
    const due = await dueDeliveries(this.#parts.db, { limit: PASS_MAX, except, dueForMs: 0 });
    if (due.length <= FEW || (await this.#isAlone())) for (const one of due) this.heard(one);
    else await this.#ringAll(due);
    if (due.length === PASS_MAX) this.#again = true;
  }

  async #isAlone(): Promise<boolean> {
    return (await countCheckers(this.#parts.db)) === 1;
  }

  async #ringAll(due: readonly DueDelivery[]): Promise<void> {
    for (let at = 0; at < due.length; at += RING_AT_ONCE) await this.#ring(due.slice(at, at + RING_AT_ONCE));
  }

  async #ring(due: readonly DueDelivery[]): Promise<void> {
    const now = performance.now();
    for (const { deliveryId } of due) this.#rung.set(deliveryId, now);
    if (now >= this.#queueSickUntil && (await this.#isRung(due))) return;
    for (const one of due) this.heard(one);
  }

  async #isRung(due: readonly DueDelivery[]): Promise<boolean> {
    try {
      await this.#parts.queue.ring(due);
      return true;
    } catch {
      // The queue itself has told of it.
      this.#queueSickUntil = performance.now() + QUEUE_SICK_MS;
      return false;
    }
  }

  async #sweep(): Promise<void> {
    try {
      const freed = await freeLeases(this.#parts.db);
      if (freed > 0) this.#parts.log.warn({ count: freed }, "A checker died; its deliveries are taken over.");
      if (freed > 0) this.wake();
      const except = this.#parts.lanes.ids();
      const due = await dueDeliveries(this.#parts.db, { limit: PASS_MAX, except, dueForMs: SWEPT_AFTER_MS });
      if (due.length > 0) this.#parts.log.info({ count: due.length }, "The sweep found due deliveries.");
      for (const one of due) this.heard(one);
    } catch (error) {
      this.#parts.log.warn({ err: error }, "The sweep could not read due deliveries.");
    }
  }

  #forgetOldRings(): void {
    const before = performance.now() - RUNG_MS;
    for (const [id, at] of this.#rung) if (at < before) this.#rung.delete(id);
  }
}
