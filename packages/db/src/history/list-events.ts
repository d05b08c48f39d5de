import { and, desc, eq, getTableColumns, sql, lt } from "drizzle-orm";
import type { CheckRef } from "../checks/find-checks.ts";
import type { Db } from "../database.ts";
import { flips, incidents, notices, outages, runs, slots } from "../schema/index.ts";
import type { Instant } from "@overdue/schedules";

/** Where a page of events begins: after the event of this instant and id, going back in time. */
export type EventPosition = { at: Date; id: string };
export type EventPage = { limit: number; after: EventPosition | null };

// By their names in full: Drizzle leaves the table's out, and "id" would be the delivery's own.
const CHANNELS = sql<number>`(select count(distinct d.channel_id)::int from deliveries d
  where d.project_id = flips.project_id and d.flip_id = flips.id)`;

/** Changes of status of a check, newest first. */
export async function listFlips(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select({ ...getTableColumns(flips), channels: CHANNELS })
    .from(flips)
    .where(
      and(
        eq(flips.projectId, projectId),
        eq(flips.checkId, checkId),
        after === null
          ? undefined
          : sql`(${flips.at}, ${flips.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(flips.at), desc(flips.id))
    .limit(limit);
}

/** Incidents of a check, newest first. */
export async function listIncidents(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select()
    .from(incidents)
    .where(
      and(
        eq(incidents.projectId, projectId),
        eq(incidents.checkId, checkId),
        after === null
          ? undefined
          : sql`(${incidents.openedAt}, ${incidents.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(incidents.openedAt), desc(incidents.id))
    .limit(limit);
}

/** Notices of a check, newest first. */
export async function listNotices(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select()
    .from(notices)
    .where(
      and(
        eq(notices.projectId, projectId),
        eq(notices.checkId, checkId),
        after === null
          ? undefined
          : sql`(${notices.at}, ${notices.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(notices.at), desc(notices.id))
    .limit(limit);
}

/** Spans in which Overdue itself could not receive pings, newest first, from before the instant `before`. */
export async function listOutages(db: Db, page: { limit: number; before: Date | null }) {
  return await db
    .select({
      startedAt: outages.startedAt,
      endedAt: outages.endedAt,
      cause: outages.cause,
      setBackMs: outages.setBackMs,
    })
    .from(outages)
    .where(page.before === null ? undefined : lt(outages.startedAt, page.before))
    .orderBy(desc(outages.startedAt))
    .limit(page.limit);
}

/** Runs of a check, newest first. */
export async function listRuns(db: Db, { projectId, checkId }: CheckRef, { limit, after }: EventPage) {
  return await db
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.projectId, projectId),
        eq(runs.checkId, checkId),
        after === null
          ? undefined
          : sql`(${runs.heardAt}, ${runs.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(runs.heardAt), desc(runs.id))
    .limit(limit);
}

/**
 * Expected occurrences of a check and what became of them, newest first, from before the instant `before`, each with
 * its run where it has one that is kept.
 */
export async function listSlots(
  db: Db,
  { projectId, checkId }: CheckRef,
  page: { limit: number; before: Date | null },
) {
  const rows = await db
    .select()
    .from(slots)
    .leftJoin(runs, eq(runs.id, slots.runId))
    .where(
      and(
        eq(slots.projectId, projectId),
        eq(slots.checkId, checkId),
        page.before === null ? undefined : lt(slots.dueAt, page.before),
      ),
    )
    .orderBy(desc(slots.dueAt))
    .limit(page.limit);
  return rows.map(({ slots: slot, runs: run }) => ({ ...slot, run }));
}

const NEWEST = 200;

/** The newest 200 runs that came under the settings of now, that is since they were last edited. */
export async function seenRuns(
  db: Db,
  { projectId, checkId }: CheckRef,
): Promise<{ startedAt: Instant | null; endedAt: Instant | null }[]> {
  const edited = sql`coalesce((select max(${notices.at}) from ${notices}
    where ${notices.checkId} = ${checkId} and ${notices.notice} = 'edited'), '-infinity')`;
  const rows = await db
    .select({ startedAt: runs.startedAt, endedAt: runs.endedAt })
    .from(runs)
    .where(and(eq(runs.projectId, projectId), eq(runs.checkId, checkId), sql`${runs.heardAt} > ${edited}`))
    .orderBy(desc(runs.heardAt))
    .limit(NEWEST);
  return rows.map(({ startedAt, endedAt }) => ({
    startedAt: startedAt?.getTime() ?? null,
    endedAt: endedAt?.getTime() ?? null,
  }));
}
