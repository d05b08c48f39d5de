import { lastPeriod, nextReportAt, type Period, periodBefore, type ReportEvery } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, eq, gt, isNull, sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import { type Db, StaleVersion, type Tx } from "../database.ts";
import { type OwnerContact, ownMailbox } from "../deliveries/notify-owners.ts";
import type { MemberRef } from "../projects/members.ts";
import { channels, deliveries, members, projects, reports, users } from "../schema/index.ts";
import { type Keyring, readSignedId, signId } from "../secrets/keyring.ts";
import { findReport, hasChecks, limitTime, unlessTimedOut } from "./find-report.ts";

/** How often a member gets the project's report. `timezone` null: by the project's clock. */
export type ReportChoice = {
  /** Null while nothing was stored: then it is what the role says. */
  id: string | null;
  every: ReportEvery | "none";
  timezone: string | null;
  dueAt: Date | null;
  version: number;
  projectTimezone: string;
  email: string;
  /** The address is proven; no report goes to another. */
  isVerified: boolean;
  /** Why mails to the address fail, where they do. */
  brokenBecause: string | null;
};

/** Those who answer for the jobs hear of them once a month unless they say otherwise. */
const OF_ROLE = { owner: "month", editor: "none", viewer: "none" } as const;
const OWNERS_AT_ONCE = 500;

/** A member's choice, or null where nobody is that member. */
export async function findReportChoice(db: Db | Tx, ref: MemberRef): Promise<ReportChoice | null> {
  const [row] = await db
    .select({
      role: members.role,
      id: reports.id,
      every: reports.every,
      timezone: reports.timezone,
      dueAt: reports.dueAt,
      version: reports.version,
      projectTimezone: projects.timezone,
      email: users.email,
      isVerified: users.emailVerified,
      brokenBecause: channels.brokenBecause,
    })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .innerJoin(projects, eq(projects.id, members.projectId))
    .leftJoin(reports, and(eq(reports.projectId, members.projectId), eq(reports.userId, members.userId)))
    .leftJoin(channels, isOwnMailbox())
    .where(isMember(ref));
  if (row === undefined) return null;
  const { role, ...choice } = row;
  return { ...choice, every: row.every ?? OF_ROLE[role], version: row.version ?? 0 };
}

/** Writes what is named. @returns whether there is that member. @throws StaleVersion */
export async function editReportChoice(
  db: Db,
  ref: MemberRef,
  { edit, version, now }: { edit: ChoiceEdit; version: number | null; now: Instant },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    await tx.select({ role: members.role }).from(members).where(isMember(ref)).for("update");
    const before = await findReportChoice(tx, ref);
    if (before === null) return false;
    if (version !== null && version !== before.version) throw new StaleVersion();
    const every = edit.every ?? before.every;
    const timezone = edit.timezone === undefined ? before.timezone : edit.timezone;
    const dueAt = dueAfter(every, now, timezone ?? before.projectTimezone);
    const values = { every, timezone, dueAt, version: before.version + 1, updatedAt: sql`now()` };
    await tx
      .insert(reports)
      .values({ ...ref, ...values })
      .onConflictDoUpdate({ target: [reports.projectId, reports.userId], set: values });
    return true;
  });
}
export type ChoiceEdit = { every?: ReportEvery | "none"; timezone?: string | null };

/** Stores what an owner gets who has chosen nothing yet, so that it falls due. @returns for how many */
export async function storeOwnersReports(db: Db, now: Instant): Promise<number> {
  const owners = await db
    .select({ projectId: members.projectId, userId: members.userId, timezone: projects.timezone })
    .from(members)
    .innerJoin(projects, and(eq(projects.id, members.projectId), isNull(projects.deletedAt)))
    .leftJoin(reports, and(eq(reports.projectId, members.projectId), eq(reports.userId, members.userId)))
    .where(and(eq(members.role, "owner"), isNull(reports.id)))
    .limit(OWNERS_AT_ONCE);
  if (owners.length === 0) return 0;
  const every = OF_ROLE.owner;
  const rows = owners.map(({ timezone, ...ref }) => ({
    ...ref,
    every,
    dueAt: dueAfter(every, now, timezone),
  }));
  await db.insert(reports).values(rows).onConflictDoNothing();
  return owners.length;
}

function dueAfter(every: ReportEvery | "none", now: Instant, timezone: string): Date | null {
  return every === "none" ? null : new Date(nextReportAt(every, now, timezone));
}

function isMember({ projectId, userId }: MemberRef) {
  return and(eq(members.projectId, projectId), eq(members.userId, userId));
}

/** The channel by which Overdue itself writes to a member's address. */
function isOwnMailbox() {
  return and(
    eq(channels.projectId, members.projectId),
    eq(channels.internal, true),
    eq(channels.kind, "email"),
    eq(channels.hint, users.email),
  );
}

const PURPOSE = "stop reports";

/** Lets the holder of a mail end its reports, and nothing else (RFC 8058). It does not expire. */
export function stopReportsLink(keyring: Keyring, of: { publicUrl: string; reportId: string }): string {
  return `${of.publicUrl}/reports/stop?${signId(keyring, PURPOSE, of.reportId)}`;
}

/** Whose reports the link was signed for, or null where it was not, or they are gone. */
export async function findStopped(
  db: Db,
  keyring: Keyring,
  query: URLSearchParams,
): Promise<{ reportId: string; projectName: string; stopped: boolean } | null> {
  const reportId = readSignedId(keyring, PURPOSE, query);
  if (reportId === null) return null;
  const [row] = await db
    .select({ projectName: projects.name, every: reports.every })
    .from(reports)
    .innerJoin(projects, eq(projects.id, reports.projectId))
    .where(eq(reports.id, reportId));
  return row === undefined ? null : { reportId, projectName: row.projectName, stopped: row.every === "none" };
}

/** No further report comes; the choice says so. */
export async function stopReports(db: Db, reportId: string): Promise<void> {
  await db
    .update(reports)
    .set({ every: "none", dueAt: null, version: sql`${reports.version} + 1`, updatedAt: sql`now()` })
    .where(eq(reports.id, reportId));
}

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
  if (row === undefined) throw new Error("The insert returned no row.");
  return row.id;
}

function instant(at: Instant) {
  return sql`to_timestamp(${at / 1000}::float8)`;
}
