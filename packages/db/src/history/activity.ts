import type { MetricValues, Run, StoredRun, StoredSlot } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, asc, eq, gt, isNull } from "drizzle-orm";

import type { CheckRow } from "../checks/check-row.ts";
import type { CheckRef } from "../checks/find-checks.ts";
import type { Db, Pool } from "../database.ts";
import { epochMs } from "../sql-fragments.ts";
import { checks } from "../schema/index.ts";
import { SLOT_COUNTS } from "./list-events.ts";

/** If a check has more slots or runs than this in a span, they are counted by parts, since a screen cannot show each. */
const SINGLE_MAX = 300;
/** Among this many runs that end after the span, one that began in it is looked for. */
const ENDING_LATER_MAX = 5;

type Span = { from: Instant; until: Instant };

/** How many slots of one part of a span had each outcome; `index` counts the parts from 0. */
export type SummedSlots = {
  index: number;
  onTime: number;
  late: number;
  failed: number;
  missed: number;
  overlong: number;
  excluded: number;
};

/** What a check did in a span: each slot and run, or, if there are too many, their counts by parts of the span. */
export type CheckActivity = { row: CheckRow } & (
  | { kind: "single"; slots: StoredSlot[]; runs: StoredRun[] }
  | { kind: "summed"; parts: SummedSlots[] }
);

type Page = { projectId: string; after: string | null; limit: number };

/**
 * Checks of a project, oldest first, with what they did in a span; at most 300 slots and 300 runs of each check. Open runs are
 * not included, since the check's own state has them. `partMs`: the length of the parts.
 */
export async function loadActivity(
  { db, pool }: { db: Db; pool: Pool },
  { projectId, after, limit }: Page,
  span: Span & { partMs: number },
): Promise<CheckActivity[]> {
  const rows = await db
    .select()
    .from(checks)
    .where(
      and(
        eq(checks.projectId, projectId),
        isNull(checks.deletedAt),
        after === null ? undefined : gt(checks.id, after),
      ),
    )
    .orderBy(asc(checks.id))
    .limit(limit);
  const single = await loadSingle(pool, { projectId, ids: rows.map(({ id }) => id) }, span);
  const many = single.filter(({ slots, runs }) => Math.max(slots.length, runs.length) > SINGLE_MAX);
  const ids = many.map(({ checkId }) => checkId);
  const summed =
    ids.length === 0 ? new Map<string, SummedSlots[]>() : await sumParts(pool, { projectId, ids }, span);
  const byId = new Map(single.map((one) => [one.checkId, one]));
  const isSummed = new Set(ids);
  return rows.map((row) => {
    if (isSummed.has(row.id)) return { row, kind: "summed", parts: summed.get(row.id) ?? [] };
    const { slots = [], runs = [] } = byId.get(row.id) ?? {};
    return { row, kind: "single", slots: slots.map(toSlot), runs: runs.map(toRun) };
  });
}

type CheckRefs = { projectId: string; ids: readonly string[] };
type SlotValues = [StoredSlot["dueAt"], StoredSlot["outcome"], StoredSlot["lateMs"], StoredSlot["runId"]];
type RunValues = [
  id: string,
  startedAt: Instant | null,
  endedAt: Instant | null,
  outcome: StoredRun["outcome"],
  overlong: boolean,
  exitStatus: number | null,
];

/** Slots and runs come as arrays, because a day of 500 checks has tens of thousands of them. */
async function loadSingle(pool: Pool, { projectId, ids }: CheckRefs, { from, until }: Span) {
  return await pool.query<{ checkId: string; slots: SlotValues[]; runs: RunValues[] }>(
    `select c.id as "checkId",
        coalesce((select json_agg(json_build_array(${epochMs("s.due_at")}, s.outcome, s.late_ms, s.run_id)
                         order by s.due_at)
           from (select due_at, outcome, late_ms, run_id from slots
                  where check_id = c.id and due_at >= span.from and due_at < span.until
                  order by due_at limit ${SINGLE_MAX + 1}) s), '[]') as slots,
        coalesce((select json_agg(json_build_array(r.id, ${epochMs("r.started_at")}, ${epochMs("r.ended_at")}, r.outcome,
                         r.overlong, r.exit_status))
           from ((select * from runs
                   where check_id = c.id and heard_at >= span.from and heard_at < span.until and ended_at is not null
                   order by heard_at limit ${SINGLE_MAX + 1})
                 union all
                 (select * from (select * from runs where check_id = c.id and heard_at >= span.until
                                  order by heard_at limit ${ENDING_LATER_MAX}) later
                   where ended_at is not null and started_at < span.until)) r), '[]') as runs
       from checks c,
            (select to_timestamp($3::float8 / 1000) as from, to_timestamp($4::float8 / 1000) as until) span
      where c.project_id = $1 and c.id = any($2)`,
    [projectId, [...ids], from, until],
  );
}

