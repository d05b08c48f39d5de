import type { Instant } from "@overdue/schedules";
import { and, desc, eq, inArray, isNull, lt, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { incidents, statusPageEntries, statusPages, statusPosts, statusUpdates } from "../schema/index.ts";
import type { StatusPageRef } from "./pages.ts";
import { queueUpdateMails } from "./subscribers.ts";

export type StatusPostRef = StatusPageRef & { postId: string };
type UpdateRow = typeof statusUpdates.$inferSelect;
/** A post with its updates, the newest first, and the checks that it is about. */
export type StatusPostRow = typeof statusPosts.$inferSelect & {
  checkIds: string[];
  updates: UpdateRow[];
};

export type NewStatusUpdate = { state: UpdateRow["state"]; text: string; by: string; at: Instant };
export type NewStatusPost = NewStatusUpdate & {
  title: string;
  checkIds: readonly string[];
  incidentId: string | null;
};

/** A post names a check that is not on the page, or an incident that is not in the project. */
export class UnknownOnPage extends Error {
  readonly field: "checkIds" | "incidentId";

  constructor(field: "checkIds" | "incidentId") {
    super(`A post names what is not there: ${field}.`);
    this.field = field;
  }
}

/** Posts of a page, newest first, from before the post of the id `before`. */
export async function listStatusPosts(
  db: Db | Tx,
  ref: StatusPageRef,
  page: { limit: number; before: string | null },
): Promise<StatusPostRow[]> {
  const rows = await db
    .select()
    .from(statusPosts)
    .where(
      and(
        eq(statusPosts.projectId, ref.projectId),
        eq(statusPosts.pageId, ref.pageId),
        isNull(statusPosts.deletedAt),
        page.before === null ? undefined : lt(statusPosts.id, page.before),
      ),
    )
    .orderBy(desc(statusPosts.id))
    .limit(page.limit);
  return await withUpdates(db, rows);
}

/** One post that is not deleted, or null. */
export async function findStatusPost(db: Db | Tx, ref: StatusPostRef): Promise<StatusPostRow | null> {
  const rows = await db
    .select()
    .from(statusPosts)
    .where(and(isPost(ref), isNull(statusPosts.deletedAt)));
  const [row] = await withUpdates(db, rows);
  return row ?? null;
}

/**
 * Writes a post with its first update, and queues the mails to subscribers in the same transaction. Null where there is
 * no such page. @throws UnknownOnPage
 */
export async function createStatusPost(
  db: Db,
  ref: StatusPageRef,
  { title, checkIds, incidentId, ...update }: NewStatusPost,
): Promise<StatusPostRow | null> {
  return await db.transaction(async (tx) => {
    const { projectId, pageId } = ref;
    const isThere = and(
      eq(statusPages.projectId, projectId),
      eq(statusPages.id, pageId),
      isNull(statusPages.deletedAt),
    );
    if ((await tx.$count(statusPages, isThere)) === 0) return null;
    if (incidentId !== null && !(await hasIncident(tx, projectId, incidentId)))
      throw new UnknownOnPage("incidentId");
    const entryIds = await entriesOf(tx, ref, checkIds);
    const [post] = await tx
      .insert(statusPosts)
      .values({ projectId, pageId, title, incidentId, entryIds })
      .returning({ id: statusPosts.id });
    if (post === undefined) throw new Error("The insert returned no row.");
    return await addStatusUpdate(tx, { ...ref, postId: post.id }, update);
  });
}

/** Writes an update, and queues the mails to subscribers in the same transaction. Null where there is no such post. */
export async function addStatusUpdate(
  db: Db | Tx,
  ref: StatusPostRef,
  { state, text, by, at }: NewStatusUpdate,
): Promise<StatusPostRow | null> {
  return await db.transaction(async (tx) => {
    const post = await findStatusPost(tx, ref);
    if (post === null) return null;
    const { projectId, postId } = ref;
    const [update] = await tx
      .insert(statusUpdates)
      .values({ projectId, postId, at: new Date(at), state, text, by })
      .returning();
    if (update === undefined) throw new Error("The insert returned no row.");
    await queueUpdateMails(tx, ref, update.id);
    return { ...post, updates: [update, ...post.updates] };
  });
}

/** It can be restored for 30 days; mails that were not sent yet are not sent. @returns whether it was there */
export async function deleteStatusPost(db: Db, ref: StatusPostRef): Promise<boolean> {
  const gone = await db
    .update(statusPosts)
    .set({ deletedAt: sql`now()` })
    .where(and(isPost(ref), isNull(statusPosts.deletedAt)))
    .returning({ id: statusPosts.id });
  return gone.length > 0;
}

/** Undoes a deletion. @returns whether there was one */
export async function restoreStatusPost(db: Db, ref: StatusPostRef): Promise<boolean> {
  const back = await db
    .update(statusPosts)
    .set({ deletedAt: null })
    .where(and(isPost(ref), sql`${statusPosts.deletedAt} is not null`))
    .returning({ id: statusPosts.id });
  return back.length > 0;
}

async function hasIncident(tx: Tx, projectId: string, incidentId: string): Promise<boolean> {
  const isThere = and(eq(incidents.projectId, projectId), eq(incidents.id, incidentId));
  return (await tx.$count(incidents, isThere)) > 0;
}

async function entriesOf(tx: Tx, ref: StatusPageRef, checkIds: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(checkIds)];
  const rows = await tx
    .select({ id: statusPageEntries.id })
    .from(statusPageEntries)
    .where(and(eq(statusPageEntries.pageId, ref.pageId), inArray(statusPageEntries.checkId, wanted)));
  if (rows.length < wanted.length) throw new UnknownOnPage("checkIds");
  return rows.map(({ id }) => id);
}

async function withUpdates(
  db: Db | Tx,
  rows: readonly (typeof statusPosts.$inferSelect)[],
): Promise<StatusPostRow[]> {
  const ids = rows.map(({ id }) => id);
  const updates = await db
    .select()
    .from(statusUpdates)
    .where(inArray(statusUpdates.postId, ids))
    .orderBy(desc(statusUpdates.at), desc(statusUpdates.id));
  const entryIds = rows.flatMap((row) => row.entryIds);
  const entries = await db
    .select({ id: statusPageEntries.id, checkId: statusPageEntries.checkId })
    .from(statusPageEntries)
    .where(inArray(statusPageEntries.id, entryIds));
  return rows.map((row) => ({
    ...row,
    checkIds: entries.flatMap(({ id, checkId }) => (row.entryIds.includes(id) ? [checkId] : [])),
    updates: updates.filter(({ postId }) => postId === row.id),
  }));
}

function isPost({ projectId, pageId, postId }: StatusPostRef) {
  return and(
    eq(statusPosts.projectId, projectId),
    eq(statusPosts.pageId, pageId),
    eq(statusPosts.id, postId),
  );
}
