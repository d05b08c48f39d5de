import type { ReceivedPing } from "@overdue/db";

import type { Kept } from "./kept-ping.ts";

/** So many pings are stored in one transaction. */
const BATCH_MAX = 500;

type Batch = { arrivals: ReceivedPing[]; beat: number | null };

/** Splits what was kept behind each heartbeat, and after so many pings. */
export function batches(kept: readonly Kept[]): Batch[] {
  const all: Batch[] = [];
  let arrivals: ReceivedPing[] = [];
  const close = (beat: number | null) => {
    // Pings that failed together were kept in the order in which their transactions ended.
    all.push({ arrivals: arrivals.toSorted((a, b) => a.record.receivedAt - b.record.receivedAt), beat });
    arrivals = [];
  };
  for (const each of kept) {
    if (each.kind === "heartbeat") close(each.at);
    else arrivals.push(each.arrival);
    if (arrivals.length >= BATCH_MAX) close(null);
  }
  if (arrivals.length > 0) close(null);
  return all;
}
