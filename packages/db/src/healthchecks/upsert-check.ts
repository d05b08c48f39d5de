import { and, count, eq, isNull } from "drizzle-orm";
import { insertCheck, type NewCheck } from "../checks/create-check.ts";
import type { CheckWithChannels } from "../checks/find-checks.ts";
import type { Db, Tx } from "../database.ts";
import { checks, projects } from "../schema/index.ts";
import { CHECKS_PER_PROJECT_MAX, findEqualCheck, type UniqueFields } from "./find-checks.ts";

/** The project is full. */
export class TooManyChecks extends Error {}

/**
 * Creates the check unless one with these fields is there, which is answered instead; null: creates it anyhow. The
 * project is locked, so that two that ask at once make one.
 * @throws TooManyChecks, UnknownChannel
 */
export async function createUnlessEqual(
  db: Db,
  input: NewCheck,
  unique: UniqueFields | null,
): Promise<CheckWithChannels | null> {
  return await db.transaction(async (tx) => {
    await tx
      .select({ id: projects.id })
      .from(projects)
      .where(eq(projects.id, input.projectId))
      .for("no key update");
    const equal = unique === null ? null : await findEqualCheck(tx, input.projectId, unique);
    if (equal !== null) return equal;
    if (!(await hasRoom(tx, input.projectId))) throw new TooManyChecks();
    await insertCheck(tx, input);
    return null;
  });
}

/** Whether a project may have one more check. */
export async function hasRoom(db: Db | Tx, projectId: string): Promise<boolean> {
  const [row] = await db
    .select({ checks: count() })
    .from(checks)
    .where(and(eq(checks.projectId, projectId), isNull(checks.deletedAt)));
  return (row?.checks ?? 0) < CHECKS_PER_PROJECT_MAX;
}
