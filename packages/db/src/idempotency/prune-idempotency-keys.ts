import { sql } from "drizzle-orm";

import type { Prune } from "../maintenance-jobs/prune.ts";

/** How long an answer is kept for a second request with the same key. */
export const KEPT_HOURS = 24;

/** Idempotency keys that are past their time. */
export const pruneIdempotencyKeys: Prune = async (db, limit) => {
  const { count } = await db.execute(sql`
    delete from idempotency_keys where (actor, route, key) in (
      select actor, route, key from idempotency_keys
      where claimed_at < now() - make_interval(hours => ${KEPT_HOURS}) limit ${limit})`);
  return count;
};
