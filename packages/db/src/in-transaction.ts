import type { Pool, PoolClient } from "pg";

const TRIES = 3;
/** Deadlock and serialization failure: nothing was written, and the same again will do. */
const TRY_AGAIN = new Set(["40P01", "40001"]);

/** Runs `work` in one transaction; rolls back when it throws, tries again after a deadlock. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (tries >= TRIES || !TRY_AGAIN.has(codeOf(error))) throw error;
    }
  }
}

async function once<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => (broken = true));
    throw error;
  } finally {
    client.release(broken);
  }
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
