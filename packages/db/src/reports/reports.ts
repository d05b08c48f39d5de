import {
  clockChangesAhead,
  type ClockChangesPayload,
  lastPeriod,
  nextReportAt,
  type Period,
  periodBefore,
  type ReportEvery,
  type ReportPayload,
} from "@overdue/core";
import type { Instant, Schedule } from "@overdue/schedules";
import { and, eq, gt, type SQL, sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import { checkNameSql } from "../checks/name-sql.ts";
import type { Db, Tx } from "../database.ts";
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

/** `onError`: called for a report that could not be queued. It is tried again in an hour, and does not hold up the others. */
type QueueOptions = {
  ownerContact: OwnerContact;
  now: Instant;
  onError: (reportId: string, error: unknown) => void;
};

/** How many reports one call of `queueReports` handles. */
export const REPORTS_AT_ONCE_MAX = 50;

/**
 * Queues the reports and the notes on clock changes that are due, each in a transaction with its next due time, so that only
 * one of several checkers does. If several periods have passed since, only the newest is reported.
 * @returns how many were due, of reports or of notes, whichever is more
 */
export async function queueReports(db: Db, { ownerContact, now, onError }: QueueOptions): Promise<number> {
  let handled = 0;
  for (const [column, queueDue] of [
    [sql`due_at`, queueOne],
    [sql`clock_note_due_at`, queueNote],
  ] as const) {
    const rows = await db.execute<{ id: string }>(sql`
      select id from reports where ${column} <= ${instant(now)} order by ${column} limit ${REPORTS_AT_ONCE_MAX}`);
    for (const { id } of rows) {
      try {
        await db.transaction((tx) => queueDue(tx, id, { ownerContact, now }));
      } catch (error) {
        onError(id, error);
        await db.execute(
          sql`update reports set ${column} = ${instant(now)} + interval '1 hour' where id = ${id} and ${column} is not null`,
        );
      }
    }
    handled = Math.max(handled, rows.length);
  }
  return handled;
}

/** A report that a member requested, to be sent at once. */
export type RequestedReport = { projectId: string; reportId: string; email: string; period: Period };

/** Queues a report to a member's address. @returns the id of the delivery. @throws ReportTooLarge */
export async function queueReportNow(db: Db, keyring: Keyring, requested: RequestedReport): Promise<string> {
  return await unlessTimedOut(() =>
    db.transaction(async (tx) => {
      await limitTime(tx);
      const { channelId } = await ownMailbox(tx, keyring, requested);
      return await queue(tx, { ...requested, channelId });
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

async function queueOne(
  tx: Tx,
  id: string,
  { ownerContact, now }: Omit<QueueOptions, "onError">,
): Promise<void> {
  await limitTime(tx);
  const due = await claim(tx, id, sql`r.due_at <= ${instant(now)} and r.every <> 'none'`);
  if (due === null) return;
  const period = lastPeriod(due.every, now, due.timezone);
  const channelId = (await isWanted(tx, due, period)) ? await findTarget(tx, due, ownerContact) : null;
  if (channelId !== null) await queue(tx, { ...due, channelId, reportId: id, period });
  await tx.execute(sql`
    update reports set due_at = ${instant(nextReportAt(due.every, now, due.timezone))},
      last_period = ${channelId === null ? due.lastPeriod : period.label}
    where id = ${id}`);
}

/** Queues the weekly note, if a clock change within two weeks affects runs of the project. */
async function queueNote(
  tx: Tx,
  id: string,
  { ownerContact, now }: Omit<QueueOptions, "onError">,
): Promise<void> {
  await limitTime(tx);
  const due = await claim(tx, id, sql`r.clock_note_due_at <= ${instant(now)}`);
  if (due === null) return;
  const clockChanges = due.isDeleted ? [] : clockChangesAhead(await loadSchedules(tx, due.projectId), now);
  const channelId = clockChanges.length === 0 ? null : await findTarget(tx, due, ownerContact);
  if (channelId !== null) await insert(tx, { ...due, channelId }, { reportId: id, clockChanges });
  await tx.execute(sql`
    update reports set clock_note_due_at = ${instant(nextReportAt("week", now, due.timezone))} where id = ${id}`);
}

/** The schedules of a project's checks that are not paused. */
async function loadSchedules(tx: Tx, projectId: string) {
  return await tx.execute<{ id: string; name: string; schedule: Schedule }>(sql`
    select c.id, ${checkNameSql("c")} as name, c.schedule from checks c
    where c.project_id = ${projectId} and c.deleted_at is null and c.status <> 'paused' order by c.created_at, c.id`);
}

async function claim(tx: Tx, id: string, isDue: SQL): Promise<DueRow | null> {
  const rows = await tx.execute<DueRow>(sql`
    select r.id, r.project_id as "projectId", r.channel_id as "channelId", u.email, r.every,
      coalesce(r.timezone, p.timezone) as timezone, r.last_period as "lastPeriod",
      p.deleted_at is not null as "isDeleted"
    from reports r join projects p on p.id = r.project_id left join users u on u.id = r.user_id and u.email_verified
    where r.id = ${id} and ${isDue}
    for update of r skip locked`);
  return rows[0] ?? null;
}

async function isWanted(tx: Tx, due: DueRow, period: Period): Promise<boolean> {
  return !due.isDeleted && due.lastPeriod !== period.label && (await hasChecks(tx, due.projectId));
}

/** The channel to which it goes; null if nothing would arrive, without a mail server or because the address refuses mails. */
async function findTarget(
  tx: Tx,
  { projectId, channelId, email }: DueRow,
  ownerContact: OwnerContact,
): Promise<string | null> {
  if (email === null || channelId !== null) return channelId;
  if (!ownerContact.mail) return null;
  const mailbox = await ownMailbox(tx, ownerContact.keyring, { projectId, email });
  return mailbox.isBroken ? null : mailbox.channelId;
}

type ReportToQueue = { projectId: string; channelId: string; reportId: string; period: Period };

async function queue(tx: Tx, { projectId, channelId, reportId, period }: ReportToQueue): Promise<string> {
  const report = await findReport(tx, { projectId, span: period, before: periodBefore(period) });
  return await insert(tx, { projectId, channelId }, { reportId, period, report });
}

async function insert(
  tx: Tx,
  { projectId, channelId }: { projectId: string; channelId: string },
  payload: ReportPayload | ClockChangesPayload,
): Promise<string> {
  const rows = await tx.execute<{ id: string }>(sql`
    insert into deliveries (project_id, channel_id, kind, payload)
    values (${projectId}, ${channelId}, 'report', ${JSON.stringify(payload)}::jsonb)
    returning id`);
  await notifySenders(tx);
  const [row] = rows;
  if (row === undefined) throw new Error("The insert returned no row.");
  return row.id;
}

function instant(at: Instant) {
  return sql`to_timestamp(${at / 1000}::float8)`;
}
