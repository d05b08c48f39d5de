import type { MetricValues, Reason, SlotRecord } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, asc, count, eq, inArray, isNull } from "drizzle-orm";

import type { Db, Pool } from "../database.ts";
import { checkChannels, checks } from "../schema/index.ts";
import { epochMs } from "../sql-fragments.ts";
import type { CheckRow } from "./check-row.ts";

/** The open incident of a check. Instants are epoch milliseconds. */
type OpenIncident = {
  id: string;
  checkId: string;
  reason: Reason;
  openedAt: Instant;
  exitStatus: number | null;
  isAcknowledged: boolean;
  snoozedUntil: Instant | null;
  stormId: string | null;
};

/** What a list shows of a check. */
export type CheckOverview = {
  row: CheckRow;
  channels: number;
  incident: OpenIncident | null;
  /** The address from which its newest run came; null if unknown. */
  host: string | null;
  /** What its newest run reported; null where the check has no limit of a metric, or the run reported none. */
  metrics: MetricValues | null;
  /** The newest slots, oldest first; null where they were not read. */
  slots: readonly SlotRecord[] | null;
};

type Filter = { projectId: string; ids: readonly string[] | null };

type SlotLimits = {
  /** How many slots of each check to read. */
  each: number;
  /** Where a whole project has more checks than this, slots are read of those alone that are down. */
  checksMax: number;
};

/** Of so many that are down, a page shows only some at once. */
const DOWN_MAX = 100;

/**
 * The checks of a project, or those with these ids, with what a list shows of each. It takes six statements, however many
 * checks there are.
 */
export async function listOverviews(
  { db, pool }: { db: Db; pool: Pool },
  filter: Filter,
  { each, checksMax }: SlotLimits,
): Promise<CheckOverview[]> {
  const isWhole = filter.ids !== null || (await countChecks(db, filter.projectId)) <= checksMax;
  const open = loadOpenIncidents(pool, filter);
  const slotsOf = async () => ({
    ...filter,
    ids: isWhole ? filter.ids : [...(await open).keys()].slice(0, DOWN_MAX),
  });
  const [rows, channels, incidents, newestRuns, strips] = await Promise.all([
    loadChecks(db, filter),
    countChannels(db, filter),
    open,
    loadNewestRuns(pool, filter),
    slotsOf().then((those) => loadNewestSlots(pool, those, each)),
  ]);
  return rows.map((row) => ({
    row,
    channels: channels.get(row.id) ?? 0,
    incident: incidents.get(row.id) ?? null,
    host: newestRuns.get(row.id)?.host ?? null,
    metrics: newestRuns.get(row.id)?.metrics ?? null,
    slots: strips.get(row.id) ?? (isWhole ? [] : null),
  }));
}

async function countChecks(db: Db, projectId: string): Promise<number> {
  return await db.$count(checks, and(eq(checks.projectId, projectId), isNull(checks.deletedAt)));
}

async function loadChecks(db: Db, { projectId, ids }: Filter): Promise<CheckRow[]> {
  return await db
    .select()
    .from(checks)
    .where(
      and(
        eq(checks.projectId, projectId),
        isNull(checks.deletedAt),
        ids === null ? undefined : inArray(checks.id, [...ids]),
      ),
    )
    .orderBy(asc(checks.id));
}

async function countChannels(db: Db, { projectId, ids }: Filter): Promise<Map<string, number>> {
  const { checkId } = checkChannels;
  const ofThese = ids === null ? undefined : inArray(checkId, [...ids]);
  const rows = await db
    .select({ checkId, links: count() })
    .from(checkChannels)
    .where(and(eq(checkChannels.projectId, projectId), ofThese))
    .groupBy(checkId);
  return new Map(rows.map((row) => [row.checkId, row.links]));
}

async function loadOpenIncidents(pool: Pool, { projectId, ids }: Filter): Promise<Map<string, OpenIncident>> {
  const rows = await pool.query<OpenIncident>(
    `select id, check_id as "checkId", reason, ${epochMs("opened_at")} as "openedAt",
            (evidence ->> 'exitStatus')::int as "exitStatus", acknowledged_at is not null as "isAcknowledged",
            ${epochMs("snoozed_until")} as "snoozedUntil", storm_id as "stormId"
       from incidents
      where project_id = $1 and resolved_at is null and ($2::uuid[] is null or check_id = any($2))
      order by opened_at`,
    [projectId, ids],
  );
  return new Map(rows.map((row) => [row.checkId, row]));
}

type NewestRun = { checkId: string } & Pick<CheckOverview, "host" | "metrics">;

/** The address from which the newest run of each check came, and what it reported. */
async function loadNewestRuns(pool: Pool, { projectId, ids }: Filter): Promise<Map<string, NewestRun>> {
  const rows = await pool.query<NewestRun>(
    `select c.id as "checkId", newest.host, case when c.metric_limits <> '[]' then newest.metrics end as metrics
       from checks c
      cross join lateral (
        select r.host, r.metrics from runs r where r.check_id = c.id order by r.heard_at desc limit 1
      ) newest
      where c.project_id = $1 and c.deleted_at is null and ($2::uuid[] is null or c.id = any($2))`,
    [projectId, ids],
  );
  return new Map(rows.map((row) => [row.checkId, row]));
}

/** A slot as an array, because a list reads tens of thousands of them, and names would take most of the time. */
export type SlotValues = [
  dueAt: Instant,
  outcome: SlotRecord["outcome"],
  lateMs: number | null,
  because: SlotRecord["because"],
  durationMs: number | null,
  exitStatus: number | null,
  overlong: boolean | null,
  isRunning: boolean | null,
];

/** The newest `limit` slots of each check with their runs, oldest first. */
export async function loadNewestSlots(
  pool: Pool,
  { projectId, ids }: Filter,
  limit: number,
): Promise<Map<string, SlotRecord[]>> {
  const rows = await pool.query<{ checkId: string; slots: SlotValues[] }>(
    `select c.id as "checkId", newest.slots from checks c
      cross join lateral (${newestSlots("c.id", "$3")}) newest
      where c.project_id = $1 and c.deleted_at is null and ($2::uuid[] is null or c.id = any($2))
        and newest.slots is not null`,
    [projectId, ids, limit],
  );
  return new Map(rows.map(({ checkId, slots }) => [checkId, slots.map(slotRecord)]));
}

/** SQL: selects the newest slots of a check, oldest first, as `SlotValues` in the column `slots`; null if it has none. */
export function newestSlots(checkId: string, limit: string): string {
  return `select json_agg(json_build_array(${epochMs("s.due_at")}, s.outcome, s.late_ms, s.because, r.duration_ms,
                 r.exit_status, r.overlong, r.outcome = 'running') order by s.due_at) as slots
            from (select * from slots where check_id = ${checkId} order by due_at desc limit ${limit}) s
            left join runs r on r.id = s.run_id`;
}

export function slotRecord(values: SlotValues): SlotRecord {
  const [dueAt, outcome, lateMs, because, durationMs, exitStatus, overlong, isRunning] = values;
  return {
    dueAt,
    outcome,
    lateMs,
    because,
    durationMs,
    exitStatus,
    overlong: overlong === true,
    isRunning: isRunning === true,
  };
}
