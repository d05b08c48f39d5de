import { setTimeout as wait } from "node:timers/promises";

import { classifyDatabaseError } from "../database-problem.ts";
import { Pool, type PoolClient, type PoolOptions, type Trail } from "./pool.ts";
import type { Rows } from "./session.ts";

/** How long a statement waits for the replica to replay what the primary has committed. */
const REPLAY_MS = 100;
const LOOK_EVERY_MS = 5;
/** So long it is not asked again, after it was behind, and after it was away. */
const REST_MS = { behind: 1_000, away: 5_000 };

/** Which server a statement was read from, and what the replica was where it was not that. */
export type ReadFrom = "replica" | "primary-behind" | "primary-away";

export type ReplicaOptions = {
  primary: Pool;
  replica: PoolOptions;
  /** Called for each statement or transaction. */
  onRead: (from: ReadFrom) => void;
  /** Called each time that the replica fails. */
  onError: (error: unknown) => void;
};

/**
 * A pool for statements that only read and may be repeated: on a replica, or on the primary. A statement sees all that was
 * committed before it, by any process: it goes to the replica once that has replayed the primary's log up to now,
 * which is waited for, and to the primary where that takes too long, or where the replica fails.
 */
export class ReplicaPool extends Pool {
  readonly #primary: Pool;
  readonly #replica: Pool;
  readonly #options: ReplicaOptions;
  #resting: { because: keyof typeof REST_MS; until: number } | null = null;

  constructor(options: ReplicaOptions) {
    super({ url: "", name: "replica", max: 0 });
    this.#options = options;
    this.#primary = options.primary;
    this.#replica = new Pool(options.replica);
  }

  override async query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Rows<Row>> {
    return await this.#read((pool) => pool.query<Row>(text, values));
  }

  override async queryValues(text: string, values: readonly unknown[]): Promise<unknown[][]> {
    return await this.#read((pool) => pool.queryValues(text, values));
  }

  override async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return await this.#read((pool) => pool.use(work));
  }

  override async transaction<T>(work: (client: PoolClient, trail: Trail) => Promise<T>): Promise<T> {
    return await this.#read((pool) => pool.transaction(work));
  }

  override async connect(): Promise<PoolClient> {
    return await Promise.reject(
      new Error("A session for reading is lent by `use`, which may repeat its work."),
    );
  }

  /** The primary's pool is its owner's to end. */
  override async end(): Promise<void> {
    await this.#replica.end();
  }

  async #read<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
    if (this.#resting === null || performance.now() >= this.#resting.until) {
      this.#resting = null;
      try {
        if (await this.#hasReplayed()) {
          const found = await work(this.#replica);
          this.#options.onRead("replica");
          return found;
        }
        this.#rest("behind");
      } catch (error) {
        const problem = classifyDatabaseError(error);
        if (problem === null || problem === "slow") throw error;
        this.#options.onError(error);
        this.#rest("away");
      }
    }
    const because = this.#resting?.because ?? "behind";
    this.#options.onRead(`primary-${because}`);
    return await work(this.#primary);
  }

  #rest(because: keyof typeof REST_MS): void {
    this.#resting = { because, until: performance.now() + REST_MS[because] };
  }

  /** @throws ConnectionError and whatever the server says where it is away, or no replica of the primary */
  async #hasReplayed(): Promise<boolean> {
    const [primary] = await this.#primary.query<{ lsn: string; instance: string }>(
      `select pg_current_wal_flush_lsn()::text as lsn, ${INSTANCE} as instance`,
      [],
    );
    const until = performance.now() + REPLAY_MS;
    for (;;) {
      const [replica] = await this.#replica.query<{ replayed: boolean | null; instance: string }>(
        `select pg_last_wal_replay_lsn() >= $1::pg_lsn as replayed, ${INSTANCE} as instance`,
        [primary?.lsn],
      );
      if (replica === undefined || replica.replayed === null || replica.instance !== primary?.instance)
        throw new NoReplica();
      if (replica.replayed) return true;
      if (performance.now() >= until) return false;
      await wait(LOOK_EVERY_MS);
    }
  }
}

/** The same on a primary and its replicas. */
const INSTANCE = "(select system_identifier from pg_control_system()) || ' ' || current_database()";

class NoReplica extends Error {
  override readonly name = "NoReplica";
  /** As for a server that is away. */
  readonly code = "CONNECT_TIMEOUT";

  constructor() {
    super("DATABASE_REPLICA_URL leads to a server that is no replica of the database in DATABASE_URL.");
  }
}
