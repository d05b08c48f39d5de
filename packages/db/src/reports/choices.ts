import { nextReportAt, type ReportEvery } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, eq, isNull, sql } from "drizzle-orm";

import { type Db, StaleVersion, type Tx } from "../database.ts";
import { LOCK_SEEDS } from "../locks.ts";
import type { MemberRef } from "../projects/members.ts";
import { channels, projectPeople, projects, reports, users } from "../schema/index.ts";
import { type Keyring, readSignedId, signId } from "../secrets/keyring.ts";

/** How often a member gets the project's report. `timezone` null: the project's. */
export type ReportChoice = {
  /** Null while nothing is stored: then the member's role decides. */
  id: string | null;
  every: ReportEvery | "none";
  timezone: string | null;
  dueAt: Date | null;
  /** When the next note on clock changes is due; null: none is wanted. */
  clockNoteDueAt: Date | null;
  version: number;
  projectTimezone: string;
  email: string;
  /** Whether the address is verified; reports go only to verified addresses. */
  isVerified: boolean;
  /** Why mails to the address fail; null if they do not. */
  brokenBecause: string | null;
};

/** How often a member gets the report by default. */
const DEFAULT_BY_ROLE = { owner: "month", admin: "none", member: "none", viewer: "none" } as const;
const OWNERS_AT_ONCE_MAX = 500;

/** A member's choice; null if there is no such member. */
export async function findReportChoice(db: Db | Tx, ref: MemberRef): Promise<ReportChoice | null> {
  const [row] = await db
    .select({
      role: projectPeople.role,
      id: reports.id,
      every: reports.every,
      timezone: reports.timezone,
      dueAt: reports.dueAt,
      clockNoteDueAt: reports.clockNoteDueAt,
      version: reports.version,
      projectTimezone: projects.timezone,
      email: users.email,
      isVerified: users.emailVerified,
      brokenBecause: channels.brokenBecause,
    })
    .from(projectPeople)
    .innerJoin(users, eq(users.id, projectPeople.userId))
    .innerJoin(projects, eq(projects.id, projectPeople.projectId))
    .leftJoin(
      reports,
      and(eq(reports.projectId, projectPeople.projectId), eq(reports.userId, projectPeople.userId)),
    )
    .leftJoin(channels, isOwnMailbox())
    .where(isMember(ref));
  if (row === undefined) return null;
  const { role, ...choice } = row;
  return { ...choice, every: row.every ?? DEFAULT_BY_ROLE[role], version: row.version ?? 0 };
}

/** Writes the given fields. @returns whether there is such a member. @throws StaleVersion */
export async function editReportChoice(
  db: Db,
  ref: MemberRef,
  { edit, version, now }: { edit: ChoiceEdit; version: number | null; now: Instant },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${ref.projectId + ref.userId}, ${LOCK_SEEDS.reportChoice}))`,
    );
    const before = await findReportChoice(tx, ref);
    if (before === null) return false;
    if (version !== null && version !== before.version) throw new StaleVersion();
    const every = edit.every ?? before.every;
    const timezone = edit.timezone === undefined ? before.timezone : edit.timezone;
    const zone = timezone ?? before.projectTimezone;
    const { clockChanges = before.clockNoteDueAt !== null } = edit;
    const values = {
      every,
      timezone,
      dueAt: dueAfter(every, now, zone),
      clockNoteDueAt: dueAfter(clockChanges ? "week" : "none", now, zone),
      version: before.version + 1,
      updatedAt: sql`now()`,
    };
    await tx
      .insert(reports)
      .values({ ...ref, ...values })
      .onConflictDoUpdate({ target: [reports.projectId, reports.userId], set: values });
    return true;
  });
}
/** `clockChanges`: whether the member wants a note each week before a clock change that affects runs. */
export type ChoiceEdit = {
  every?: ReportEvery | "none";
  timezone?: string | null;
  clockChanges?: boolean;
};

/** Stores the default choice for owners who have chosen nothing yet, so that their reports become due. @returns for how many owners */
export async function storeOwnersReports(db: Db, now: Instant): Promise<number> {
  const owners = await db
    .select({ projectId: projectPeople.projectId, userId: projectPeople.userId, timezone: projects.timezone })
    .from(projectPeople)
    .innerJoin(projects, and(eq(projects.id, projectPeople.projectId), isNull(projects.deletedAt)))
    .leftJoin(
      reports,
      and(eq(reports.projectId, projectPeople.projectId), eq(reports.userId, projectPeople.userId)),
    )
    .where(and(eq(projectPeople.role, "owner"), isNull(reports.id)))
    .limit(OWNERS_AT_ONCE_MAX);
  if (owners.length === 0) return 0;
  const every = DEFAULT_BY_ROLE.owner;
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
  return and(eq(projectPeople.projectId, projectId), eq(projectPeople.userId, userId));
}

/** SQL: whether the channel is the internal one by which Overdue itself writes to the member's address. */
function isOwnMailbox() {
  return and(
    eq(channels.projectId, projectPeople.projectId),
    eq(channels.internal, true),
    eq(channels.kind, "email"),
    eq(channels.hint, users.email),
  );
}

const PURPOSE = "stop reports";

/** A link by which the recipient of a mail ends its reports, and nothing else (RFC 8058). It does not expire. */
export function stopReportsLink(
  keyring: Keyring,
  { publicUrl, reportId }: { publicUrl: string; reportId: string },
): string {
  return `${publicUrl}/reports/stop?${signId(keyring, PURPOSE, reportId)}`;
}

/** The reports for which a link was signed; null if it was not signed, or they no longer exist. */
export async function findStopped(
  db: Db,
  keyring: Keyring,
  query: URLSearchParams,
): Promise<{ reportId: string; projectName: string; stopped: boolean } | null> {
  const reportId = readSignedId(keyring, PURPOSE, query);
  if (reportId === null) return null;
  const [row] = await db
    .select({ projectName: projects.name, every: reports.every, clockNoteDueAt: reports.clockNoteDueAt })
    .from(reports)
    .innerJoin(projects, eq(projects.id, reports.projectId))
    .where(eq(reports.id, reportId));
  if (row === undefined) return null;
  const { projectName, every, clockNoteDueAt } = row;
  return { reportId, projectName, stopped: every === "none" && clockNoteDueAt === null };
}

/** Ends reports and notes on clock changes, as the choice then shows. */
export async function stopReports(db: Db, reportId: string): Promise<void> {
  await db
    .update(reports)
    .set({
      every: "none",
      dueAt: null,
      clockNoteDueAt: null,
      version: sql`${reports.version} + 1`,
      updatedAt: sql`now()`,
    })
    .where(eq(reports.id, reportId));
}