async function sumParts(
  pool: Pool,
  { projectId, ids }: CheckRefs,
  { from, until, partMs }: Span & { partMs: number },
): Promise<Map<string, SummedSlots[]>> {
  const rows = await pool.query<SummedSlots & { checkId: string }>(
    `select s.check_id as "checkId", floor((${epochMs("s.due_at")} - $3) / $5::float8)::int as index, ${SLOT_COUNTS},
            count(*) filter (where r.overlong)::int as overlong,
            count(*) filter (where s.outcome = 'excluded')::int as excluded
       from slots s left join runs r on r.id = s.run_id
      where s.project_id = $1 and s.check_id = any($2) and s.due_at >= to_timestamp($3::float8 / 1000)
        and s.due_at < to_timestamp($4::float8 / 1000)
      group by 1, 2 order by 1, 2`,
    [projectId, [...ids], from, until, partMs],
  );
  return Map.groupBy(rows, ({ checkId }) => checkId);
}

function toSlot([dueAt, outcome, lateMs, runId]: SlotValues): StoredSlot {
  return { dueAt, outcome, lateMs, runId };
}

function toRun([id, startedAt, endedAt, outcome, overlong, exitStatus]: RunValues): StoredRun {
  return { id, startedAt, endedAt, outcome, overlong, exitStatus };
}

/** How long one run took. */
export type RunDuration = {
  at: Instant;
  durationMs: number;
  outcome: "success" | "fail";
  overlong: boolean;
  exitStatus: number | null;
};

/** How long runs took, oldest first: those among the newest `limit` runs of a check whose start and end are known. */
export async function listDurations(
  pool: Pool,
  { projectId, checkId }: CheckRef,
  limit: number,
): Promise<RunDuration[]> {
  const rows = await pool.query<RunDuration>(
    `select ${epochMs("started_at")} as at, duration_ms::float8 as "durationMs", outcome, overlong,
            exit_status as "exitStatus"
       from (select * from runs where project_id = $1 and check_id = $2 order by heard_at desc limit $3) r
      where started_at is not null and duration_ms is not null and outcome in ('success', 'fail')
      order by heard_at`,
    [projectId, checkId, limit],
  );
  return [...rows];
}

/** What one run reported in numbers. `at`: its end, or its start while it runs. */
export type RunMetrics = { at: Instant; outcome: Run["outcome"]; metrics: MetricValues };

/** How many runs are looked at for those that reported something. */
const RUNS_SEARCHED_MAX = 5_000;

/** What runs reported in numbers, oldest first: the newest `limit` of those among the last 5,000 runs of a check. */
export async function listMetrics(
  pool: Pool,
  { projectId, checkId }: CheckRef,
  limit: number,
): Promise<RunMetrics[]> {
  const rows = await pool.query<RunMetrics>(
    `select ${epochMs("heard_at")} as at, outcome, metrics
       from (select * from (select heard_at, outcome, metrics from runs where project_id = $1 and check_id = $2
                             order by heard_at desc limit ${RUNS_SEARCHED_MAX}) searched
              where metrics is not null order by heard_at desc limit $3) newest
      order by heard_at`,
    [projectId, checkId, limit],
  );
  return [...rows];
}

/** The numbers of pings with a body that ended runs, by the instant at which the run ended. */
export async function findRunOutputs(
  pool: Pool,
  { projectId, checkId }: CheckRef,
  endedAt: readonly Date[],
): Promise<Map<Instant, number>> {
  if (endedAt.length === 0) return new Map();
  const rows = await pool.query<{ at: Instant; number: number }>(
    `select ${epochMs("received_at")} as at, max(number)::float8 as number from pings
      where project_id = $1 and check_id = $2 and kind in ('success', 'fail') and body_bytes > 0
        and received_at = any($3::timestamptz[])
      group by received_at`,
    [projectId, checkId, endedAt.map((at) => at.toISOString())],
  );
  return new Map(rows.map(({ at, number }) => [at, number]));
}

/** The outages that overlap a span, oldest first; at most 200. */
export async function outagesWithin(
  pool: Pool,
  { from, until }: Span,
): Promise<{ startedAt: Instant; endedAt: Instant | null }[]> {
  const rows = await pool.query<{ startedAt: Instant; endedAt: Instant | null }>(
    `select ${epochMs("started_at")} as "startedAt", ${epochMs("ended_at")} as "endedAt" from outages
      where started_at < to_timestamp($2::float8 / 1000)
        and (ended_at is null or ended_at > to_timestamp($1::float8 / 1000)) and set_back_ms is null
      order by started_at desc limit 200`,
    [from, until],
  );
  return rows.toReversed();
}
