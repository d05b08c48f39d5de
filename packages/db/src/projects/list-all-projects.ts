import { asc, isNull } from "drizzle-orm";

import type { Db } from "../database.ts";
import { projects } from "../schema/index.ts";
import type { ProjectRow } from "./find-project.ts";

/** Every project of the instance, oldest first: for its operator, who is outside of all projects. */
export async function listAllProjects(db: Db): Promise<ProjectRow[]> {
  return await db.select().from(projects).where(isNull(projects.deletedAt)).orderBy(asc(projects.id));
}
