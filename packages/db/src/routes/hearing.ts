import { type Instant, type Reason, type WhoHears, whoWouldHear } from "@overdue/core";
import type { Pool } from "pg";

import { loadProjects, loadRoutedChecks } from "./load-routing.ts";

/** Who would hear if this check went down then, for that reason; null when the project has no such check. */
export async function whoWouldHearOf(
  pool: Pool,
  { projectId, checkId }: { projectId: string; checkId: string },
  { at, reason }: { at: Instant; reason: Reason },
): Promise<WhoHears | null> {
  const client = await pool.connect();
  try {
    const check = (await loadRoutedChecks(client, projectId, [checkId])).get(checkId);
    const routing = (await loadProjects(client, [projectId])).get(projectId);
    if (check === undefined || routing === undefined) return null;
    return whoWouldHear({ check, reason, at, ...routing });
  } finally {
    client.release();
  }
}
