import type { LiveEvent } from "./event-stream.ts";

/** What a burst of events asks for. `everything`: too much, or something unnamed, has changed. */
export type Refresh = { checkIds: string[]; deliveryIds: string[]; everything: boolean };

const ONE_BY_ONE_MAX = 12;

/** Sums events up, so that a hundred pings in a moment cost one reading of the list. */
export function refreshOf(events: readonly LiveEvent[]): Refresh {
  const checkIds = distinct(events.flatMap(({ checkId }) => checkId ?? []));
  const deliveryIds = distinct(events.flatMap(({ deliveryId }) => deliveryId ?? []));
  const unnamed = events.some(({ checkId, deliveryId }) => checkId === undefined && deliveryId === undefined);
  return { checkIds, deliveryIds, everything: unnamed || checkIds.length > ONE_BY_ONE_MAX };
}

function distinct(ids: string[]): string[] {
  return [...new Set(ids)];
}
