import { RECEIVER_DOWN_AFTER_MS } from "@overdue/core";
import { type ReceivedPing, type Pool, type Recorded, classifyDatabaseError, endReceiver } from "@overdue/db";
import type { Logger } from "pino";

import { Checkpoints } from "./checkpoints.ts";
import type { Clock } from "./clock.ts";
import { PingQueue, TargetKeys } from "./ping-queue.ts";
import { type Outcome, PingStore } from "./ping-store.ts";
import { Room } from "./room.ts";
import { Keeper } from "./spool/keeper.ts";
import { storeKept } from "./spool/store-kept.ts";
import type { PingSpool } from "./spool/ping-spool.ts";
import type { Replayer } from "./spool/replayer.ts";
import type { StallWatch } from "./stall-watch.ts";
import { Unavailable } from "./unavailable.ts";

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

type Waiting = {
  arrival: ReceivedPing;
  /** Identifies the check, as far as that is known without asking the database. */
  key: string;
  bytes: number;
  /** By a clock that never goes back, in milliseconds. */
  since: number;
  settle: (outcome: Outcome) => void;
  refuse: (error: Error) => void;
};

type Heartbeat = { acceptedAt: number; after: number; done: () => void };

export type IngestOptions = {
  pool: Pool;
  receiverId: string;
  clock: Clock;
  log: Logger;
  room?: Room | undefined;
  /** Keeps pings while the database cannot take them; left out: they are refused then. */
  spool?: PingSpool | undefined;
  /** Called with a kept ping whose check was not found in the end. */
  onUnknown?: (arrival: ReceivedPing) => void;
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
  /** Since when a heartbeat waits for its commit; null: none does. */
  #beatsSince: number | null = null;
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
  readonly #checkpoints: Checkpoints;
  readonly #store: PingStore;
  readonly #keeper: Keeper;
  readonly #room: Room;
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
    this.#store = new PingStore(options.pool);
    this.#room = options.room ?? new Room({ pool: options.pool, directory: null });
    this.#keeper = new Keeper(options.spool ?? null);
    this.#checkpoints = new Checkpoints({ ...options, keeper: this.#keeper, room: this.#room });
  }

  /** Resolves once the ping is durable: stored, or kept. Rejects with `Unavailable` if it is neither in time. */
  record(arrival: ReceivedPing): Promise<Outcome> {
    if (this.#room.problem !== null) return Promise.reject(new Unavailable(this.#room.problem));
    if (this.#keeper.takes(arrival)) return this.#keeper.keep(arrival);
    if (this.#keeper.isForsaken)
      return Promise.reject(new Unavailable("The database has not answered for too long."));
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
    if (this.#room.problem !== null) return Promise.resolve();
    const now = performance.now();
    if (this.#beatsSince !== null && now - this.#beatsSince > WAIT_MS_MAX) this.#beginKeeping();
    // Of the pings that are not answered yet, some may be kept behind this heartbeat: it speaks for none of them.
    const [oldest] = this.#open;
    if (this.#keeper.isActive)
      return this.#keeper.heartbeat(
        oldest?.arrival.record.receivedAt ?? this.#options.clock.now(),
        this.#replayer,
      );
    this.#beatsSince ??= now;
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
    if (this.#keeper.isActive) return;
    void this.#commitHeartbeat();
    while (this.#transactions < TRANSACTIONS_MAX) {
      if (this.#waitToGrow()) return;
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
   * Begins or goes on to wait for more pings for the next batch: the fewer share a transaction, the more each of them costs.
   * Returns false where it does not wait. It waits while the batch is smaller than those under way, but only for a moment,
   * since one of those may be waiting for a lock.
   */
  #waitToGrow(): boolean {
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
    await this.#proveReceipt(newest.acceptedAt).catch((error) => {
      this.#warn(error);
      if (classifyDatabaseError(error) !== null) this.#beginKeeping();
    });
    for (const { done } of proven) done();
    this.#isCommittingHeartbeat = false;
    this.#beatsSince = null;
    this.#wake();
  }

  async #proveReceipt(acceptedAt: number): Promise<void> {
    await this.#checkpoints.commit(acceptedAt);
    await this.#keeper.tend(this.#replayer);
    // Another process has ended meanwhile that had kept pings on this disk.
    if (this.#keeper.isActive) this.#keepAll();
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
      this.#keepOrRefuse(waiting, null, "The database did not answer in time.");
    }
    this.#isWatching = false;
    if (this.#open.size > 0) this.#watch();
  }

  /** `cause`: the error because of which it was not stored; null: it waited for too long. */
  #keepOrRefuse(waiting: Waiting, cause: unknown, sentence: string): void {
    if (!this.#open.delete(waiting)) return;
    if (!this.#keeper.canKeep(waiting.arrival, cause))
      return waiting.refuse(this.#room.refusal(sentence, cause));
    this.#beginKeeping();
    this.#keeper.keep(waiting.arrival).then(waiting.settle, waiting.refuse);
  }

  /** From now on pings are kept, also those that wait. */
  #beginKeeping(): void {
    if (this.#keeper.isActive) return;
    this.#keeper.begin(this.#checkpoints.lastAt);
    if (this.#keeper.isActive) this.#keepAll();
  }

  #keepAll(): void {
    for (const { done } of this.#heartbeats) done();
    this.#heartbeats = [];
    this.#beatsSince = null;
    this.#keepWaiting();
  }

  #keepWaiting(): void {
    for (const waiting of this.#queue.drain())
      this.#keepOrRefuse(waiting, null, "The database did not answer in time.");
  }

  readonly #replayer: Replayer = {
    begin: (owners) => this.#checkpoints.announce(owners),
    store: (arrivals) =>
      storeKept(arrivals, { ...this.#options, store: this.#store, checkpoints: this.#checkpoints }),
    checkpoint: ({ first, last }, owner) => this.#checkpoints.commit(last, { owner, noSilenceSince: first }),
    release: (owner) => endReceiver(this.#options.pool, owner.id),
    onEmpty: () => this.#wake(),
    onHeld: () => this.#keepWaiting(),
  };

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#endSilence();
    } catch (error) {
      return this.#fail(batch, error);
    }
    await this.#store.store(batch, {
      knowledge: () => this.#checkpoints.knowledge(),
      settle: (recorded) => this.#settle(recorded),
      fail: (waiting, error) => this.#fail(waiting, error),
    });
  }

  #fail(batch: readonly Waiting[], error: unknown): void {
    this.#warn(error);
    for (const waiting of batch) this.#keepOrRefuse(waiting, error, "The ping could not be stored.");
  }

  /** Stores an outage that has lasted until now, before any ping is compared with a deadline inside it. */
  async #endSilence(): Promise<void> {
    const now = this.#options.clock.now();
    if (now - this.#checkpoints.lastAt <= RECEIVER_DOWN_AFTER_MS) return;
    this.#renewal ??= this.#checkpoints.commit(now).finally(() => (this.#renewal = null));
    await this.#renewal;
  }

  /** Answers the senders of the pings that are stored. */
  #settle(recorded: readonly (readonly [Waiting, Recorded])[]): void {
    for (const [waiting, outcome] of recorded) {
      this.#keys.learn(waiting.arrival.target, outcome);
      if (outcome.kind === "recorded") this.#keeper.learn(waiting.arrival.target);
      this.#open.delete(waiting);
      this.#options.onDurable?.((performance.now() - waiting.since) / 1_000);
      waiting.settle(outcome);
    }
    this.#options.onRecorded?.(recorded.map(([, outcome]) => outcome));
  }

  #warn(error: unknown): void {
    this.#checkpoints.noteFailure();
    this.#store.forget();
    this.#options.log.warn({ err: error }, "Pings could not be stored.");
  }
}
