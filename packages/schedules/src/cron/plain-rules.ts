import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../time.ts";
import type { TimeZone, WallTime } from "../timezones/time-zone.ts";
import type { Cron } from "./cron.ts";
import { nextWall } from "./next-wall.ts";
import type { ClockRule } from "./rules.ts";

/** No clock change moves the clock by more (Samoa in 2011). */
const CHANGE_MAX_MS = 25 * HOUR_MS;

/**
 * The next time of a line that selects readings of the clock. The rules give each reading its instants; the next time is the
 * first of all these later than `after`. A reading and its instants are at most one clock change apart, so the search starts
 * that far back.
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
    for (const instant of instantsOf(wall, zone, cron))
      if (instant > after && (best === null || instant < best)) best = instant;
    wall = nextWall(cron, wall);
  }
  return best;
}

function earliestInstant(zone: TimeZone, wall: WallTime): Instant {
  return wall - Math.max(zone.offsetAt(wall - CHANGE_MAX_MS), zone.offsetAt(wall + CHANGE_MAX_MS));
}

/** The instants of one reading of the clock. */
function instantsOf(wall: WallTime, zone: TimeZone, cron: Cron): readonly Instant[] {
  const { gap, longGap, repeat } = cron.rules.clock;
  const first = zone.instantOf(wall, 0);
  const second = zone.instantOf(wall, 1);
  if (first === second) return [first];
  const isSkipped = zone.wallOf(first) !== wall;
  if (!isSkipped) return repeat === "both" ? [first, second] : [repeat === "first" ? first : second];
  if (gap === "skipped") return [];
  if (longGap?.effect === "skipped" && first - second >= longGap.hours * HOUR_MS) return [];
  if (gap === "after") return [afterGap(wall, zone, cron)];
  return [gap === "later" ? first : second];
}

/** When a reading in a gap is made up. Some schedulers make up only a few per minute after the gap, and the others later. */
function afterGap(wall: WallTime, zone: TimeZone, cron: Cron): Instant {
  const end = zone.firstInstantAt(wall);
  const { madeUpPerMinute } = cron.rules.clock;
  if (madeUpPerMinute === undefined) return end;
  let before = 0;
  let reading = nextWall(cron, end + zone.offsetAt(end - 1) - SECOND_MS);
  for (; reading !== null && reading < wall; reading = nextWall(cron, reading)) before += 1;
  return end + Math.floor(before / madeUpPerMinute) * MINUTE_MS;
}

/** Whether the search of the scheduler fails at a reading, because that is too far from the end of its gap. */
function failsAt(wall: WallTime, zone: TimeZone, { longGap }: ClockRule): boolean {
  if (longGap?.effect !== "fails" || zone.wallOf(zone.instantOf(wall, 0)) === wall) return false;
  return zone.wallOf(zone.firstInstantAt(wall)) - wall > longGap.hours * HOUR_MS;
}

/** A clock change that is further away than this does not move a reading of the clock. */
const NEAR_MS = 50 * HOUR_MS;

/** The next time of a line that counts elapsed time: skipped readings do not exist, and repeated ones run in both passes. */
export function nextElapsed(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  let from = after;
  for (;;) {
    const offset = zone.offsetAt(from);
    const wall = nextWall(cron, from + offset);
    if (wall === null) return null;
    const instant = wall - offset;
    const change = zone.nextChange(from, Math.min(instant, from + NEAR_MS));
    if (change !== null) {
      if (isSelected(cron, change + zone.offsetAt(change))) return change;
      from = change;
    } else if (instant <= from + NEAR_MS) return instant;
    else if (zone.nextChange(instant - NEAR_MS, instant + NEAR_MS) === null) return zone.instantOf(wall, 0);
    // The line selects no reading before this one, so the clock changes in between do not matter.
    else from = Math.max(instant - NEAR_MS, from + HOUR_MS);
  }
}

function isSelected(cron: Cron, wall: WallTime): boolean {
  return nextWall(cron, wall - SECOND_MS) === wall;
}
