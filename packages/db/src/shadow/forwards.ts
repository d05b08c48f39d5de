import type { ForwardedPing } from "@overdue/core/shadow";
import { and, eq, sql } from "drizzle-orm";

import { type Db, openDb, type Pool } from "../database.ts";
import { shadowPings, shadows } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { NOW } from "../sql-fragments.ts";
import { openShadow, type ShadowRow } from "./shadows.ts";

/** A ping that waits to be forwarded, with its body as far as it is forwarded. */
export type WaitingForward = { projectId: string; checkId: string; ping: ForwardedPing; body: Buffer | null };

/** Of one project; the oldest beyond it are dropped. */
const WAITING_PER_PROJECT_MAX = 1_000;
/** A ping that is older says nothing true about now. */
const FORWARD_MINUTES_MAX = 10;

/**
 * Queues pings for the other product, and drops the oldest of a project beyond what may wait. `lost`: how many of each
 * project were dropped before they came here.
 */
export async function queueForwards(
  pool: Pool,
  forwards: readonly WaitingForward[],
  lost: ReadonlyMap<string, number>,
): Promise<void> {
  await openDb(pool).transaction(async (tx) => {
    if (forwards.length > 0)
      await tx.insert(shadowPings).values(
        forwards.map(({ projectId, checkId, ping, body }) => {
          const at = new Date(ping.at);
          return { projectId, checkId, ping, body, at, dueAt: at };
        }),
      );
    const counts = new Map(forwards.map(({ projectId }) => [projectId, 0]));
    for (const [projectId, count] of lost) counts.set(projectId, count);
    for (const [projectId, count] of [...counts].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
      const dropped = await tx.execute(sql`
        delete from shadow_pings where id in (
          select id from shadow_pings where project_id = ${projectId}
           order by id desc offset ${WAITING_PER_PROJECT_MAX})`);
      if (dropped.count + count > 0) await countDropped(tx, projectId, dropped.count + count);
    }
  });
}

async function countDropped(db: Pick<Db, "update">, projectId: string, count: number): Promise<void> {
  await db
    .update(shadows)
    .set({ dropped: sql`${shadows.dropped} + ${count}` })
    .where(eq(shadows.projectId, projectId));
}

/** `key`: by which the other product knows the check; null: it does not. */
export type ClaimedForward = {
  id: string;
  checkId: string;
  ping: ForwardedPing;
  body: Buffer | null;
  attempts: number;
  key: string | null;
  slug: string;
  pingUuid: string;
};

export type ClaimedProject = { shadow: ShadowRow; forwards: readonly ClaimedForward[] };

/**
 * Takes the due pings of one project, which no other process takes for so long: the pings of a check go out in order. Null
 * where none is due. What waited too long is dropped.
 */
export async function claimForwards(
  pool: Pool,
  keyring: Keyring,
  { leaseSeconds, limit }: { leaseSeconds: number; limit: number },
): Promise<ClaimedProject | null> {
  const db = openDb(pool);
  const leased = await db.execute<{ id: string }>(sql`
    update shadows set leased_until = clock_timestamp() + ${leaseSeconds} * interval '1 second'
     where id = (
       select s.id from shadows s
        where s.ended_at is null and coalesce(s.leased_until, '-infinity') < clock_timestamp()
          and exists (select from shadow_pings w where w.project_id = s.project_id and w.due_at <= clock_timestamp())
        order by s.leased_until nulls first limit 1 for update skip locked)
    returning id`);
  const [lease] = leased;
  if (lease === undefined) return null;
  const [row] = await db.select().from(shadows).where(eq(shadows.id, lease.id));
  if (row === undefined) return null;
  const shadow = openShadow(keyring, row);
  await dropOld(db, shadow.projectId);
  return { shadow, forwards: await dueForwards(pool, shadow, limit) };
}

async function dropOld(db: Db, projectId: string): Promise<void> {
  const { count } = await db.execute(sql`
    delete from shadow_pings
     where project_id = ${projectId} and at < clock_timestamp() - ${FORWARD_MINUTES_MAX} * interval '1 minute'`);
  if (count > 0) await countDropped(db, projectId, count);
}

/** Those of a check that has an older one waiting for its next attempt wait with it. */
async function dueForwards(
  pool: Pool,
  { projectId, product }: ShadowRow,
  limit: number,
): Promise<ClaimedForward[]> {
  return await pool.query<ClaimedForward>(
    `select w.id, w.check_id as "checkId", w.ping, w.body, w.attempts, c.slug, c.ping_uuid as "pingUuid",
            (select a.key from check_aliases a
              where a.project_id = w.project_id and a.check_id = w.check_id and a.product = $2 order by a.id limit 1) as key
       from shadow_pings w join checks c on c.project_id = w.project_id and c.id = w.check_id
      where w.project_id = $1
        and not exists (select from shadow_pings o where o.project_id = w.project_id and o.check_id = w.check_id
                          and o.id <= w.id and o.due_at > clock_timestamp())
      order by w.id limit $3`,
    [projectId, product, limit],
  );
}

/** What became of a ping: done (forwarded, or there was nothing to say), given up, or to be tried again. */
export type ForwardResult = {
  id: string;
  end: "forwarded" | "nothing-to-say" | "failed" | "again";
  /** For "again": after so many milliseconds. */
  afterMs: number;
};

/** Stores what became of the claimed pings, and lets go of the project. `problem`: of the newest attempt; null: it worked. */
export async function settleForwards(
  pool: Pool,
  projectId: string,
  {
    results,
    problem,
    pauseMs,
  }: { results: readonly ForwardResult[]; problem: string | null; pauseMs: number },
): Promise<void> {
  await openDb(pool).transaction(async (tx) => {
    const ended = results.filter(({ end }) => end !== "again").map(({ id }) => id);
    if (ended.length > 0)
      await tx.execute(sql`delete from shadow_pings where project_id = ${projectId}
        and id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(ended)}::jsonb))`);
    for (const { id, end, afterMs } of results) {
      if (end !== "again") continue;
      await tx
        .update(shadowPings)
        .set({
          attempts: sql`${shadowPings.attempts} + 1`,
          dueAt: sql`${NOW} + ${afterMs} * interval '1 millisecond'`,
        })
        .where(and(eq(shadowPings.projectId, projectId), eq(shadowPings.id, id)));
    }
    const forwarded = results.filter(({ end }) => end === "forwarded").length;
    await tx
      .update(shadows)
      .set({
        forwarded: sql`${shadows.forwarded} + ${forwarded}`,
        failed: sql`${shadows.failed} + ${results.filter(({ end }) => end === "failed").length}`,
        ...(forwarded > 0 && { lastForwardedAt: sql`clock_timestamp()` }),
        ...(results.length > 0 && { forwardProblem: problem }),
        leasedUntil: sql`${NOW} + ${pauseMs} * interval '1 millisecond'`,
      })
      .where(eq(shadows.projectId, projectId));
  });
}
