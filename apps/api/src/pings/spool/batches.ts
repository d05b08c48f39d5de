import type { ReceivedPing } from "@overdue/db";

import type { SpoolEntry } from "./spool-entry.ts";

/** The most pings that are stored in one transaction. */
const BATCH_MAX = 500;
/** Of the heartbeats received in so much time one is stored: well before its absence would count as an outage. */
const HEARTBEAT_EVERY_MS = 2_000;
/** After a longer time without a heartbeat the next one is stored at once, by itself: it may end an outage. */
const SILENCE_MIN_MS = 3_000;

/**
 * Pings to store, and the heartbeat to store behind them: it was accepted before the last of them at the latest. `end`: where
 * the last of their records ends in the spool.
 */
type Batch = { arrivals: ReceivedPing[]; heartbeat: number | null; end: number };

/**
 * Splits the entries of a spool into few batches, so that they are stored faster than they came. No heartbeat gets ahead of
 * a ping that was kept before it, and no ping ahead of a heartbeat that may end an outage.
 */
export function splitIntoBatches(entries: readonly (SpoolEntry & { end: number })[]): Batch[] {
  const batches: Batch[] = [];
  let open: Batch = { arrivals: [], heartbeat: null, end: 0 };
  let storedHeartbeat = -Infinity;
  let lastHeartbeat = -Infinity;
  const close = () => {
    if (open.arrivals.length > 0 || open.heartbeat !== null) batches.push(inOrder(open));
    storedHeartbeat = open.heartbeat ?? storedHeartbeat;
    open = { arrivals: [], heartbeat: null, end: 0 };
  };
  for (const entry of entries) {
    if (entry.kind === "ping") {
      open.arrivals.push(entry.arrival);
      open.end = entry.end;
      if (open.arrivals.length >= BATCH_MAX) close();
      continue;
    }
    if (entry.at - lastHeartbeat >= SILENCE_MIN_MS) close();
    open.heartbeat = lastHeartbeat = entry.at;
    open.end = entry.end;
    if (entry.at - storedHeartbeat >= HEARTBEAT_EVERY_MS) close();
  }
  close();
  return batches;
}

/** Pings that failed together were kept in the order in which their transactions ended. */
function inOrder({ arrivals, ...rest }: Batch): Batch {
  return { ...rest, arrivals: arrivals.toSorted((a, b) => a.record.receivedAt - b.record.receivedAt) };
}
