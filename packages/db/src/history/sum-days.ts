import type { DayRecord } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import type { CheckRef } from "../checks/find-checks.ts";
import type { Pool } from "../database.ts";

/** How often slots of a span had each outcome. */
export type SlotCounts = {
  onTime: number;
  late: number;
  failed: number;
  missed: number;
  /** Not counted: maintenance windows, and outages of Overdue itself. */
  maintenance: number;
  outage: number;
};

const COUNTS = `
  count(*) filter (where s.outcome in ('on-time', 'early'))::int as "onTime",
  count(*) filter (where s.outcome = 'late')::int as late,
  count(*) filter (where s.outcome = 'failed')::int as failed,
  count(*) filter (where s.outcome = 'missed')::int as missed`;

/** A check's slots of each day since `from`, by the calendar of `timezone`; days without slots are left out. */
export async function sumDays(
  pool: Pool,
  { projectId, checkId }: CheckRef,
  { from, timezone }: { from: Instant; timezone: string },
): Promise<DayRecord[]> {
  const rows = await pool.query<DayRecord>(
    `select to_char(s.due_at at time zone $4, 'YYYY-MM-DD') as day, ${COUNTS},
            count(*) filter (where r.overlong)::int as overlong,
            count(*) filter (where s.outcome = 'excluded')::int as excluded,
            (avg(r.duration_ms) filter (where r.ended_at is not null))::float8 as "meanMs"
       from slots s left join runs r on r.id = s.run_id
      where s.project_id = $1 and s.check_id = $2 and s.due_at >= to_timestamp($3::float8 / 1000)
      group by 1 order by 1`,
    [projectId, checkId, from, timezone],
  );
  return [...rows];
}

/** How a check's slots ended in each of these spans, which all end at `now`; `days` are lengths of spans. */
export async function countSlots(
  pool: Pool,
  { projectId, checkId }: CheckRef,
  { now, days }: { now: Instant; days: readonly number[] },
): Promise<(SlotCounts & { days: number })[]> {
  const rows = await pool.query<SlotCounts & { days: number }>(
    `select span.days, ${COUNTS},
            count(*) filter (where s.outcome = 'excluded' and s.because = 'maintenance')::int as maintenance,
            count(*) filter (where s.outcome = 'excluded' and s.because is null)::int as outage
       from unnest($4::int[]) as span(days)
       left join slots s on s.project_id = $1 and s.check_id = $2 and s.due_at <= to_timestamp($3::float8 / 1000)
            and s.due_at > to_timestamp($3::float8 / 1000) - span.days * interval '1 day'
      group by span.days order by span.days`,
    [projectId, checkId, now, [...days]],
  );
  return [...rows];
}
