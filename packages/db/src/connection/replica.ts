import { setTimeout as wait } from "node:timers/promises";

import { classifyDatabaseError } from "../database-problem.ts";
import { Pool, type PoolClient, type PoolOptions, type AddLast } from "./pool.ts";
import type { Rows } from "./session.ts";

/** How long a statement waits for the replica to replay what the primary has committed. */
const REPLAY_MS_MAX = 100;
const LOOK_EVERY_MS = 5;
/** For how long the replica is not used after it was behind, or away. */
const UNUSED_MS = { behind: 1_000, away: 5_000 };

/** The server that a statement was read from; for the primary, with the reason why it was not the replica. */
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
 * A pool for statements that only read and may be repeated, on a replica or on the primary. A statement sees everything that
 * any process committed before it: it waits until the replica has replayed the primary's log up to now, and goes to the
 * primary if that takes too long, or if the replica fails.
 */
export class ReplicaPool extends Pool {
  readonly #primary: Pool;
  readonly #replica: Pool;
  readonly #options: ReplicaOptions;
  #unused: { because: keyof typeof UNUSED_MS; until: number } | null = null;

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

  override async transaction<T>(work: (client: PoolClient, addLast: AddLast) => Promise<T>): Promise<T> {
    return await this.#read((pool) => pool.transaction(work));
  }

  override async connect(): Promise<PoolClient> {
    return await Promise.reject(
      new Error("A session for reading is lent by `use`, which may repeat its work."),
    );
  }

  /** Ends the replica's sessions; the primary's pool belongs to its creator. */
  override async end(): Promise<void> {
    await this.#replica.end();
  }

  async #read<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
    if (this.#unused === null || performance.now() >= this.#unused.until) {
      this.#unused = null;
      try {
        if (await this.#hasReplayed()) {
          const found = await work(this.#replica);
          this.#options.onRead("replica");
          return found;
        }
        this.#stopUsing("behind");
      } catch (error) {
        const problem = classifyDatabaseError(error);
        if (problem === null || problem === "slow") throw error;
        this.#options.onError(error);
        this.#stopUsing("away");
      }
    }
    const because = this.#unused?.because ?? "behind";
    this.#options.onRead(`primary-${because}`);
    return await work(this.#primary);
  }

  #stopUsing(because: keyof typeof UNUSED_MS): void {
    this.#unused = { because, until: performance.now() + UNUSED_MS[because] };
  }

  /** Whether the replica has replayed all commits, in time. @throws if it is away, or no replica of the primary */
  async #hasReplayed(): Promise<boolean> {
    const [primary] = await this.#primary.query<{ lsn: string; instance: string }>(
      `select pg_current_wal_flush_lsn()::text as lsn, ${INSTANCE} as instance`,
      [],
    );
    const until = performance.now() + REPLAY_MS_MAX;
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

/** SQL: identifies a database; the same on a primary and its replicas. */
const INSTANCE = "(select system_identifier from pg_control_system()) || ' ' || current_database()";

class NoReplica extends Error {
  override readonly name = "NoReplica";
  /** The code of a server that is away, so that it is treated as such. */
  readonly code = "CONNECT_TIMEOUT";

  constructor() {
    super("DATABASE_REPLICA_URL points to a server that is not a replica of the database in DATABASE_URL.");
  }
}
