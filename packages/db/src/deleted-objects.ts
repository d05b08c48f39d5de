import { and, eq, type SQL, sql } from "drizzle-orm";

import type { Db, Tx } from "./database.ts";
import { deletedObjects } from "./schema/index.ts";
import { uuidArray } from "./sql-fragments.ts";

/** The objects that are deleted by moving their row out of the table, and restored under the same id. */
export type DeletedKind = keyof typeof TABLES;
export type ObjectRef = { projectId: string; id: string };

const TABLES = {
  route: "routes",
  person: "people",
  rotation: "rotations",
  window: "maintenance_windows",
} as const;

/** Moves an object out of its table, and keeps it for 30 days. @returns whether it existed */
export async function deleteObject(
  db: Db | Tx,
  kind: DeletedKind,
  { projectId, id, checkIds = [] }: ObjectRef & { checkIds?: readonly string[] },
): Promise<boolean> {
  const { count } = await db.execute(sql`
    with gone as (
      delete from ${sql.identifier(TABLES[kind])} t where t.project_id = ${projectId} and t.id = ${id}
      returning to_jsonb(t) as row
    )
    insert into deleted_objects (project_id, kind, id, row, check_ids)
    select ${projectId}, ${kind}, ${id}, gone.row, ${uuidArray(checkIds)} from gone`);
  return count > 0;
}

/** Restores a deleted object as it was. @returns the ids of the checks that it named; null when nothing is kept under this id */
export async function restoreObject(
  db: Db | Tx,
  kind: DeletedKind,
  { projectId, id }: ObjectRef,
): Promise<readonly string[] | null> {
  const [kept] = await db
    .delete(deletedObjects)
    .where(
      and(eq(deletedObjects.projectId, projectId), eq(deletedObjects.kind, kind), eq(deletedObjects.id, id)),
    )
    .returning({ row: deletedObjects.row, checkIds: deletedObjects.checkIds });
  if (kept === undefined) return null;
  // The columns are named, so that one that a later version added takes its default.
  const columns: SQL = sql.join(
    Object.keys(kept.row).map((name) => sql.identifier(name)),
    sql`, `,
  );
  const table = sql.identifier(TABLES[kind]);
  await db.execute(sql`
    insert into ${table} (${columns})
    select ${columns} from jsonb_populate_record(null::${table}, ${JSON.stringify(kept.row)}::jsonb)`);
  return kept.checkIds;
}
