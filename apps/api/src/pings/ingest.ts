import {
  ALONE,
  type ReceivedPing,
  RECEIVER_DOWN_AFTER_MS,
  type Knowledge,
  type OutageCause,
  type Pool,
  type Recorded,
  commitCheckpoint,
  recentOutages,
  recordPings,
} from "@overdue/db";
import type { Logger } from "pino";

import { type Clock, SKEW_MAX_MS } from "./clock.ts";
import type { StallWatch } from "./stall-watch.ts";

const BATCH_PINGS_MAX = 500;
const BATCH_BYTES_MAX = 4_000_000;
const WAITING_MAX = 2_000;
const WAIT_MS = 2_000;

/** Nothing was promised: the job should try again in a moment. */
export class Unavailable extends Error {
  override name = "Unavailable";
}

type Waiting = {
  arrival: ReceivedPing;
  settle: (recorded: Recorded) => void;
  refuse: (error: Error) => void;
};

type Queued =
  | { kind: "ping"; waiting: Waiting }
  | { kind: "heartbeat"; acceptedAt: number; done: () => void };

export type IngestOptions = {
  pool: Pool;
  receiverId: string;
  clock: Clock;
  log: Logger;
  /** Knows when this process could answer nobody. */
  stalls?: Pick<StallWatch, "causeWithin">;
  onRecorded?: (recorded: readonly Recorded[]) => void;
};

/**
 * Group commit: pings that wait while a transaction is under way share the next one. One transaction at a time and
 * strictly in order, so that a committed heartbeat proves that everything accepted before it is committed too.
 */
export class Ingest {
  #queue: Queued[] = [];
  #working = false;
  #checkpointAt = 0;
  #saidSkewMs = 0;
  /** The database has refused something since the last checkpoint. */
  #hasFailed = false;
  #known: Knowledge = ALONE;
  readonly #startedAt: number;
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Resolves once the ping is durable. Rejects with `Unavailable` when that did not happen in time. */
  record(arrival: ReceivedPing): Promise<Recorded> {
    if (this.#queue.length >= WAITING_MAX) {
      return Promise.reject(new Unavailable("Too many pings are waiting to be stored."));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => waiting.refuse(new Unavailable("The database did not answer in time.")),
        WAIT_MS,
      );
      const waiting: Waiting = {
        arrival,
        settle: (recorded) => {
          clearTimeout(timer);
          resolve(recorded);
        },
        refuse: (error) => {
          clearTimeout(timer);
          this.#queue = this.#queue.filter((queued) => queued.kind !== "ping" || queued.waiting !== waiting);
          reject(error);
        },
      };
      this.#enqueue({ kind: "ping", waiting });
    });
  }

  /** Resolves once it was tried to commit that this receiver accepted a heartbeat now. */
  heartbeat(): Promise<void> {
    return new Promise((done) =>
      this.#enqueue({ kind: "heartbeat", acceptedAt: this.#options.clock.now(), done }),
    );
  }

  /** How many wait: a measure of load. */
  get waiting(): number {
    return this.#queue.length;
  }

  #enqueue(queued: Queued): void {
    this.#queue.push(queued);
    if (this.#working) return;
    this.#working = true;
    // The turn of the event loop in which the first one came may bring more.
    setImmediate(() => void this.#work());
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      await this.#commit(batch.flatMap((queued) => (queued.kind === "ping" ? [queued.waiting] : [])));
      const heartbeats = batch.filter((queued) => queued.kind === "heartbeat");
      const newest = heartbeats.at(-1);
      if (newest !== undefined) await this.#checkpoint(newest.acceptedAt).catch((error) => this.#warn(error));
      for (const { done } of heartbeats) done();
    }
    this.#working = false;
  }

  #takeBatch(): Queued[] {
    let bytes = 0;
    let count = 0;
    for (const queued of this.#queue) {
      if (queued.kind === "ping") bytes += queued.waiting.arrival.record.body?.length ?? 0;
      if (count > 0 && (bytes > BATCH_BYTES_MAX || count >= BATCH_PINGS_MAX)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      // Silent for too long: an outage must be on record before any ping is compared with a deadline inside it.
      if (this.#options.clock.now() - this.#checkpointAt > RECEIVER_DOWN_AFTER_MS)
        await this.#checkpoint(this.#options.clock.now());
      await this.#record(batch);
    } catch (error) {
      this.#warn(error);
      if (batch.length > 1 && isAboutData(error)) await this.#commitOneByOne(batch);
      else
        for (const { refuse } of batch)
          refuse(new Unavailable("The ping could not be stored.", { cause: error }));
    }
  }

  async #record(batch: readonly Waiting[]): Promise<void> {
    const { pool, clock } = this.#options;
    const recorded = await recordPings(
      pool,
      batch.map(({ arrival }) => arrival),
      { ...this.#known, now: clock.now() },
    );
    recorded.forEach((outcome, i) => batch[i]?.settle(outcome));
    this.#options.onRecorded?.(recorded);
  }

  // One ping that cannot be stored must not take its neighbours with it.
  async #commitOneByOne(batch: readonly Waiting[]): Promise<void> {
    for (const waiting of batch) await this.#commit([waiting]);
  }

  async #checkpoint(acceptedAt: number): Promise<void> {
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
      log.warn("The database's clock was set back: every check waits anew from now on, and it is on record.");
    if (
      checkpoint.endedOutage ||
      checkpoint.wasSetBack ||
      acceptedAt < this.#checkpointAt ||
      this.#checkpointAt === 0 ||
      acceptedAt - this.#checkpointAt > RECEIVER_DOWN_AFTER_MS
    ) {
      this.#known = { ...this.#known, outages: await recentOutages(pool) };
    }
    this.#known = { ...this.#known, othersAt: checkpoint.othersAt };
    this.#checkpointAt = acceptedAt;
    this.#hasFailed = false;
  }

  /** Once for each difference, not each second for as long as it lasts. */
  #warnOfSkew(skewMs: number): void {
    const hasChanged = Math.abs(skewMs - this.#saidSkewMs) > SKEW_MAX_MS;
    if (!hasChanged) return;
    this.#saidSkewMs = skewMs;
    if (Math.abs(skewMs) > SKEW_MAX_MS)
      this.#options.log.warn(
        { skewMs },
        "This machine's clock and the database's differ; the database's decides.",
      );
  }

  /** Why no checkpoint was made since the last time, if that was long ago. */
  #causeOfSilence(at: number): OutageCause | null {
    const stall = this.#options.stalls?.causeWithin(at - this.#checkpointAt) ?? null;
    return stall ?? (this.#hasFailed ? "database" : null);
  }

  #warn(error: unknown): void {
    this.#hasFailed = true;
    this.#options.log.warn({ err: error }, "Pings could not be stored.");
  }
}

/** The data was refused (classes 21 to 23), or our own code threw: another ping of the batch may still do. */
function isAboutData(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (!("code" in error) || typeof error.code !== "string")
    return error instanceof TypeError || error instanceof RangeError;
  return /^2[123]/.test(error.code);
}
