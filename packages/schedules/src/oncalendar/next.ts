import { DAY_MS, type Instant } from "../time.ts";
import { civilDateOf } from "../civil.ts";
import type { TimeZone, WallTime } from "../timezones/time-zone.ts";
import { YEAR } from "./chain.ts";
import { nextYearWithDate } from "./dates.ts";
import type { OnCalendar } from "./parse.ts";
import { nextOfPlain } from "./plain.ts";
import { CalendarSearch, type SearchFrom } from "./search.ts";

const MICROS_PER_MS = 1000;
// Each further match is a wall time of a repeated hour; lines by the second have 3,600 of them.
const MATCHES_MAX = 3700;

/**
 * The first time of one line strictly later than `after`, as systemd reckons it; null for never. Some
 * lines make systemd's own search run in a circle at a clock change, so that the timer is dead: here the
 * time that the line means is given, since the job is missed.
 */
export function nextOfOnCalendar(line: OnCalendar, zone: TimeZone, after: Instant): Instant | null {
  const plain = nextOfPlain(line, zone, after);
  if (plain !== null) return plain;
  if (nextYearWithDate(line, yearOf(zone.wallOf(after))) > YEAR.max) return null;
  return searchOnCalendar(line, zone, after);
}

/** The same, always by systemd's own steps. */
export function searchOnCalendar(line: OnCalendar, zone: TimeZone, after: Instant): Instant | null {
  const next = search(line, { zone, after, carriesDst: true });
  if (next !== "stuck") return next;
  const meant = search(line, { zone, after, carriesDst: false });
  return meant === "stuck" ? null : meant;
}

/** Whether systemd gives up on this line when it looks for the time after `after`. */
export function isDead(line: OnCalendar, zone: TimeZone, after: Instant): boolean {
  return search(line, { zone, after, carriesDst: true }) === "stuck";
}

function yearOf(wall: WallTime): number {
  return civilDateOf(Math.floor(wall / DAY_MS)).year;
}

function search(line: OnCalendar, from: SearchFrom): Instant | null | "stuck" {
  const matches = new CalendarSearch(line, from);
  for (let count = 0; count < MATCHES_MAX; count++) {
    const micros = matches.next();
    if (micros === null || micros === "stuck") return micros;
    const instant = Math.ceil(micros / MICROS_PER_MS);
    if (instant > from.after) return instant;
  }
  return "stuck";
}
