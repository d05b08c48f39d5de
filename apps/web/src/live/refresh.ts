import type { LiveEvent } from "./event-stream.ts";

/** What a burst of events asks for. `everything`: too much, or something unnamed, has changed. */
export type Refresh = { checkIds: string[]; everything: boolean };

const ONE_BY_ONE_MAX = 12;

/** Sums events up, so that a hundred pings in a moment cost one reading of their check. */
export function refreshOf(events: readonly LiveEvent[]): Refresh {
  const checkIds = [...new Set(events.flatMap(({ checkId }) => checkId ?? []))];
  const unnamed = events.some(({ checkId }) => checkId === null);
  return { checkIds, everything: unnamed || checkIds.length > ONE_BY_ONE_MAX };
}
