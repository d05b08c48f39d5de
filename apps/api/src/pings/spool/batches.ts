import type { ReceivedPing } from "@overdue/db";

import type { Kept } from "./kept-ping.ts";

/** So many pings are stored in one transaction. */
const BATCH_MAX = 500;
/** A heartbeat is stored after so much time of receipt, well before its absence would count as an outage. */
const BEAT_EVERY_MS = 2_000;
/** After a longer time without a heartbeat the next one is stored at once, by itself: it may end an outage. */
const SILENCE_MIN_MS = 3_000;

/**
 * Pings to store, and the heartbeat to store behind them, which was accepted before the last of them at the latest. `end`: where
 * the last record ends of which they are.
 */
type Batch = { arrivals: ReceivedPing[]; beat: number | null; end: number };

/**
 * Splits what was kept into few batches, so that it is stored faster than it came. No heartbeat gets ahead of a ping that was
 * kept before it, and no ping ahead of a heartbeat that may end an outage.
 */
export function batches(kept: readonly (Kept & { end: number })[]): Batch[] {
  const all: Batch[] = [];
  let open: Batch = { arrivals: [], beat: null, end: 0 };
  let storedBeat = -Infinity;
  let lastBeat = -Infinity;
  const close = () => {
    if (open.arrivals.length > 0 || open.beat !== null) all.push(inOrder(open));
    storedBeat = open.beat ?? storedBeat;
    open = { arrivals: [], beat: null, end: 0 };
  };
  for (const each of kept) {
    if (each.kind === "ping") {
      open.arrivals.push(each.arrival);
      open.end = each.end;
      if (open.arrivals.length >= BATCH_MAX) close();
      continue;
    }
    if (each.at - lastBeat >= SILENCE_MIN_MS) close();
    open.beat = lastBeat = each.at;
    open.end = each.end;
    if (each.at - storedBeat >= BEAT_EVERY_MS) close();
  }
  close();
  return all;
}

/** Pings that failed together were kept in the order in which their transactions ended. */
function inOrder({ arrivals, ...rest }: Batch): Batch {
  return { ...rest, arrivals: arrivals.toSorted((a, b) => a.record.receivedAt - b.record.receivedAt) };
}
