import { RECEIVER_DOWN_AFTER_MS } from "@overdue/core";

import type { Pool } from "../database.ts";
import { readWatermark } from "./awaited.ts";
import { EXPENDABLE_KINDS, IS_ABANDONED, WAITING } from "../schema/delivery-lists.ts";
import { SELF_TEST_ALERTS } from "../sql-fragments.ts";

/** How well the instance works. Times are in seconds: ages are null where nothing has happened yet, waits are 0 where nothing waits. */
export type VitalSigns = {
  /** Since the newest committed heartbeat of any receiver. */
  heartbeatAge: number | null;
  /** How far the watermark lies behind the clock, because the slowest receiver that is waited for has not committed more. */
  watermarkLag: number | null;
  /** Since a checker last evaluated deadlines. */
  evaluatedAge: number | null;
  /** How long the oldest deadline that could have been evaluated has waited. */
  deadlineWait: number | null;
  /** How long the oldest delivery that is due has waited. */
  deliveryWait: number | null;
  /** Deliveries that were given up. */
  deliveriesFailed: number;
  outages: number;
  /** Deliveries that were given up, and that nobody has dealt with yet. */
  deadLetters: number;
  /** From a deadline of the self-test until its alert arrived, over the last day. */
  selfP50: number | null;
  selfP99: number | null;
  /** Since the newest of these alerts arrived. */
  selfAge: number | null;
};

export async function readVitalSigns(pool: Pool): Promise<VitalSigns> {
  const watermark = await readWatermark(pool);
  const rows = await pool.query<VitalSigns>(
    `with now as (select clock_timestamp() as at),
          slowest as (select to_timestamp($1::float8 / 1000) as at)
     select (select extract(epoch from now.at - max(checkpoint_at)) from receivers)::float8 as "heartbeatAge",
            extract(epoch from now.at - slowest.at)::float8 as "watermarkLag",
            (select extract(epoch from now.at - max(evaluated_at)) from checkers)::float8 as "evaluatedAge",
            (select extract(epoch from greatest(interval '0', slowest.at - min(wake_at))) from checks
              where wake_at is not null and deleted_at is null)::float8 as "deadlineWait",
            (select extract(epoch from greatest(interval '0', now.at - min(next_attempt_at))) from deliveries
              where state in ${WAITING})::float8 as "deliveryWait",
            (select count(*) from deliveries where state = 'failed') as "deliveriesFailed",
            (select count(*) from outages) as outages,
            (select count(*) from deliveries
              where ${IS_ABANDONED} and kind not in ${EXPENDABLE_KINDS}) as "deadLetters",
            self.*
       from now, slowest, lateral (
         select percentile_disc(0.5) within group (order by d.latency_ms) / 1000.0::float8 as "selfP50",
                percentile_disc(0.99) within group (order by d.latency_ms) / 1000.0::float8 as "selfP99",
                extract(epoch from now.at - max(d.finished_at))::float8 as "selfAge"
           from ${SELF_TEST_ALERTS} d
          where d.created_at > now.at - interval '1 day') self`,
    [watermark],
  );
  const [signs] = rows;
  if (signs === undefined) throw new Error("The vital signs could not be read.");
  return signs;
}

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

const NO_SENDER = "No sender is connected: alerts are written, and none is sent.";

/**
 * A sentence where no sender has a connection, though receivers have run for a minute; else null. Senders are known by the
 * names of their connections, so that one that was killed is missed at once.
 */
export async function senderProblem(pool: Pool): Promise<string | null> {
  const rows = await pool.query<{ is_missing: boolean }>(
    `select not exists (select from pg_stat_activity
               where datname = current_database() and application_name like 'overdue sender %')
             and exists (select from receivers
               where ended_at is null and started_at < clock_timestamp() - interval '1 minute'
                 and checkpoint_at > clock_timestamp() - interval '15 seconds') as is_missing`,
    [],
  );
  return rows[0]?.is_missing === true ? NO_SENDER : null;
}
