import { inSavepoint } from "../in-transaction.ts";
import { Pool, type PoolClient } from "./pool.ts";
import type { Rows } from "./session.ts";

// One for each session, so that what is made for a pool, such as Drizzle's view of it, is made once.
const known = new WeakMap<PoolClient, TransactionPool>();

/**
 * Runs `work` with a pool whose statements all belong to one transaction, so that functions which take a pool and begin
 * transactions of their own can be combined: a transaction that is begun inside is a savepoint.
 */
export async function asOneTransaction<T>(pool: Pool, work: (inside: Pool) => Promise<T>): Promise<T> {
  return await pool.transaction((client) => {
    const inside = known.get(client) ?? new TransactionPool(client);
    known.set(client, inside);
    return work(inside);
  });
}

/** One session whose transaction is under way, in the place of a pool. */
class TransactionPool extends Pool {
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    super({ url: "", name: "transaction", max: 0 });
    this.#client = client;
  }

  override async query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Rows<Row>> {
    return await this.#client.query<Row>(text, values);
  }

  override async queryValues(text: string, values: readonly unknown[]): Promise<unknown[][]> {
    return await this.#client.queryValues(text, values);
  }

  override async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return await work(this.#client);
  }

  override async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return await inSavepoint(this.#client, () => work(this.#client));
  }

  override async connect(): Promise<PoolClient> {
    return await Promise.reject(new Error("A session of a transaction is not lent."));
  }
}
