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
} from "@overdue/db";
import type { Logger } from "pino";

import { type Clock, SKEW_MAX_MS } from "./clock.ts";
import { PingQueue, TargetKeys } from "./ping-queue.ts";
import { PingStore } from "./ping-store.ts";
import type { StallWatch } from "./stall-watch.ts";

const BATCH_MAX = { count: 500, bytes: 4_000_000 };
const WAITING_MAX = 2_000;
/** A ping that is not stored by then is refused with `Unavailable`. */
const WAIT_MS_MAX = 2_000;
/** How often to look for pings that have waited too long. */
const LOOK_EVERY_MS = 250;
/** How long a batch may wait to grow. */
const GROW_MS_MAX = 5;
/** Transactions under way at once: while one waits for its commit, the next one reads and writes. */
const TRANSACTIONS_MAX = 2;

/** The ping may not have been stored: the job should try again in a moment. */
export class Unavailable extends Error {
  override name = "Unavailable";
}

/** A look at the database that fails is no fault of the ping: it may come again. */
export async function orUnavailable<T>(look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    throw new Unavailable("The check could not be looked up.", { cause: error });
  }
}

type Waiting = {
  arrival: ReceivedPing;
  /** Identifies the check, as far as that is known without asking the database. */
  key: string;
  bytes: number;
  /** By a clock that never goes back, in milliseconds. */
  since: number;
  settle: (recorded: Recorded) => void;
  refuse: (error: Error) => void;
};

type Heartbeat = { acceptedAt: number; after: number; done: () => void };

export type IngestOptions = {
  pool: Pool;
  receiverId: string;
  clock: Clock;
  log: Logger;
  /** Knows when this process was stalled and could answer nobody. */
  stalls?: Pick<StallWatch, "causeWithin">;
  onRecorded?: (recorded: readonly Recorded[]) => void;
  /** Called with the seconds that each ping waited until it was durable. */
  onDurable?: (seconds: number) => void;
};

/**
 * Group commit: pings that wait while transactions are under way share the next one. Transactions that are under way at
 * the same time have no check in common, so that the pings of each check are stored strictly in order. A heartbeat is
 * committed once everything accepted before it is committed, which is what it proves.
 */
