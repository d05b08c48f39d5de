import type { Pool } from "../database.ts";

import { RECEIVER_DOWN_AFTER_MS } from "./outages.ts";

/** How well the installation does its work; ages in seconds, null where nothing has happened yet. */
export type VitalSigns = {
  /** Since the newest committed canary of any receiver. */
  canaryAge: number | null;
  /** How far judging lies behind the clock, because the slowest live receiver has not committed more. */
  watermarkLag: number | null;
  /** Since a checker last judged. */
  judgedAge: number | null;
  /** How long the oldest deadline that could have been judged has waited. */
  deadlineWait: number | null;
  /** How long the oldest delivery that is due has waited. */
  deliveryWait: number | null;
  /** Deliveries that were given up. */
  deliveriesFailed: number;
  outages: number;
  /** Deliveries that were given up, and that nobody has dealt with. */
  deadLetters: number;
  /** From the deadline of the check that misses on purpose until its alert arrived, over the last day. */
  selfP50: number | null;
  selfP99: number | null;
  /** Since the newest of these alerts arrived. */
  selfAge: number | null;
};

/** Reads them all at once. */
export async function readVitalSigns(pool: Pool): Promise<VitalSigns> {
  const rows = await pool.query<VitalSigns>(
    `with now as (select clock_timestamp() as at),
          mark as (select min(checkpoint_at) as at from receivers, now
                    where ended_at is null and checkpoint_at > now.at - $1::float8 * interval '1 millisecond')
     select (select extract(epoch from now.at - max(checkpoint_at)) from receivers)::float8 as "canaryAge",
            extract(epoch from now.at - mark.at)::float8 as "watermarkLag",
            (select extract(epoch from now.at - max(evaluated_at)) from checkers)::float8 as "judgedAge",
            (select extract(epoch from greatest(interval '0', mark.at - min(wake_at))) from checks
              where wake_at is not null and deleted_at is null)::float8 as "deadlineWait",
            (select extract(epoch from greatest(interval '0', now.at - min(next_attempt_at))) from deliveries
              where state in ('pending', 'retry'))::float8 as "deliveryWait",
            (select count(*) from deliveries where state = 'failed') as "deliveriesFailed",
            (select count(*) from outages) as outages,
            (select count(*) from deliveries
              where state = 'failed' and dealt_with_at is null and kind not in ('test', 'run', 'notice')) as "deadLetters",
            self.*
       from now, mark, lateral (
         select percentile_disc(0.5) within group (order by d.latency_ms) / 1000.0::float8 as "selfP50",
                percentile_disc(0.99) within group (order by d.latency_ms) / 1000.0::float8 as "selfP99",
                extract(epoch from now.at - max(d.finished_at))::float8 as "selfAge"
           from instance_facts f join deliveries d on d.check_id = f.value::uuid
          where f.name = 'self-check' and d.kind = 'down' and d.state = 'sent'
            and d.created_at > now.at - interval '1 day') self`,
    [RECEIVER_DOWN_AFTER_MS],
  );
  const [signs] = rows;
  if (signs === undefined) throw new Error("The vital signs could not be read.");
  return signs;
}
