import { checkEventsOf } from "@overdue/core";

import type { CheckEvents } from "../alert-routes/notify-check-events.ts";
import type { Change } from "./change.ts";

/** Projects with a route that notifies of more than changes, and their runs whose outcome is another than was stored. */
export type EndedRuns = { listening: readonly string[]; ended: readonly string[] };

export const NO_ENDED_RUNS: EndedRuns = { listening: [], ended: [] };

/** The events, beside flips, of checks in projects with such a route. */
export function checkEventsFor(changes: readonly Change[], { listening, ended }: EndedRuns): CheckEvents[] {
  if (listening.length === 0) return [];
  return changes.flatMap(({ stored: { projectId }, check, effects, repeats }) => {
    if (!listening.includes(projectId)) return [];
    // Of runs beyond 60 in a minute there is neither a row of their own nor an event.
    const endedIds = new Set(ended.filter((id) => !repeats.has(id)));
    const events = checkEventsOf(check, effects, endedIds);
    return events.length === 0 ? [] : [{ projectId, checkId: check.id, events }];
  });
}
