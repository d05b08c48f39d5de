import { and, eq, isNull, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { projects } from "../schema/index.ts";
import { StaleVersion } from "../stale-version.ts";
import type { ProjectRow } from "./find-project.ts";

/** What a person may change of a project; only what is sent is written. */
export type ProjectEdit = Partial<Pick<ProjectRow, "name" | "timezone">>;

/** `version`: the one the editor saw; null edits whatever is there. @throws StaleVersion */
export async function editProject(
  db: Db,
  projectId: string,
  { edit, version }: { edit: ProjectEdit; version: number | null },
): Promise<ProjectRow | null> {
  const isThere = and(eq(projects.id, projectId), isNull(projects.deletedAt));
  const [edited] = await db
    .update(projects)
    .set({ ...edit, version: sql`${projects.version} + 1` })
    .where(and(isThere, version === null ? undefined : eq(projects.version, version)))
    .returning();
  if (edited !== undefined) return edited;
  if ((await db.$count(projects, isThere)) > 0) throw new StaleVersion();
  return null;
}
