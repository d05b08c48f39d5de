import { lastPeriod, nextReportAt, type ReportEvery } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { sql } from "drizzle-orm";

import { openDb, type Pool, type Tx } from "../database.ts";
import { noteIdentity } from "./database-identity.ts";
import { UNFINISHED } from "../schema/delivery-lists.ts";

/** The fact that the database was restored from a backup. */
export const RESTORED = "restored";

/** `notSentAgain`: alerts that waited at the time of the backup. */
export type Restored = { notSentAgain: number };

/** Until then the jobs of incidents that were open may ping before anybody is called again about them. */
const INCIDENTS_REST_FOR = "15 minutes";

/**
 * What follows from a database being older than the world: a message that waited at the time of the backup has most likely been
 * sent since, so none is sent again by itself; alerts are listed as not delivered, with a button to send them. The time since
 * the backup itself becomes an outage with the first checkpoint, as that of any stop. `backupAt`: the time of the snapshot.
 */
export async function settleRestored(pool: Pool, backupAt: Instant): Promise<Restored> {
  return await openDb(pool).transaction((tx) => settleIn(tx, backupAt));
}

/** The same in a transaction. */
export async function settleIn(tx: Tx, backupAt: Instant): Promise<Restored> {
  const notSentAgain = await giveUpDeliveries(tx, backupAt);
  await tx.execute(sql`delete from account_mails`);
  // A person may have taken the deletion of their account back since the backup.
  await tx.execute(sql`update account_deletions set delete_after = clock_timestamp() + interval '7 days'`);
  await tx.execute(sql`update status_mails set due_at = null where due_at is not null`);
  await tx.execute(sql`delete from shadow_pings`);
  await tx.execute(sql`
    update incidents set wake_at = clock_timestamp() + ${INCIDENTS_REST_FOR}::interval
    where resolved_at is null and wake_at < clock_timestamp() + ${INCIDENTS_REST_FOR}::interval`);
  await skipReports(tx);
  // What they may keep on their disks is of another time. A process that still has it announces itself anew.
  await tx.execute(sql`update receivers set ended_at = clock_timestamp() where ended_at is null`);
  await tx.execute(sql`
    insert into instance_facts (name, value, created_at)
    values (${RESTORED}, ${sentence(backupAt, notSentAgain)}, clock_timestamp())
    on conflict (name) do update set value = excluded.value, created_at = excluded.created_at`);
  await noteIdentity(tx);
  return { notSentAgain };
}

async function giveUpDeliveries(tx: Tx, backupAt: Instant): Promise<number> {
  const because = `Overdue was restored from a backup of ${minuteOf(backupAt)}, when this message waited: it may have been sent since. Send it again if nobody got it.`;
  const { count } = await tx.execute(sql`
    update deliveries set state = 'failed', finished_at = clock_timestamp(), last_error = ${because},
      lease_until = null, holder = null
    where state in ${UNFINISHED}`);
  return count;
}

type DueReport = {
  id: string;
  every: ReportEvery;
  timezone: string;
  isReportDue: boolean;
  isNoteDue: boolean;
};

/** Reports and notes that became due since the backup were most likely sent. */
async function skipReports(tx: Tx): Promise<void> {
  const now = Date.now();
  const rows = await tx.execute<DueReport>(sql`
    select r.id, r.every, coalesce(r.timezone, p.timezone) as timezone,
      r.every <> 'none' and r.due_at <= clock_timestamp() as "isReportDue",
      r.clock_note_due_at <= clock_timestamp() as "isNoteDue"
    from reports r join projects p on p.id = r.project_id
    where r.due_at <= clock_timestamp() or r.clock_note_due_at <= clock_timestamp()`);
  for (const { id, every, timezone, isReportDue, isNoteDue } of rows) {
    if (isReportDue)
      await tx.execute(sql`
        update reports set due_at = ${instant(nextReportAt(every, now, timezone))},
          last_period = ${lastPeriod(every, now, timezone).label} where id = ${id}`);
    if (isNoteDue)
      await tx.execute(sql`
        update reports set clock_note_due_at = ${instant(nextReportAt("week", now, timezone))} where id = ${id}`);
  }
}

function instant(at: Instant): string {
  return new Date(at).toISOString();
}

function minuteOf(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function sentence(backupAt: Instant, count: number): string {
  const waited =
    count === 0
      ? ""
      : ` ${count === 1 ? "1 message" : `${count} messages`} waited then and may have been sent since; each is listed in its project under “Dead letters”.`;
  return `Overdue was restored at ${minuteOf(Date.now())} from a backup of ${minuteOf(backupAt)}; the time between counts as an outage.${waited}`;
}
