import type { MaintenanceWindow } from "@overdue/core";
import { and, eq } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { checks, maintenanceWindows } from "../schema/index.ts";
import { windowsByCheck } from "./windows.ts";

/**
 * Keeps with a check the windows that hold for it, inside the transaction that made it or changed its tags; the caller
 * folds them. Answers them.
 */
export async function windowsFor(
  tx: Db | Tx,
  { projectId, checkId }: { projectId: string; checkId: string },
): Promise<MaintenanceWindow[]> {
  const [row] = await tx
    .select({ id: checks.id, tags: checks.tags, maintenance: checks.maintenance })
    .from(checks)
    .where(and(eq(checks.projectId, projectId), eq(checks.id, checkId)));
  if (row === undefined || (row.maintenance === null && !(await hasWindows(tx, projectId)))) return [];
  const windows = (await windowsByCheck(tx, projectId))(row);
  const stored = windows.length === 0 ? null : windows;
  await tx.update(checks).set({ maintenance: stored }).where(eq(checks.id, checkId));
  return windows;
}

async function hasWindows(tx: Db | Tx, projectId: string): Promise<boolean> {
  const [found] = await tx
    .select({ id: maintenanceWindows.id })
    .from(maintenanceWindows)
    .where(eq(maintenanceWindows.projectId, projectId))
    .limit(1);
  return found !== undefined;
}
