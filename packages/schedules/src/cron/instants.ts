import type { Instant } from "../time.ts";
import type { TimeZone, WallTime } from "../timezones/time-zone.ts";
import { nextWall } from "./next-wall.ts";
import type { Walk } from "./rules.ts";

/** The instant at which a clock reads `wall`, as some library finds it; `offset`: what held before. */
export type Resolve = (wall: WallTime, zone: TimeZone, offset: number) => Instant;

/** Go's `time.Date`: the offset at the reading taken as UTC, corrected once where that offset does not hold there. */
export const goDate: Resolve = (wall, zone) => wall - zone.offsetAt(wall - zone.offsetAt(wall));

/** Java's `ZonedDateTime`: keeps the offset where it can, else the earlier pass; in a gap on by the gap's length. */
export const javaLocal: Resolve = (wall, zone, offset) =>
  zone.wallOf(wall - offset) === wall ? wall - offset : zone.instantOf(wall, 0);

/** Java's `GregorianCalendar`: the second pass of a repeat; in a gap by the offset before it. */
export const calendarLocal: Resolve = (wall, zone) => {
  const later = zone.instantOf(wall, 0);
  return zone.wallOf(later) === wall ? zone.instantOf(wall, 1) : later;
};

/** Luxon's `DateTime`: a guess with the offset before, corrected twice. */
export const luxonLocal: Resolve = (wall, zone, offset) => {
  const guess = zone.offsetAt(wall - offset);
  if (guess === offset) return wall - offset;
  const again = zone.offsetAt(wall - guess);
  return guess === again ? wall - guess : wall - Math.min(guess, again);
};

/** node-cron: the offset at the reading taken as UTC, else the offset that reads back, else the later. */
export const nodeCronLocal: Resolve = (wall, zone) => {
  const first = wall - zone.offsetAt(wall);
  const second = wall - zone.offsetAt(first);
  if (first === second || zone.wallOf(first) === wall) return first;
  return zone.wallOf(second) === wall ? second : Math.max(first, second);
};

/** The first pass of a repeat; in a gap by the offset before it, so that 02:30 is 03:30. */
export const firstOrLater: Resolve = (wall, zone) => zone.instantOf(wall, 0);

/** The second pass of a repeat; in a gap by the offset after it. */
export const second: Resolve = (wall, zone) => zone.instantOf(wall, 1);

/** PHP: the pass that is daylight saving; in a gap by the offset before it. */
export const phpLocal: Resolve = (wall, zone) => {
  const [earlier, later] = [zone.instantOf(wall, 0), zone.instantOf(wall, 1)];
  return later > earlier && zone.isDaylightSaving(later) && !zone.isDaylightSaving(earlier) ? later : earlier;
};

/**
 * Reads the clock at `after`, takes the next reading that the line selects, and asks `resolve` for its instant; with
 * `checked` one at which the clock shows no time of the line is passed over.
 */
export function naiveWalk(resolve: Resolve, { checked = false } = {}): Walk {
  return (cron, zone, after) => {
    let wall = nextWall(cron, zone.wallOf(after));
    for (; wall !== null; wall = nextWall(cron, wall)) {
      const instant = resolve(wall, zone, zone.offsetAt(after));
      const shown = zone.wallOf(instant);
      if (instant > after && (!checked || nextWall(cron, shown - 1) === shown)) return instant;
    }
    return null;
  };
}
