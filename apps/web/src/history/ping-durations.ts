import { instant } from "../time/instant.ts";
import type { PingView } from "./history-queries.ts";

type Heard = Pick<PingView, "number" | "kind" | "rid" | "receivedAt">;

/**
 * How long the run took that a success or failure ended, by the ping's number, in milliseconds: counted from the
 * newest start before it with the same run id (or, without one, the newest start without one). Runs have the last
 * word on durations; this only saves a second list beside the first.
 */
export function durationsByPing(pings: readonly Heard[]): ReadonlyMap<number, number> {
  const starts = new Map<string | null, number>();
  const durations = new Map<number, number>();
  for (const ping of pings.toSorted((a, b) => a.number - b.number)) {
    const at = instant(ping.receivedAt);
    if (ping.kind === "start") starts.set(ping.rid, at);
    if (ping.kind !== "success" && ping.kind !== "fail") continue;
    const started = starts.get(ping.rid);
    if (started !== undefined && started <= at) durations.set(ping.number, at - started);
    starts.delete(ping.rid);
  }
  return durations;
}
