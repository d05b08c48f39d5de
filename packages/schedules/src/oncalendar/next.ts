import { civilDateOf, type DayNumber, weekdayOf } from "../civil.ts";
import { DAY_MS, type Instant, MINUTE_MS } from "../time.ts";
import type { TimeZone, WallTime } from "../timezones/time-zone.ts";
import { type Chain, selects, YEAR } from "./chain.ts";
import { nextYearWithDate } from "./dates.ts";
import type { OnCalendar } from "./parse.ts";
import { CalendarSearch, type SearchFrom } from "./search.ts";

const MICROS_PER_MS = 1000;
/** Matches that are not later than `after` are wall times of a repeated hour, which has 3,600 seconds. */
const MATCHES_MAX = 3700;

/**
 * The first time of one line strictly later than `after`, as systemd computes it; null: never. For some lines, systemd's own
 * search never ends at a clock change, so that the timer is dead. Then this gives the time that the line means, so that the
 * missing run is noticed.
 */
export function nextOfOnCalendar(line: OnCalendar, zone: TimeZone, after: Instant): Instant | null {
  const plain = nextOfPlain(line, zone, after);
  if (plain !== null) return plain;
  if (nextYearWithDate(line, yearOf(zone.wallOf(after))) > YEAR.max) return null;
  return searchOnCalendar(line, zone, after);
}

/** The same, but always by systemd's own steps. */
export function searchOnCalendar(line: OnCalendar, zone: TimeZone, after: Instant): Instant | null {
  const next = search(line, { zone, after, carriesDst: true });
  if (next !== "stuck") return next;
  const meant = search(line, { zone, after, carriesDst: false });
  return meant === "stuck" ? null : meant;
}

/** Whether systemd gives up when it searches for the next time of this line after `after`. */
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

const MINUTES_PER_DAY = 1440;
/** How many days are looked up, enough for all but rare dates; later ones are searched as systemd does. */
const DAYS_MAX = 40;
const NONE = -1;

/** For each minute of a day, the first selected one from it on, or -1; computed once per line. Null: the line is not plain. */
const tables = new WeakMap<OnCalendar, Int16Array | null>();

/**
 * Looks up the first time, strictly later than `after`, of a line of whole minutes. This works only far from clock changes, where
 * the steps of systemd's search do not matter. Null: the time has to be searched.
 */
export function nextOfPlain(line: OnCalendar, zone: TimeZone, after: Instant): Instant | null {
  const table = tableOf(line);
  if (table === null) return null;
  const wall = zone.wallOf(after);
  if (!zone.isFarFromChange(wall)) return null;
  const from = Math.floor(wall / MINUTE_MS) + 1;
  const first = Math.floor(from / MINUTES_PER_DAY);
  for (let day = first; day < first + DAYS_MAX; day += 1) {
    const minute = table[day === first ? from - day * MINUTES_PER_DAY : 0] ?? NONE;
    if (minute === NONE || !isWanted(line, day)) continue;
    const found = day * DAY_MS + minute * MINUTE_MS;
    return zone.isFarFromChange(found) ? zone.instantOf(found, 0) : null;
  }
  return null;
}

function tableOf(line: OnCalendar): Int16Array | null {
  let table = tables.get(line);
  if (table === undefined) tables.set(line, (table = isPlain(line) ? makeTable(line) : null));
  return table;
}

function isPlain({ years, months, days, daysFromEnd, hours, minutes, seconds }: OnCalendar): boolean {
  const [second, more] = seconds ?? [];
  const wholeMinutes = second?.start === 0 && second.repeat === 0 && more === undefined;
  const plainDays = years === null && !daysFromEnd && isClosed(months) && isClosed(days);
  return wholeMinutes && plainDays && fits(hours, 24) && fits(minutes, 60);
}

/** Whether every step ends with its unit. Otherwise systemd carries the rest over into the first hours of a new month or year. */
function fits(chain: Chain, size: number): boolean {
  return (
    chain === null ||
    chain.every(({ start, stop, repeat }) => repeat === 0 || stop !== null || (size - start) % repeat === 0)
  );
}

/** Whether every step has an end. Otherwise it runs into the next unit in systemd's own way. */
function isClosed(chain: Chain): boolean {
  return chain === null || chain.every(({ stop, repeat }) => repeat === 0 || stop !== null);
}

function makeTable({ hours, minutes }: OnCalendar): Int16Array {
  const table = new Int16Array(MINUTES_PER_DAY);
  let next = NONE;
  for (let minute = MINUTES_PER_DAY - 1; minute >= 0; minute -= 1) {
    if (selects(hours, Math.floor(minute / 60)) && selects(minutes, minute % 60)) next = minute;
    table[minute] = next;
  }
  return table;
}

function isWanted({ weekdays, months, days }: OnCalendar, day: DayNumber): boolean {
  if (weekdays !== null && weekdays[(weekdayOf(day) + 6) % 7] !== 1) return false;
  if (months === null && days === null) return true;
  const date = civilDateOf(day);
  return selects(months, date.month) && selects(days, date.day);
}
