import type { Pool, PoolClient } from "./connection/pool.ts";

const TRIES = 3;
/** Deadlock and serialization failure: nothing was written, and the same again will do. */
const TRY_AGAIN = new Set(["40P01", "40001"]);

/** Runs `work` in one transaction; rolls back when it throws, tries again after a deadlock. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await pool.transaction(work);
    } catch (error) {
      if (tries >= TRIES || !TRY_AGAIN.has(codeOf(error))) throw error;
    }
  }
}

/** Runs `work` in a transaction of this session. Where it cannot be rolled back, the session ends. */
export async function inSession<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  const begun = client.query("begin");
  // The first statement of `work` is sent along with it. Were it refused, nothing more may run outside a transaction.
  begun.catch(() => client.end());
  try {
    const result = await work();
    await begun;
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => client.end());
    throw error;
  }
}

/** Runs `work` so that what it wrote is undone when it throws, inside a transaction that goes on. */
export async function inSavepoint<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query("savepoint nested");
  try {
    const result = await work();
    await client.query("release savepoint nested");
    return result;
  } catch (error) {
    await client.query("rollback to savepoint nested; release savepoint nested");
    throw error;
  }
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
