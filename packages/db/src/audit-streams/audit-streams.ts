import { and, asc, eq, sql } from "drizzle-orm";

import { type AuditRow } from "../audit.ts";
import type { Db, Tx } from "../database.ts";
import type { Prune } from "../maintenance-jobs/prune.ts";
import { auditEntries, auditStreamEntries, auditStreams } from "../schema/index.ts";
import { type Keyring, LostKey, type Place, seal, unseal } from "../secrets/keyring.ts";

/** Where a stream goes, and with what its requests are signed (`whsec_…`). */
export type StreamTarget = { url: string; secret: string };

/** A stream as people see it. `waiting`: entries that have not arrived yet. */
export type AuditStream = Pick<
  typeof auditStreams.$inferSelect,
  "hint" | "failures" | "problem" | "nextAttemptAt"
> & { lastSentAt: Date | null; waiting: number };

const KEPT_DAYS = 30;
/** Now, which is stored to the millisecond and must not be rounded into the future. */
const AT_ONCE = sql`clock_timestamp() - interval '1 millisecond'`;

function place(projectId: string): Place {
  return { table: "audit_streams", column: "settings", rowId: projectId, projectId };
}

export async function findAuditStream(db: Db | Tx, projectId: string): Promise<AuditStream | null> {
  const [found] = await db.select().from(auditStreams).where(eq(auditStreams.projectId, projectId));
  if (found === undefined) return null;
  const waiting = await db.$count(auditStreamEntries, eq(auditStreamEntries.projectId, projectId));
  const { hint, failures, problem, nextAttemptAt, sentAt, sentId } = found;
  return { hint, failures, problem, nextAttemptAt, waiting, lastSentAt: sentId === null ? null : sentAt };
}

/** The target of a project's stream; null if there is none, or the keyring does not have its key. */
export async function findStreamTarget(
  db: Db | Tx,
  keyring: Keyring,
  projectId: string,
): Promise<StreamTarget | null> {
  const [found] = await db.select().from(auditStreams).where(eq(auditStreams.projectId, projectId));
  return found === undefined ? null : openTarget(keyring, found);
}

/** Sends a project's audit entries there from now on; what waits goes there too, at once. */
export async function saveAuditStream(
  db: Db | Tx,
  keyring: Keyring,
  { projectId, target, hint }: { projectId: string; target: StreamTarget; hint: string },
): Promise<void> {
  const set = {
    settings: seal(keyring, place(projectId), JSON.stringify(target)),
    hint,
    failures: 0,
    problem: null,
    nextAttemptAt: AT_ONCE,
  };
  await db
    .insert(auditStreams)
    .values({ projectId, ...set })
    .onConflictDoUpdate({ target: auditStreams.projectId, set });
}

/** Ends a stream; what waits is not sent. @returns whether there was one */
export async function endAuditStream(db: Db | Tx, projectId: string): Promise<boolean> {
  const ended = await db.delete(auditStreams).where(eq(auditStreams.projectId, projectId)).returning();
  return ended.length > 0;
}

/** A stream that a process has for itself until its lease ends, with the entries that wait, oldest first. */
export type ClaimedStream = {
  projectId: string;
  /** Attempts in a row that failed so far. */
  failures: number;
  /** Null: SECRET_KEY does not open it. */
  target: StreamTarget | null;
  entries: (AuditRow & { position: number })[];
};

type Claim = { leaseSeconds: number; limit: number };

/**
 * Claims the stream that has been due longest, and has something to send; null if there is none. Its lock lets transactions
 * add entries meanwhile.
 */
export async function claimAuditStream(
  db: Db,
  keyring: Keyring,
  { leaseSeconds, limit }: Claim,
): Promise<ClaimedStream | null> {
  const [claimed] = await db
    .update(auditStreams)
    .set({ nextAttemptAt: sql`clock_timestamp() + make_interval(secs => ${leaseSeconds})` })
    .where(
      sql`${auditStreams.projectId} = (
        select s.project_id from audit_streams s join projects p on p.id = s.project_id and p.deleted_at is null
        where s.next_attempt_at <= clock_timestamp()
          and exists (select from audit_stream_entries e where e.project_id = s.project_id)
        order by s.next_attempt_at limit 1 for no key update of s skip locked)`,
    )
    .returning();
  if (claimed === undefined) return null;
  const { projectId, failures } = claimed;
  const rows = await db
    .select({ position: auditStreamEntries.id, entry: auditEntries })
    .from(auditStreamEntries)
    .innerJoin(auditEntries, eq(auditEntries.id, auditStreamEntries.entryId))
    .where(eq(auditStreamEntries.projectId, projectId))
    .orderBy(asc(auditStreamEntries.id))
    .limit(limit);
  const entries = rows.map(({ position, entry }) => ({ ...entry, position }));
  return { projectId, failures, target: openTarget(keyring, claimed), entries };
}

/** Stores that the receiver has accepted an entry. */
export async function settleStreamEntry(
  db: Db,
  { projectId, position, entryId }: { projectId: string; position: number; entryId: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const isIt = and(eq(auditStreamEntries.projectId, projectId), eq(auditStreamEntries.id, position));
    await tx.delete(auditStreamEntries).where(isIt);
    await tx
      .update(auditStreams)
      .set({ sentAt: sql`clock_timestamp()`, sentId: entryId, failures: 0, problem: null })
      .where(eq(auditStreams.projectId, projectId));
  });
}

/** Gives a claimed stream back. `failed`: why nothing more could be sent, and after how many seconds it is tried again. */
export async function releaseAuditStream(
  db: Db,
  projectId: string,
  failed: { problem: string; afterSeconds: number } | null,
): Promise<void> {
  await db
    .update(auditStreams)
    .set({
      nextAttemptAt: sql`${AT_ONCE} + make_interval(secs => ${failed?.afterSeconds ?? 0})`,
      ...(failed !== null && { failures: sql`${auditStreams.failures} + 1`, problem: failed.problem }),
    })
    .where(eq(auditStreams.projectId, projectId));
}

/** Forgets entries that no receiver has accepted for 30 days; they stay in the audit log. */
export const pruneAuditStreams: Prune = async (db, limit) => {
  const { count } = await db.execute(sql`
    delete from audit_stream_entries where id in (
      select id from audit_stream_entries
      where uuid_extract_timestamp(entry_id) < now() - ${KEPT_DAYS} * interval '1 day' limit ${limit})`);
  return count;
};

function openTarget(
  keyring: Keyring,
  { projectId, settings }: { projectId: string; settings: string },
): StreamTarget | null {
  try {
    // What `saveAuditStream` sealed is of this shape.
    return JSON.parse(unseal(keyring, place(projectId), settings)) as StreamTarget;
  } catch (error) {
    if (error instanceof LostKey) return null;
    throw error;
  }
}
