import type { Instant } from "@overdue/schedules";
import { and, desc, eq, inArray, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";

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
    super(`A post names something that does not exist: ${field}.`);
    this.field = field;
  }
}

/** Posts of a page, newest first; only those older than the post `before`. */
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
 * Writes a post with its first update, and queues the mails to subscribers in the same transaction. Null if there is no such
 * page. @throws UnknownOnPage
 */
export async function createStatusPost(
  db: Db,
  ref: StatusPageRef,
  { title, checkIds, incidentId, ...update }: NewStatusPost,
): Promise<StatusPostRow | null> {
  return await db.transaction(async (tx) => {
    const { projectId, pageId } = ref;
    const isPage = and(
      eq(statusPages.projectId, projectId),
      eq(statusPages.id, pageId),
      isNull(statusPages.deletedAt),
    );
    if ((await tx.$count(statusPages, isPage)) === 0) return null;
    if (incidentId !== null && !(await hasIncident(tx, projectId, incidentId)))
      throw new UnknownOnPage("incidentId");
    const entryIds = await findEntryIds(tx, ref, checkIds);
    const [post] = await tx
      .insert(statusPosts)
      .values({ projectId, pageId, title, incidentId, entryIds })
      .returning({ id: statusPosts.id });
    if (post === undefined) throw new Error("The insert returned no row.");
    return await addStatusUpdate(tx, { ...ref, postId: post.id }, update);
  });
}

/** Writes an update, and queues the mails to subscribers in the same transaction. Null if there is no such post. */
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

export type StatusUpdateRef = StatusPostRef & { updateId: string };
type StatusUpdateEdit = Omit<NewStatusUpdate, "by">;

/** The only update of a post cannot be deleted: the post would be empty. */
export class OnlyUpdate extends Error {}

/** Corrects an update. Mails that were sent are not sent again; those that wait get the new text. Null if there is no such update. */
export async function editStatusUpdate(
  db: Db,
  ref: StatusUpdateRef,
  { at, ...fields }: StatusUpdateEdit,
): Promise<StatusPostRow | null> {
  return await changeUpdate(db, ref, { ...fields, editedAt: new Date(at) });
}

/** Deletes an update, which can be restored for 30 days; waiting mails about it are not sent. @throws OnlyUpdate */
export async function deleteStatusUpdate(db: Db, ref: StatusUpdateRef): Promise<StatusPostRow | null> {
  return await changeUpdate(db, ref, { deletedAt: sql`now()` });
}

/** Undoes a deletion; null if there was none. */
export async function restoreStatusUpdate(db: Db, ref: StatusUpdateRef): Promise<StatusPostRow | null> {
  return await changeUpdate(db, ref, { deletedAt: null });
}

type UpdateChange = Partial<Omit<StatusUpdateEdit, "at">> & { editedAt?: Date; deletedAt?: SQL | null };

/** Changes an update: one that is to be restored is looked for among the deleted ones, any other among the rest. */
async function changeUpdate(
  db: Db,
  ref: StatusUpdateRef,
  change: UpdateChange,
): Promise<StatusPostRow | null> {
  return await db.transaction(async (tx) => {
    // Otherwise two people who delete at once could leave a post without an update.
    await tx.execute(sql`select 1 from status_posts where id = ${ref.postId} for update`);
    const post = await findStatusPost(tx, ref);
    if (post === null) return null;
    const { id, postId, deletedAt } = statusUpdates;
    const isCandidate = change.deletedAt === null ? isNotNull(deletedAt) : isNull(deletedAt);
    const changed = await tx
      .update(statusUpdates)
      .set(change)
      .where(and(eq(id, ref.updateId), eq(postId, ref.postId), isCandidate))
      .returning({ id });
    if (changed.length === 0) return null;
    if (change.deletedAt && post.updates.length === 1) throw new OnlyUpdate();
    return await findStatusPost(tx, ref);
  });
}

/** Deletes a post, which can be restored for 30 days; waiting mails about it are not sent. @returns whether there was such a post */
export async function deleteStatusPost(db: Db, ref: StatusPostRef): Promise<boolean> {
  const deleted = await db
    .update(statusPosts)
    .set({ deletedAt: sql`now()` })
    .where(and(isPost(ref), isNull(statusPosts.deletedAt)))
    .returning({ id: statusPosts.id });
  return deleted.length > 0;
}

/** Undoes a deletion. @returns whether there was one */
export async function restoreStatusPost(db: Db, ref: StatusPostRef): Promise<boolean> {
  const restored = await db
    .update(statusPosts)
    .set({ deletedAt: null })
    .where(and(isPost(ref), sql`${statusPosts.deletedAt} is not null`))
    .returning({ id: statusPosts.id });
  return restored.length > 0;
}

async function hasIncident(tx: Tx, projectId: string, incidentId: string): Promise<boolean> {
  const isIncident = and(eq(incidents.projectId, projectId), eq(incidents.id, incidentId));
  return (await tx.$count(incidents, isIncident)) > 0;
}

async function findEntryIds(tx: Tx, ref: StatusPageRef, checkIds: readonly string[]): Promise<string[]> {
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
    .where(and(inArray(statusUpdates.postId, ids), isNull(statusUpdates.deletedAt)))
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
