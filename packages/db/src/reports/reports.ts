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
import { checkNameSql } from "../checks/find-checks.ts";
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

/** How to go about it. `onError`: one could not be made; it comes again in an hour, and holds up no other. */
type ReportsWay = {
  ownerContact: OwnerContact;
  now: Instant;
  onError: (reportId: string, error: unknown) => void;
};

/** So many are looked at in one go. */
export const REPORTS_AT_ONCE = 50;

/**
 * Queues the reports and the notes on clock changes that are due, each in a transaction with its next due time, so that of
 * several checkers exactly one does. Of periods that went by while nobody looked only the newest is sent.
 * @returns how many were looked at
 */
export async function queueReports(db: Db, { ownerContact, now, onError }: ReportsWay): Promise<number> {
  let looked = 0;
  for (const [column, queueDue] of [
    [sql`due_at`, queueOne],
    [sql`clock_note_due_at`, queueNote],
  ] as const) {
    const rows = await db.execute<{ id: string }>(sql`
      select id from reports where ${column} <= ${instant(now)} order by ${column} limit ${REPORTS_AT_ONCE}`);
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
    looked = Math.max(looked, rows.length);
  }
  return looked;
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

async function queueOne(
  tx: Tx,
  id: string,
  { ownerContact, now }: Omit<ReportsWay, "onError">,
): Promise<void> {
  await limitTime(tx);
  const due = await claim(tx, id, sql`r.due_at <= ${instant(now)} and r.every <> 'none'`);
  if (due === null) return;
  const period = lastPeriod(due.every, now, due.timezone);
  const channelId = (await isWanted(tx, due, period)) ? await channelOf(tx, due, ownerContact) : null;
  if (channelId !== null) await queue(tx, { ...due, channelId, reportId: id, period });
  await tx.execute(sql`
    update reports set due_at = ${instant(nextReportAt(due.every, now, due.timezone))},
      last_period = ${channelId === null ? due.lastPeriod : period.label}
    where id = ${id}`);
}

/** A week's note, where a clock change within two weeks touches runs of the project. */
async function queueNote(
  tx: Tx,
  id: string,
  { ownerContact, now }: Omit<ReportsWay, "onError">,
): Promise<void> {
  await limitTime(tx);
  const due = await claim(tx, id, sql`r.clock_note_due_at <= ${instant(now)}`);
  if (due === null) return;
  const clockChanges = due.isDeleted ? [] : clockChangesAhead(await loadSchedules(tx, due.projectId), now);
  const channelId = clockChanges.length === 0 ? null : await channelOf(tx, due, ownerContact);
  if (channelId !== null) await insert(tx, { ...due, channelId }, { reportId: id, clockChanges });
  await tx.execute(sql`
    update reports set clock_note_due_at = ${instant(nextReportAt("week", now, due.timezone))} where id = ${id}`);
}

/** The schedules of a project's checks that are watched. */
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

/** Where it goes; null where nothing would arrive: no mail server, or the address refuses mails. */
async function channelOf(
  tx: Tx,
  { projectId, channelId, email }: DueRow,
  ownerContact: OwnerContact,
): Promise<string | null> {
  if (email === null || channelId !== null) return channelId;
  if (!ownerContact.mail) return null;
  const mailbox = await ownMailbox(tx, ownerContact.keyring, { projectId, email });
  return mailbox.isBroken ? null : mailbox.channelId;
}

type Queued = { projectId: string; channelId: string; reportId: string; period: Period };

async function queue(tx: Tx, { projectId, channelId, reportId, period }: Queued): Promise<string> {
  const report = await findReport(tx, { projectId, span: period, before: periodBefore(period) });
  return await insert(tx, { projectId, channelId }, { reportId, period, report });
}

type Addressed = { projectId: string; channelId: string };

async function insert(
  tx: Tx,
  { projectId, channelId }: Addressed,
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
