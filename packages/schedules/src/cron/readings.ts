import { HOUR_MS, SECOND_MS, type Instant } from "../time.ts";
import type { TimeZone, WallTime } from "../timezones/time-zone.ts";
import type { Cron } from "./cron.ts";
import { nextWall } from "./next-wall.ts";
import type { ClockRule } from "./rules.ts";

// No clock change moves the clock by more (Samoa in 2011).
const CHANGE_MAX_MS = 25 * HOUR_MS;

/**
 * Readings of the clock: each that the line selects has the instants that the rule gives it, and the first of all later
 * than `after` is the next. A reading is at most one change away from its instants, so the search looks that far back.
 */
export function nextByClock(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const change = zone.nextChange(after - CHANGE_MAX_MS, after + CHANGE_MAX_MS);
  const back = change === null ? 0 : Math.abs(zone.offsetAt(change) - zone.offsetAt(change - 1));
  const least = Math.min(
    zone.offsetAt(after),
    ...(change === null ? [] : [zone.offsetAt(change - 1), zone.offsetAt(change)]),
  );
  let best: Instant | null = null;
  let wall = nextWall(cron, after + least - back - SECOND_MS);
  while (wall !== null && (best === null || earliestInstant(zone, wall) < best)) {
    if (failsAt(wall, zone, cron.rules.clock)) return best;
    for (const instant of instantsOf(wall, zone, cron.rules.clock))
      if (instant > after && (best === null || instant < best)) best = instant;
    wall = nextWall(cron, wall);
  }
  return best;
}

function earliestInstant(zone: TimeZone, wall: WallTime): Instant {
  return wall - Math.max(zone.offsetAt(wall - CHANGE_MAX_MS), zone.offsetAt(wall + CHANGE_MAX_MS));
}

/** The instants of one reading of the clock. */
function instantsOf(wall: WallTime, zone: TimeZone, { gap, longGap, repeat }: ClockRule): readonly Instant[] {
  const first = zone.instantOf(wall, 0);
  const second = zone.instantOf(wall, 1);
  if (first === second) return [first];
  const isSkipped = zone.wallOf(first) !== wall;
  if (!isSkipped) return repeat === "both" ? [first, second] : [repeat === "first" ? first : second];
  if (gap === "skipped") return [];
  if (longGap?.effect === "skipped" && first - second >= longGap.hours * HOUR_MS) return [];
  if (gap === "after") return [zone.firstInstantAt(wall)];
  return [gap === "later" ? first : second];
}

/** Whether the search fails at a reading in a gap whose end is so far. */
function failsAt(wall: WallTime, zone: TimeZone, { longGap }: ClockRule): boolean {
  if (longGap?.effect !== "fails" || zone.wallOf(zone.instantOf(wall, 0)) === wall) return false;
  return zone.wallOf(zone.firstInstantAt(wall)) - wall > longGap.hours * HOUR_MS;
}
