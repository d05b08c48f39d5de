import { type DeliveryKind, INFORMATIONAL_KINDS, type SystemPayload } from "@overdue/core";
import { and, desc, eq, isNull, lt, notInArray, sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import { checkNameSql } from "../checks/name-sql.ts";
import type { Db } from "../database.ts";
import { lockUntilCommit } from "../locks.ts";
import { UNREPORTED_KINDS } from "../schema/delivery-lists.ts";
import { deliveries } from "../schema/index.ts";
import { type DeliveryWithAttempts, withAttempts } from "./list-deliveries.ts";
import { notifyOwners, type OwnerContact } from "./notify-owners.ts";

type DeliveryRef = { projectId: string; deliveryId: string };

const isDead = and(
  eq(deliveries.state, "failed"),
  isNull(deliveries.dealtWithAt),
  notInArray(deliveries.kind, ["test", ...INFORMATIONAL_KINDS]),
);

/** The deliveries that were given up and that nobody has dealt with; newest first, only those before the delivery `before`. */
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

/** Makes a failed delivery due at once. @returns whether there was such a failed delivery */
export async function redeliver(db: Db, ref: DeliveryRef): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { count } = await tx
      .update(deliveries)
      .set({
        state: "pending",
        nextAttemptAt: sql`now()`,
        finishedAt: null,
        dealtWithAt: null,
        poisonAttempts: 0,
      })
      .where(isFailedDelivery(ref));
    await notifySenders(tx);
    return count === 1;
  });
}

/** Takes a failed delivery off the list of dead letters. @returns whether there was such a failed delivery */
export async function dismissDelivery(db: Db, ref: DeliveryRef): Promise<boolean> {
  const { count } = await db
    .update(deliveries)
    .set({ dealtWithAt: sql`now()` })
    .where(isFailedDelivery(ref));
  return count === 1;
}

function isFailedDelivery({ projectId, deliveryId }: DeliveryRef) {
  return and(
    eq(deliveries.projectId, projectId),
    eq(deliveries.id, deliveryId),
    eq(deliveries.state, "failed"),
  );
}

/** The least time between two messages about the dead letters of one project. */
const NOTIFIED_AGAIN_AFTER = "1 hour";
/** How many dead letters a message names. */
const NAMED_MAX = 5;

type DeadLetters = {
  projectId: string;
  count: number;
  newest: { kind: DeliveryKind; check: string | null; channel: string; error: string | null }[];
};

/**
 * Notifies the owners of each project, at most once an hour, of the alerts that were given up since the last such message.
 * @returns the number of those alerts, for the operator's log
 */
export async function reportDeadLetters(db: Db, ownerContact: OwnerContact): Promise<number> {
  return db.transaction(async (tx) => {
    // Without it two checkers could both notify the owners.
    await tx.execute(lockUntilCommit("deadLetterNotice"));
    const rows = await tx.execute<DeadLetters>(sql`
      select project_id as "projectId", count(*)::int as count,
        json_agg(json_build_object('kind', kind, 'check', name, 'channel', channel, 'error', last_error)
          order by finished_at desc) filter (where place <= ${NAMED_MAX}) as newest
      from (
        select d.project_id, d.kind, case when k.id is not null then ${checkNameSql("k")} end as name, c.name as channel,
          d.last_error, d.finished_at,
          row_number() over (partition by d.project_id order by d.finished_at desc) as place
        from deliveries d
        join channels c on c.project_id = d.project_id and c.id = d.channel_id
        left join checks k on k.project_id = d.project_id and k.id = d.check_id
        left join instance_facts f on f.name = 'dead-letters ' || d.project_id
        where d.state = 'failed' and d.dealt_with_at is null and d.kind not in ${UNREPORTED_KINDS}
          and d.finished_at > coalesce(f.created_at, '-infinity')
          and coalesce(f.created_at, '-infinity') < clock_timestamp() - ${NOTIFIED_AGAIN_AFTER}::interval
          and d.finished_at > clock_timestamp() - interval '1 day'
      ) dead
      group by project_id`);
    for (const { projectId, ...letters } of rows) {
      await tx.execute(sql`
        insert into instance_facts (name, value, created_at)
        values ('dead-letters ' || ${projectId}::text, ${String(letters.count)}, clock_timestamp())
        on conflict (name) do update set value = excluded.value, created_at = excluded.created_at`);
      await notifyOwners(tx, ownerContact, { projectId, notVia: null, ...deadLettersMessage(letters) });
    }
    return rows.reduce((sum, { count }) => sum + count, 0);
  });
}

/** "1 alert could not be delivered to “Ops”", with a line for each of the newest: which alert, where to, and why not. */
function deadLettersMessage({ count, newest }: Omit<DeadLetters, "projectId">): SystemPayload {
  const alerts = count === 1 ? "1 alert" : `${count} alerts`;
  const channels = [...new Set(newest.map(({ channel }) => `“${channel}”`))];
  return {
    title: `${alerts} could not be delivered to ${channels.join(", ")}`,
    sentence:
      "Nobody has received them there. All of them are listed under “Dead letters”, where you can send them again; these are the newest.",
    lines: newest.map(({ kind, check, channel, error }) => ({
      label: `${check ?? "Overdue"}, ${kind}`,
      value: `to “${channel}”${error === null ? "" : `: ${error}`}`,
    })),
  };
}