export class Ingest {
  readonly #queue = new PingQueue<Waiting>();
  readonly #keys = new TargetKeys();
  /** The pings that are not answered yet, oldest first. */
  readonly #open = new Set<Waiting>();
  #heartbeats: Heartbeat[] = [];
  #transactions = 0;
  /** When the last transaction began, by a clock that never goes back. */
  #begunAt = 0;
  #isGrowing = false;
  #isWoken = false;
  /** Whether a look for pings that waited too long is scheduled. */
  #isWatching = false;
  /** The checkpoint under way because no heartbeat was committed for too long. */
  #renewal: Promise<void> | null = null;
  #isCommittingHeartbeat = false;
  #checkpointAt = 0;
  #loggedSkewMs = 0;
  /** Whether a statement has failed since the last checkpoint. */
  #hasFailed = false;
  #known: Knowledge = ALONE;
  readonly #startedAt: number;
  readonly #store: PingStore;
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#store = new PingStore(options.pool);
    this.#startedAt = options.clock.now();
  }

  /** Resolves once the ping is durable. Rejects with `Unavailable` if it is not durable in time. */
  record(arrival: ReceivedPing): Promise<Recorded> {
    if (this.#queue.size >= WAITING_MAX)
      return Promise.reject(new Unavailable("Too many pings are waiting to be stored."));
    return new Promise((settle, refuse) => {
      const key = this.#keys.checkKey(arrival.target);
      const bytes = arrival.record.body?.length ?? 0;
      const waiting = { arrival, key, bytes, since: performance.now(), settle, refuse };
      this.#open.add(waiting);
      this.#queue.push(waiting);
      this.#watch();
      this.#wake();
    });
  }

  /** Accepts a heartbeat now. Resolves once its commit was tried, whether or not it succeeded. */
  heartbeat(): Promise<void> {
    return new Promise((done) => {
      this.#heartbeats.push({ acceptedAt: this.#options.clock.now(), after: this.#queue.last, done });
      this.#wake();
    });
  }

  /** Begins work after this turn of the event loop, which may bring more pings. */
  #wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    setImmediate(() => {
      this.#isWoken = false;
      this.#work();
    });
  }

  #work(): void {
    void this.#commitHeartbeat();
    while (this.#transactions < TRANSACTIONS_MAX) {
      if (this.#mayGrow()) return;
      const batch = this.#queue.take(BATCH_MAX);
      if (batch.size === 0) return;
      this.#transactions += 1;
      this.#begunAt = performance.now();
      void this.#commit([...batch.values()]).then(() => {
        this.#transactions -= 1;
        this.#queue.done(batch);
        this.#work();
      });
    }
  }

  /**
   * Whether the next batch waits for more pings: the fewer share a transaction, the more each of them costs. It waits while
   * it is smaller than the batches under way, but only for a moment, since one of those may be waiting for a lock.
   */
  #mayGrow(): boolean {
    if (this.#queue.size >= this.#queue.underWay) return false;
    if (performance.now() - this.#begunAt >= GROW_MS_MAX) return false;
    if (!this.#isGrowing) setTimeout(() => this.#endGrowing(), GROW_MS_MAX);
    this.#isGrowing = true;
    return true;
  }

  #endGrowing(): void {
    this.#isGrowing = false;
    this.#work();
  }

  /** Commits the newest heartbeat before which no ping is still under way. */
  async #commitHeartbeat(): Promise<void> {
    const proven = this.#heartbeats.filter(({ after }) => this.#queue.isDoneUpTo(after));
    const newest = proven.at(-1);
    if (newest === undefined || this.#isCommittingHeartbeat) return;
    this.#isCommittingHeartbeat = true;
    this.#heartbeats = this.#heartbeats.slice(proven.length);
    await this.#checkpoint(newest.acceptedAt).catch((error) => this.#warn(error));
    for (const { done } of proven) done();
    this.#isCommittingHeartbeat = false;
    this.#wake();
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    setTimeout(() => this.#refuseOld(), LOOK_EVERY_MS);
  }

  #refuseOld(): void {
    const isTooOld = ({ since }: Waiting) => performance.now() - since > WAIT_MS_MAX;
    this.#queue.dropWhile(isTooOld);
    for (const waiting of this.#open) {
      if (!isTooOld(waiting)) break;
      this.#refuse(waiting, new Unavailable("The database did not answer in time."));
    }
    this.#isWatching = false;
    if (this.#open.size > 0) this.#watch();
  }

  #refuse(waiting: Waiting, error: Unavailable): void {
    this.#open.delete(waiting);
    waiting.refuse(error);
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#endSilence();
    } catch (error) {
      return this.#fail(batch, error);
    }
    await this.#store.store(batch, {
      knowledge: () => ({ ...this.#known, now: this.#options.clock.now() }),
      settle: (recorded) => this.#settle(recorded),
      fail: (waiting, error) => this.#fail(waiting, error),
    });
  }

  #fail(batch: readonly Waiting[], error: unknown): void {
    this.#warn(error);
    for (const waiting of batch)
      this.#refuse(waiting, new Unavailable("The ping could not be stored.", { cause: error }));
  }

  /** Stores an outage that has lasted until now, before any ping is compared with a deadline inside it. */
  async #endSilence(): Promise<void> {
    const now = this.#options.clock.now();
    if (now - this.#checkpointAt <= RECEIVER_DOWN_AFTER_MS) return;
    this.#renewal ??= this.#checkpoint(now).finally(() => (this.#renewal = null));
    await this.#renewal;
  }

  /** Answers the senders of the pings that are stored. */
  #settle(recorded: readonly (readonly [Waiting, Recorded])[]): void {
    for (const [waiting, outcome] of recorded) {
      this.#keys.learn(waiting.arrival.target, outcome);
      this.#open.delete(waiting);
      this.#options.onDurable?.((performance.now() - waiting.since) / 1_000);
      waiting.settle(outcome);
    }
    this.#options.onRecorded?.(recorded.map(([, outcome]) => outcome));
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
      log.warn(
        "The database's clock was set back: every check waits anew from now on. This is stored as an outage.",
      );
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
    const stall = this.#options.stalls?.causeWithin(at - this.#checkpointAt) ?? null;
    return stall ?? (this.#hasFailed ? "database" : null);
  }

  #warn(error: unknown): void {
    this.#hasFailed = true;
    this.#store.forget();
    this.#options.log.warn({ err: error }, "Pings could not be stored.");
  }
}
