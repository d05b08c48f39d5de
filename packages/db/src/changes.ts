import type { Pool } from "./database.ts";

/** What a page that watches the project should look at again. Without `checkId`: anything may have changed. */
export type Changed = { projectId: string; checkId?: string };

const CHECKS_NAMED_MAX = 50;

/** Tells every api process, for its open pages. Losing this loses nothing: a page looks again when it reconnects. */
export async function notifyChanges(pool: Pool, changed: readonly Changed[]): Promise<void> {
  const payloads = named(changed).map((change) => JSON.stringify(change));
  if (payloads.length === 0) return;
  await pool.query("select pg_notify('overdue_changes', payload) from unnest($1::text[]) as payload", [
    payloads,
  ]);
}

/** Each check once, and a project with too many of them as a whole. */
function named(changed: readonly Changed[]): Changed[] {
  const byProject = new Map<string, Set<string | undefined>>();
  for (const { projectId, checkId } of changed) {
    byProject.set(projectId, (byProject.get(projectId) ?? new Set()).add(checkId));
  }
  return [...byProject].flatMap(([projectId, checkIds]) =>
    checkIds.size > CHECKS_NAMED_MAX || checkIds.has(undefined)
      ? [{ projectId }]
      : [...checkIds].flatMap((checkId) => (checkId === undefined ? [] : [{ projectId, checkId }])),
  );
}
