import type { Instant } from "../time.ts";
import type { TimeZone, WallTime } from "../timezones/time-zone.ts";
import { nextWall } from "./next-wall.ts";
import type { Walk } from "./rules.ts";

/** The instant at which a clock shows `wall`, as some library finds it. `offset`: the offset before. */
export type Resolve = (wall: WallTime, zone: TimeZone, offset: number) => Instant;

/** Go's `time.Date`: takes the reading as UTC to find an offset, and corrects it once if that offset does not hold there. */
export const goDate: Resolve = (wall, zone) => wall - zone.offsetAt(wall - zone.offsetAt(wall));

/** Java's `ZonedDateTime`: keeps the offset if it can, else the first pass; in a gap, moves on by the length of the gap. */
export const javaLocal: Resolve = (wall, zone, offset) =>
  zone.wallOf(wall - offset) === wall ? wall - offset : zone.instantOf(wall, 0);

/** Java's `GregorianCalendar`: the second pass of a repeat; in a gap, the offset before it. */
export const calendarLocal: Resolve = (wall, zone) => {
  const later = zone.instantOf(wall, 0);
  return zone.wallOf(later) === wall ? zone.instantOf(wall, 1) : later;
};

/** Luxon's `DateTime`: guesses with the offset before, and corrects the guess twice. */
export const luxonLocal: Resolve = (wall, zone, offset) => {
  const guess = zone.offsetAt(wall - offset);
  if (guess === offset) return wall - offset;
  const again = zone.offsetAt(wall - guess);
  return guess === again ? wall - guess : wall - Math.min(guess, again);
};

/** node-cron: takes the reading as UTC to find an offset, else the offset that gives the reading again, else the later instant. */
export const nodeCronLocal: Resolve = (wall, zone) => {
  const first = wall - zone.offsetAt(wall);
  const second = wall - zone.offsetAt(first);
  if (first === second || zone.wallOf(first) === wall) return first;
  return zone.wallOf(second) === wall ? second : Math.max(first, second);
};

/** The first pass of a repeat; in a gap, the offset before it, so that 02:30 is 03:30. */
export const firstOrLater: Resolve = (wall, zone) => zone.instantOf(wall, 0);

/** The second pass of a repeat; in a gap, the offset after it. */
export const second: Resolve = (wall, zone) => zone.instantOf(wall, 1);

/** PHP: the pass in daylight saving time; in a gap, the offset before it. */
export const phpLocal: Resolve = (wall, zone) => {
  const [earlier, later] = [zone.instantOf(wall, 0), zone.instantOf(wall, 1)];
  return later > earlier && zone.isDaylightSaving(later) && !zone.isDaylightSaving(earlier) ? later : earlier;
};

/**
 * Reads the clock at `after`, takes the next reading that the line selects, and asks `resolve` for its instant. With `checked`,
 * skips an instant at which the clock shows no time of the line.
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
