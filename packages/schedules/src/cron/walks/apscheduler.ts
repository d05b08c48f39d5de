import { civilDateOf, dayNumberOf, daysInMonth, weekdayOf } from "../../civil.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { Fold, TimeZone, WallTime } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import type { Times, Walk } from "../rules.ts";

const STEPS_MAX = 20_000;
/** The 29th of February on a chosen weekday comes after 40 years at the latest. */
const YEARS_MAX = 41;
const NAMES = ["year", "month", "day", "weekday", "hour", "minute", "second"] as const;
type Name = (typeof NAMES)[number];
type Values = Record<Exclude<Name, "weekday">, number>;
/** A reading of the clock, which may lie in a gap; which pass of a repeat is meant; and the reading as fields. */
type Reading = { wall: WallTime; fold: Fold; values: Values };

/**
 * APScheduler goes through its fields by readings of the clock. Since 3.11 it moves on by elapsed time, which overshoots a day of
 * 23 hours by an hour, and a month in which the clock goes forward too.
 */
export function apschedulerTimes(by: { elapsed: boolean }): Times {
  const next = walk(by);
  return function* (cron, zone, after) {
    for (let at = next(cron, zone, after); at !== null; at = next(cron, zone, at)) yield at;
  };
}

function walk({ elapsed }: { elapsed: boolean }): Walk {
  return (cron, zone, after) => {
    let reading = readingAt(zone, after + SECOND_MS);
    const lastYear = reading.values.year + YEARS_MAX;
    let index = 0;
    for (let step = 0; step < STEPS_MAX && index < NAMES.length; step++) {
      if (reading.values.year > lastYear) return null;
      const name = NAMES[index] ?? "second";
      const current = valueOf(reading, name);
      const next = nextValue(cron, reading, name);
      if (next === current) index++;
      else if (next !== null && name !== "weekday") {
        reading = setField(reading, { name, value: next, zone, elapsed });
        index++;
      } else {
        const moved = increment(reading, next === null ? index - 1 : index, { zone, elapsed });
        if (moved === null) return null;
        ({ reading, index } = moved);
      }
    }
    if (index < NAMES.length) return null;
    const found = zone.instantOf(reading.wall, reading.fold);
    return found > after ? found : null;
  };
}

function readingAt(zone: TimeZone, instant: Instant): Reading {
  return readingOf(zone.wallOf(instant), zone.foldAt(instant));
}

function readingOf(wall: WallTime, fold: Fold): Reading {
  return { wall, fold, values: valuesOf(wall) };
}

function valuesOf(wall: WallTime): Values {
  const dayNumber = Math.floor(wall / DAY_MS);
  const inDay = wall - dayNumber * DAY_MS;
  return {
    ...civilDateOf(dayNumber),
    hour: Math.floor(inDay / HOUR_MS),
    minute: Math.floor((inDay % HOUR_MS) / MINUTE_MS),
    second: Math.floor((inDay % MINUTE_MS) / SECOND_MS),
  };
}

function valueOf(reading: Reading, name: Name): number {
  return name === "weekday" ? weekdayFromMonday(reading.wall) : reading.values[name];
}

function weekdayFromMonday(wall: WallTime): number {
  return (weekdayOf(Math.floor(wall / DAY_MS)) + 6) % 7;
}

/** The first value of the field, from the current one on, that the line selects; null if there is none. */
function nextValue(cron: Cron, reading: Reading, name: Name): number | null {
  const current = valueOf(reading, name);
  if (name === "year") return current;
  const most = maximum(reading, name);
  if (name === "weekday") {
    for (let value = current; value <= most; value++) if (cron.weekdays[(value + 1) % 7] === 1) return value;
    return null;
  }
  const value = selectedBy(cron, name).indexOf(1, current);
  return value === -1 || value > most ? null : value;
}

function selectedBy(cron: Cron, name: Exclude<Name, "year" | "weekday">): Uint8Array {
  switch (name) {
    case "month":
      return cron.months;
    case "day":
      return cron.days;
    case "hour":
      return cron.hours;
    case "minute":
      return cron.minutes;
    case "second":
      return cron.seconds;
  }
}

const MOST: Record<Exclude<Name, "day">, number> = {
  year: 9999,
  month: 12,
  weekday: 6,
  hour: 23,
  minute: 59,
  second: 59,
};

function maximum({ values }: Reading, name: Name): number {
  return name === "day" ? daysInMonth(values.year, values.month) : MOST[name];
}

function wallOf({ year, month, day, hour, minute, second }: Values): WallTime {
  return dayNumberOf(year, month, day) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
}

const LEAST: Values = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 };

/** Sets one field; the smaller ones start over. */
function withField(reading: Reading, name: keyof Values, value: number): WallTime {
  const values = { ...reading.values };
  const at = NAMES.indexOf(name);
  for (const lower of NAMES.slice(at + 1)) if (lower !== "weekday") values[lower] = LEAST[lower];
  return wallOf({ ...values, [name]: value });
}

function setField(
  reading: Reading,
  { name, value, zone, elapsed }: { name: keyof Values; value: number; zone: TimeZone; elapsed: boolean },
): Reading {
  const wall = withField(reading, name, value);
  return elapsed ? readingOf(wall, reading.fold) : readingAt(zone, zone.instantOf(wall, 0));
}

/** Increases a field by one; if it is at its maximum, the next larger field. */
function increment(
  reading: Reading,
  from: number,
  { zone, elapsed }: { zone: TimeZone; elapsed: boolean },
): { reading: Reading; index: number } | null {
  let index = from;
  for (; index >= 0; index--) {
    const name = NAMES[index] ?? "second";
    if (name === "weekday") continue;
    const value = valueOf(reading, name);
    if (value === maximum(reading, name)) continue;
    const wall = withField(reading, name, value + 1);
    const passed = wall - reading.wall;
    const instant = elapsed
      ? zone.instantOf(reading.wall, reading.fold) + passed
      : zone.instantOf(wall, reading.fold);
    return { reading: readingAt(zone, instant), index };
  }
  return null;
}
