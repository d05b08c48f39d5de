import type { PingRow } from "@overdue/db";

type Timed = Pick<PingRow, "kind" | "rid" | "receivedAt">;

const LONGEST_MS = 72 * 3_600_000;

/**
 * How long the run took that each success or failure ended, in seconds to two places: since the nearest start with
 * the same run id, with no other end between and less than 72 hours away. `pings` come newest first.
 */
export function durationsOf(pings: readonly Timed[]): (number | null)[] {
  const startedAt = new Map<string | null, number>();
  return pings
    .toReversed()
    .map((ping) => durationOf(ping, startedAt))
    .toReversed();
}

function durationOf({ kind, rid, receivedAt }: Timed, startedAt: Map<string | null, number>): number | null {
  const at = receivedAt.getTime();
  if (kind === "start") startedAt.set(rid, at);
  if (kind !== "success" && kind !== "fail") return null;
  const start = startedAt.get(rid);
  startedAt.delete(rid);
  return start === undefined || at - start >= LONGEST_MS ? null : Math.round((at - start) / 10) / 100;
}
