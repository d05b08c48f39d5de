import type { Instant } from "@overdue/schedules";
import type { Entry, History } from "./history.ts";

/** When it was accepted or decided, which need not be the order of the commits. */
export function stampedAt({ event }: Entry): Instant {
  return event.kind === "ping" ? event.ping.at : event.at;
}

/** Two at one instant are in no order: what came first is anybody's guess. */
export function isInOrder({ entries }: History): boolean {
  const stamps = entries.map(stampedAt);
  return stamps.every((stamp, order) => stamp > (stamps[order - 1] ?? Number.NEGATIVE_INFINITY));
}

/** The same life, had every commit come in the order of its stamp, and no two at one instant. */
export function sortEntries(history: History): History {
  const commits = history.entries.map(({ committedAt }) => committedAt);
  let last = Number.NEGATIVE_INFINITY;
  const entries = history.entries
    .toSorted((a, b) => stampedAt(a) - stampedAt(b))
    .map((entry, order) => {
      last = Math.max(stampedAt(entry), last + 1);
      return { committedAt: commits[order] ?? entry.committedAt, event: stamped(entry.event, last) };
    });
  return { ...history, entries };
}

function stamped(event: Entry["event"], at: Instant): Entry["event"] {
  return event.kind === "ping" ? { ...event, ping: { ...event.ping, at } } : { ...event, at };
}
