import type { CheckSettings, Event, PingKind } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

/** From `from` up to, but not including, `until`. */
export type Span = { from: Instant; until: Instant };

/** A ping as the job sends it, before the network and our own faults change anything. */
export type Sending = {
  at: Instant;
  kind: PingKind;
  rid: string | null;
  host: string | null;
  digest: string | null;
  exitStatus: number | null;
};

/** An event that reached the database, and when its transaction committed. */
export type Entry = {
  committedAt: Instant;
  event: Exclude<Event, { kind: "clock-set-back" | "time" | "outage" | "baseline-reset" | "undo-pause" }>;
};

/** One receiver: how wrong its clock is, and when it accepts pings but cannot commit them. */
export type Receiver = { skewMs: number; stalls: readonly Span[] };

export type Faults = {
  receivers: readonly Receiver[];
  /** Spans in which no receiver worked; what was sent in them is lost or sent again later. */
  outages: readonly Span[];
  /** Spans in which no checker looked. */
  checkerPauses: readonly Span[];
  /** Of 1: how often a commit takes up to `SLOW_COMMIT_MS`, so that others overtake it. */
  slowCommits: number;
};

/** All that happens to one check, generated before anything is folded. */
export type History = {
  id: string;
  begin: Instant;
  end: Instant;
  settings: CheckSettings;
  faults: Faults;
  /** In the order of their commits. */
  entries: readonly Entry[];
};

export const SLOW_COMMIT_MS = 20_000;
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The first span that holds `at`. */
export function spanAt(spans: readonly Span[], at: Instant): Span | undefined {
  return spans.find((span) => span.from <= at && at < span.until);
}

/** When the event was accepted or decided. Stamps need not be in the order of the commits. */
export function stampedAt({ event }: Entry): Instant {
  return event.kind === "ping" ? event.ping.at : event.at;
}

/** Whether the stamps only rise. Two events at one instant are in no order, because nobody knows which came first. */
export function isInOrder({ entries }: History): boolean {
  const stamps = entries.map(stampedAt);
  return stamps.every((stamp, order) => stamp > (stamps[order - 1] ?? Number.NEGATIVE_INFINITY));
}

/** The same history with every commit in the order of its stamp, and no two at one instant. */
export function sortEntries(history: History): History {
  const commits = history.entries.map(({ committedAt }) => committedAt);
  let last = Number.NEGATIVE_INFINITY;
  const entries = history.entries
    .toSorted((a, b) => stampedAt(a) - stampedAt(b))
    .map((entry, order) => {
      last = Math.max(stampedAt(entry), last + 1);
      return { committedAt: commits[order] ?? entry.committedAt, event: moveEvent(entry.event, last) };
    });
  return { ...history, entries };
}

function moveEvent(event: Entry["event"], at: Instant): Entry["event"] {
  return event.kind === "ping" ? { ...event, ping: { ...event.ping, at } } : { ...event, at };
}
