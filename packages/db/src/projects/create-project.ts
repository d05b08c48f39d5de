import { randomBytes } from "node:crypto";

import type { Db, Tx } from "../database.ts";
import { members, projects } from "../schema/index.ts";
import { newPingKey } from "../secrets/api-key.ts";
import type { ProjectRow } from "./find-project.ts";

/** Makes a project with its ping key; `ownerId` becomes its first member, null leaves it to API keys alone. */
export async function createProject(
  db: Db | Tx,
  input: { name: string; ownerId: string | null; pingKey?: string },
): Promise<ProjectRow> {
  return await db.transaction(async (tx) => {
    const [project] = await tx
      .insert(projects)
      .values({
        name: input.name,
        pingKey: input.pingKey ?? newPingKey(),
        badgeKey: randomBytes(16).toString("hex"),
      })
      .returning();
    if (project === undefined) throw new Error("The insert answered no row.");
    if (input.ownerId !== null) {
      await tx.insert(members).values({ projectId: project.id, userId: input.ownerId, role: "owner" });
    }
    return project;
  });
}
