import { type Db, findProject, type ProjectRow } from "@overdue/db";
import { Refusal } from "../refusal.ts";

/** The project with an id. @throws Refusal where there is none. */
export async function requireProject(db: Db, projectId: string): Promise<ProjectRow> {
  const project = await findProject(db, projectId);
  if (!project) throw new Refusal(`There is no project ${projectId}; "project list" shows all.`);
  return project;
}
