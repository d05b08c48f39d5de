import { and, asc, eq, isNull, or, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { savedViews } from "../schema/index.ts";
import type { MemberRef } from "./members.ts";

/** The query of a list's URL, by name: one value or several. */
type ViewSearch = Record<string, string | string[]>;
export type SavedView = typeof savedViews.$inferSelect;

/** How many views a person may have in a project, and how many a project may share. */
export const VIEWS_MAX = 100;

/** A member's own views and those that the project shares, by name. */
export async function listViews(db: Db, ref: MemberRef): Promise<SavedView[]> {
  return await db
    .select()
    .from(savedViews)
    .where(isVisibleTo(ref))
    .orderBy(asc(savedViews.name), asc(savedViews.id));
}

/** A view to save. `userId` null: it is shared with the project. */
type NewView = { projectId: string; userId: string | null; name: string; search: ViewSearch };

/** Saves a view, in place of one with the same name and owner. Null if there are too many. */
export async function saveView(db: Db | Tx, view: NewView): Promise<SavedView | null> {
  const owner = view.userId === null ? isNull(savedViews.userId) : eq(savedViews.userId, view.userId);
  const others = and(
    eq(savedViews.projectId, view.projectId),
    owner,
    sql`${savedViews.name} <> ${view.name}`,
  );
  if ((await db.$count(savedViews, others)) >= VIEWS_MAX) return null;
  const [saved] = await db
    .insert(savedViews)
    .values(view)
    .onConflictDoUpdate({
      target: [savedViews.projectId, savedViews.userId, savedViews.name],
      set: { search: view.search },
    })
    .returning();
  return saved ?? null;
}

/** A view of the member or a shared one; null if there is none. */
export async function findView(
  db: Db,
  { viewId, ...ref }: MemberRef & { viewId: string },
): Promise<SavedView | null> {
  const [view] = await db
    .select()
    .from(savedViews)
    .where(and(isVisibleTo(ref), eq(savedViews.id, viewId)));
  return view ?? null;
}

function isVisibleTo({ projectId, userId }: MemberRef) {
  return and(
    eq(savedViews.projectId, projectId),
    or(eq(savedViews.userId, userId), isNull(savedViews.userId)),
  );
}

/** Deletes a view. @returns whether there was such a view */
export async function deleteView(
  db: Db | Tx,
  { projectId, viewId }: { projectId: string; viewId: string },
): Promise<boolean> {
  const deleted = await db
    .delete(savedViews)
    .where(and(eq(savedViews.projectId, projectId), eq(savedViews.id, viewId)))
    .returning({ id: savedViews.id });
  return deleted.length > 0;
}
