import type { Instant } from "@overdue/schedules";
import { lastPeriod, nextReportAt, type Period, periodBefore, type ReportEvery } from "@overdue/core";
import { and, eq, gt, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { notifySenders } from "../deliveries/changes.ts";
import { type OwnerContact, ownMailbox } from "../deliveries/notify-owners.ts";
import { deliveries } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { findReport, hasChecks, limitTime, unlessTimedOut } from "./find-report.ts";

type DueRow = {
  id: string;
  projectId: string;
  channelId: string | null;
  email: string | null;
  every: ReportEvery;
  timezone: string;
  lastPeriod: string | null;
  isDeleted: boolean;
};

/** How to go about it. `onError`: one could not be made; it comes again in an hour, and holds up no other. */
export type ReportsWay = {
  way: OwnerContact;
  now: Instant;
  onError: (reportId: string, error: unknown) => void;
};

/** So many are looked at in one go. */
export const REPORTS_AT_ONCE = 50;

/**
 * Queues the reports that are due, each in a transaction with its next due time, so that of several checkers exactly
 * one does. Of periods that went by while nobody looked only the newest is sent. @returns how many were looked at
 */
export async function queueReports(db: Db, { way, now, onError }: ReportsWay): Promise<number> {
  const rows = await db.execute<{ id: string }>(sql`
    select id from reports where due_at <= ${instant(now)} order by due_at limit ${REPORTS_AT_ONCE}`);
  for (const { id } of rows) {
    try {
      await db.transaction((tx) => queueOne(tx, id, { way, now }));
    } catch (error) {
      onError(id, error);
      await db.execute(
        sql`update reports set due_at = ${instant(now)} + interval '1 hour' where id = ${id} and due_at is not null`,
      );
    }
  }
  return rows.length;
}

/** What a member asked to be sent at once, whatever is due. */
export type AskedReport = { projectId: string; reportId: string; email: string; period: Period };

/** Queues a report to a member's address. @returns the delivery. @throws ReportTooLarge */
export async function queueReportNow(db: Db, keyring: Keyring, asked: AskedReport): Promise<string> {
  return await unlessTimedOut(() =>
    db.transaction(async (tx) => {
      await limitTime(tx);
      const { channelId } = await ownMailbox(tx, keyring, asked);
      return await queue(tx, { ...asked, channelId });
    }),
  );
}

/** How many reports the project was sent within the last minute. */
export async function reportsWithinMinute(db: Db, projectId: string): Promise<number> {
  const recent = gt(deliveries.createdAt, sql`now() - interval '1 minute'`);
  return await db.$count(
    deliveries,
    and(eq(deliveries.projectId, projectId), eq(deliveries.kind, "report"), recent),
  );
}

async function queueOne(tx: Tx, id: string, { way, now }: Omit<ReportsWay, "onError">): Promise<void> {
  await limitTime(tx);
  const due = await claim(tx, id, now);
  if (due === null) return;
  const period = lastPeriod(due.every, now, due.timezone);
  const channelId = (await isWanted(tx, due, period)) ? await channelOf(tx, due, way) : null;
  if (channelId !== null) await queue(tx, { ...due, channelId, reportId: id, period });
  await tx.execute(sql`
    update reports set due_at = ${instant(nextReportAt(due.every, now, due.timezone))},
      last_period = ${channelId === null ? due.lastPeriod : period.label}
    where id = ${id}`);
}

async function claim(tx: Tx, id: string, now: Instant): Promise<DueRow | null> {
  const rows = await tx.execute<DueRow>(sql`
    select r.id, r.project_id as "projectId", r.channel_id as "channelId", u.email, r.every,
      coalesce(r.timezone, p.timezone) as timezone, r.last_period as "lastPeriod",
      p.deleted_at is not null as "isDeleted"
    from reports r join projects p on p.id = r.project_id left join users u on u.id = r.user_id and u.email_verified
    where r.id = ${id} and r.due_at <= ${instant(now)} and r.every <> 'none'
    for update of r skip locked`);
  return rows[0] ?? null;
}

async function isWanted(tx: Tx, due: DueRow, period: Period): Promise<boolean> {
  return !due.isDeleted && due.lastPeriod !== period.label && (await hasChecks(tx, due.projectId));
}

/** Where it goes; null where nothing would arrive: no mail server, or the address refuses mails. */
async function channelOf(
  tx: Tx,
  { projectId, channelId, email }: DueRow,
  way: OwnerContact,
): Promise<string | null> {
  if (email === null || channelId !== null) return channelId;
  if (!way.mail) return null;
  const mailbox = await ownMailbox(tx, way.keyring, { projectId, email });
  return mailbox.isBroken ? null : mailbox.channelId;
}

type Queued = { projectId: string; channelId: string; reportId: string; period: Period };

async function queue(tx: Tx, { projectId, channelId, reportId, period }: Queued): Promise<string> {
  const report = await findReport(tx, { projectId, span: period, before: periodBefore(period) });
  const rows = await tx.execute<{ id: string }>(sql`
    insert into deliveries (project_id, channel_id, kind, payload)
    values (${projectId}, ${channelId}, 'report', ${JSON.stringify({ reportId, period, report })}::jsonb)
    returning id`);
  await notifySenders(tx);
  const [row] = rows;
  if (row === undefined) throw new Error("The insert answered no row.");
  return row.id;
}

function instant(at: Instant) {
  return sql`to_timestamp(${at / 1000}::float8)`;
}
