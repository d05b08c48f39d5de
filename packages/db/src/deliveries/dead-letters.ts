import { INFORMATIONAL_KINDS } from "@overdue/core";
import { and, desc, eq, isNull, lt, notInArray, sql } from "drizzle-orm";

import { type DeliveryWithAttempts, withAttempts } from "../channels/list-deliveries.ts";
import type { Db } from "../database.ts";
import { deliveries } from "../schema/index.ts";
import { ringForDeliveries } from "./changes.ts";
import { type OwnersWay, tellOwners } from "./tell-owners.ts";

type DeliveryRef = { projectId: string; deliveryId: string };

const isDead = and(
  eq(deliveries.state, "failed"),
  isNull(deliveries.dealtWithAt),
  notInArray(deliveries.kind, ["test", ...INFORMATIONAL_KINDS]),
);

/** What a project could not deliver, and nobody has dealt with; newest first, from before the delivery `before`. */
export async function listDeadLetters(
  db: Db,
  projectId: string,
  page: { limit: number; before: string | null },
): Promise<DeliveryWithAttempts[]> {
  const older = page.before === null ? undefined : lt(deliveries.id, page.before);
  const rows = await db
    .select()
    .from(deliveries)
    .where(and(eq(deliveries.projectId, projectId), isDead, older))
    .orderBy(desc(deliveries.id))
    .limit(page.limit);
  return withAttempts(db, rows);
}

/** Puts a failed delivery back at the front of the queue. @returns whether there was such a one */
export async function redeliver(db: Db, ref: DeliveryRef): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { count } = await tx
      .update(deliveries)
      .set({ state: "pending", nextAttemptAt: sql`now()`, finishedAt: null, dealtWithAt: null, crashes: 0 })
      .where(failed(ref));
    await ringForDeliveries(tx);
    return count === 1;
  });
}

/** Takes a failed delivery off the list. @returns whether there was such a one */
export async function dismissDelivery(db: Db, ref: DeliveryRef): Promise<boolean> {
  const { count } = await db
    .update(deliveries)
    .set({ dealtWithAt: sql`now()` })
    .where(failed(ref));
  return count === 1;
}

function failed({ projectId, deliveryId }: DeliveryRef) {
  return and(
    eq(deliveries.projectId, projectId),
    eq(deliveries.id, deliveryId),
    eq(deliveries.state, "failed"),
  );
}

/** Between two messages about dead letters of one project. */
const AGAIN_AFTER = "1 hour";

/**
 * Tells the owners of each project, an hour after the last such message at the earliest, how many alerts have been
 * given up since. @returns how many that were, for the operator's log
 */
export async function tellOfDeadLetters(db: Db, way: OwnersWay): Promise<number> {
  return db.transaction(async (tx) => {
    // Two checkers at once must not both tell.
    await tx.execute(sql`select pg_advisory_xact_lock(7236841)`);
    const rows = await tx.execute<{ projectId: string; count: number }>(sql`
      select d.project_id as "projectId", count(*)::int as count
      from deliveries d
      left join instance_facts f on f.name = 'dead-letters ' || d.project_id
      where d.state = 'failed' and d.dealt_with_at is null and d.kind not in ('test', 'system', 'run', 'notice')
        and d.finished_at > coalesce(f.created_at, '-infinity')
        and coalesce(f.created_at, '-infinity') < clock_timestamp() - ${AGAIN_AFTER}::interval
        and d.finished_at > clock_timestamp() - interval '1 day'
      group by d.project_id`);
    for (const { projectId, count } of rows) {
      await tx.execute(sql`
        insert into instance_facts (name, value, created_at)
        values ('dead-letters ' || ${projectId}::text, ${String(count)}, clock_timestamp())
        on conflict (name) do update set value = excluded.value, created_at = excluded.created_at`);
      await tellOwners(tx, way, { projectId, notVia: null, ...wordsFor(count) });
    }
    return rows.reduce((sum, { count }) => sum + count, 0);
  });
}

function wordsFor(count: number): { title: string; sentence: string } {
  const alerts = count === 1 ? "1 alert" : `${count} alerts`;
  return {
    title: `${alerts} could not be delivered`,
    sentence:
      "Nobody got them where they should have gone. They are listed with their errors; send them again there.",
  };
}
