import type { Pool } from "../database.ts";

import { RECEIVER_DOWN_AFTER_MS } from "./outages.ts";

const EVALUATED_WITHIN_MS = 15_000;
const READ_ONLY = "The database is read-only: pings cannot be stored, and no deadline can be evaluated.";

type Signs = { read_only: boolean; heartbeat_ms: number | null; evaluated_ms: number | null };

/** Null when pings are received and deadlines evaluated; else one sentence that says what is not. */
export async function notReadyBecause(pool: Pool): Promise<string | null> {
  const rows = await pool.query<Signs>(
    `select current_setting('transaction_read_only')::boolean as read_only,
                  (select extract(epoch from clock_timestamp() - max(checkpoint_at)) * 1000 from receivers)::float8
                    as heartbeat_ms,
                  (select extract(epoch from clock_timestamp() - max(evaluated_at)) * 1000 from checkers)::float8
                    as evaluated_ms`,
    [],
  );
  const row = rows[0];
  if (row?.read_only === true) return READ_ONLY;
  return (
    late("No receiver has committed a ping of its own", row?.heartbeat_ms ?? null, RECEIVER_DOWN_AFTER_MS) ??
    late("No checker has evaluated deadlines", row?.evaluated_ms ?? null, EVALUATED_WITHIN_MS)
  );
}

function late(what: string, ageMs: number | null, limitMs: number): string | null {
  if (ageMs !== null && ageMs <= limitMs) return null;
  const since = ageMs === null ? "yet" : `for ${Math.round(ageMs / 1_000)} s`;
  return `${what} ${since}; at most ${limitMs / 1_000} s are normal.`;
}
