import type { LiveEvent } from "@overdue/core";

import type { Pool } from "./database.ts";

const CHECKS_NAMED_MAX = 50;

/** Announces changes to every receiver, for its open pages. A lost event loses nothing: a page reads again when it reconnects. */
export async function notifyChanges(pool: Pool, changed: readonly LiveEvent[]): Promise<void> {
  const payloads = combineEvents(changed).map((event) => JSON.stringify(event));
  if (payloads.length === 0) return;
  await pool.query("select pg_notify('overdue_changes', payload) from unnest($1::text[]) as payload", [
    payloads,
  ]);
}

/** One event for each check, and one for the whole project where too many of its checks changed. */
function combineEvents(changed: readonly LiveEvent[]): LiveEvent[] {
  const byProject = new Map<string, Set<string | null>>();
  for (const { projectId, checkId } of changed) {
    byProject.set(projectId, (byProject.get(projectId) ?? new Set()).add(checkId));
  }
  return [...byProject].flatMap(([projectId, checkIds]) =>
    checkIds.size > CHECKS_NAMED_MAX || checkIds.has(null)
      ? [{ projectId, checkId: null }]
      : [...checkIds].map((checkId) => ({ projectId, checkId })),
  );
}
