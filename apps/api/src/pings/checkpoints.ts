import {
  ALONE,
  commitCheckpoint,
  type Knowledge,
  noteSilence,
  type OutageCause,
  type Pool,
  readWatermark,
  RECEIVER_DOWN_AFTER_MS,
  recentOutages,
} from "@overdue/db";
import type { Logger } from "pino";

import { type Clock, SKEW_MAX_MS } from "./clock.ts";
import type { StallWatch } from "./stall-watch.ts";

type CheckpointOptions = {
  pool: Pool;
  receiverId: string;
  clock: Clock;
  log: Logger;
  stalls?: Pick<StallWatch, "causeWithin">;
};

/** The checkpoints of a receiver, and what it learns of the others with each. */
export class Checkpoints {
  /** Of the last one; 0 before the first. */
  lastAt = 0;
  #loggedSkewMs = 0;
  /** Whether a statement has failed since the last checkpoint. */
  #hasFailed = false;
  #known: Knowledge = ALONE;
  readonly #startedAt: number;
  readonly #options: CheckpointOptions;

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  knowledge(): Knowledge {
    return { ...this.#known, now: this.#options.clock.now() };
  }

  noteFailure(): void {
    this.#hasFailed = true;
  }

  /** Lets nobody evaluate past what other receivers have kept while nothing could be stored. */
  async noteSilence(): Promise<void> {
    const { pool, clock } = this.#options;
    if (this.lastAt !== 0 && clock.now() - this.lastAt > RECEIVER_DOWN_AFTER_MS)
      await noteSilence(pool, this.lastAt);
  }

  /** Learns what is on record, where pings are stored before the first checkpoint. */
  async learnFirst(): Promise<void> {
    if (this.lastAt !== 0) return;
    const { pool } = this.#options;
    const [outages, othersAt] = [await recentOutages(pool), await readWatermark(pool)];
    this.#known = { ...this.#known, outages, othersAt };
  }

  /** Stores that everything accepted before this instant is committed, and what else follows from that. */
  async commit(acceptedAt: number): Promise<void> {
    const { pool, receiverId, clock, log } = this.#options;
    const before = Date.now();
    const checkpoint = await commitCheckpoint(pool, {
      receiverId,
      startedAt: this.#startedAt,
      acceptedAt,
      cause: this.#causeOfSilence(acceptedAt),
    });
    const skewMs = clock.compare(checkpoint.databaseAt, { before, after: Date.now() });
    this.#warnOfSkew(skewMs);
    if (checkpoint.wasSetBack)
      log.warn(
        "The database's clock was set back: every check waits anew from now on. This is stored as an outage.",
      );
    if (
      checkpoint.endedOutage ||
      checkpoint.wasSetBack ||
      acceptedAt < this.lastAt ||
      this.lastAt === 0 ||
      acceptedAt - this.lastAt > RECEIVER_DOWN_AFTER_MS
    ) {
      this.#known = { ...this.#known, outages: await recentOutages(pool) };
    }
    this.#known = { ...this.#known, othersAt: checkpoint.othersAt };
    this.lastAt = acceptedAt;
    this.#hasFailed = false;
  }

  /** Warns once for each difference, not every second for as long as it lasts. */
  #warnOfSkew(skewMs: number): void {
    const hasChanged = Math.abs(skewMs - this.#loggedSkewMs) > SKEW_MAX_MS;
    if (!hasChanged) return;
    this.#loggedSkewMs = skewMs;
    if (Math.abs(skewMs) > SKEW_MAX_MS)
      this.#options.log.warn(
        { skewMs },
        "This machine's clock and the database's differ; the database's decides.",
      );
  }

  /** Why there was no checkpoint for so long, as far as this process knows. */
  #causeOfSilence(at: number): OutageCause | null {
    const stall = this.#options.stalls?.causeWithin(at - this.lastAt) ?? null;
    return stall ?? (this.#hasFailed ? "database" : null);
  }
}
