import type { ReceivedPing } from "@overdue/db";

import type { SpoolEntry } from "./spool-entry.ts";

/** The most pings that are stored in one transaction. */
const BATCH_MAX = 500;
/** After a longer time without a heartbeat the next one is stored at once, by itself: it may end an outage. */
const SILENCE_MIN_MS = 3_000;

/**
 * Pings to store, and the heartbeats between and around them, of which the last is stored behind them: it was accepted before
 * the last ping at the latest. From the first to the last there was no silence. `end`: where the last of their records ends in
 * the spool.
 */
type Batch = { arrivals: ReceivedPing[]; heartbeats: Heartbeats | null; end: number };

/** When the first and the last of some heartbeats were accepted, in epoch milliseconds. */
export type Heartbeats = { first: number; last: number };

/**
 * Splits the entries of a spool into few batches, however much time they span, so that they are stored faster than they came
 * even by a slow database. No heartbeat gets ahead of a ping that was kept before it, and no ping ahead of a heartbeat that may
 * end an outage.
 */
export function splitIntoBatches(entries: readonly (SpoolEntry & { end: number })[]): Batch[] {
  const batches: Batch[] = [];
  let open: Batch = { arrivals: [], heartbeats: null, end: 0 };
  let lastHeartbeat = -Infinity;
  const close = () => {
    if (open.arrivals.length > 0 || open.heartbeats !== null) batches.push(inOrder(open));
    open = { arrivals: [], heartbeats: null, end: 0 };
  };
  for (const entry of entries) {
    if (entry.kind === "ping") {
      open.arrivals.push(entry.arrival);
      open.end = entry.end;
      if (open.arrivals.length >= BATCH_MAX) close();
      continue;
    }
    const isAfterSilence = entry.at - lastHeartbeat >= SILENCE_MIN_MS;
    if (isAfterSilence) close();
    open.heartbeats = { first: open.heartbeats?.first ?? entry.at, last: entry.at };
    lastHeartbeat = entry.at;
    open.end = entry.end;
    if (isAfterSilence) close();
  }
  close();
  return batches;
}

/** Pings that failed together were kept in the order in which their transactions ended. */
function inOrder({ arrivals, ...rest }: Batch): Batch {
  return { ...rest, arrivals: arrivals.toSorted((a, b) => a.record.receivedAt - b.record.receivedAt) };
}
