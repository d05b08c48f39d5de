import { civilDateOf, dayNumberOf, daysInMonth, weekdayOf } from "../../civil.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { Fold, TimeZone, WallTime } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import type { Times, Walk } from "../rules.ts";

const STEPS_MAX = 20_000;
const NAMES = ["year", "month", "day", "weekday", "hour", "minute", "second"] as const;
type Name = (typeof NAMES)[number];
type Values = Record<Exclude<Name, "weekday">, number>;
/** What the clock reads, also in a gap, and which pass of a repeat is meant. */
type Reading = { wall: WallTime; fold: Fold };

/**
 * APScheduler goes through its fields by readings of the clock, and since 3.11 moves on from one field to the next by the
 * time that passes: a day that has 23 hours is overshot by one, and so is a month in which the clock goes forward.
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
    let index = 0;
    for (let step = 0; step < STEPS_MAX && index < NAMES.length; step++) {
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
  return { wall: zone.wallOf(instant), fold: zone.foldAt(instant) };
}

function valuesOf({ wall }: Reading): Values {
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
  return name === "weekday" ? weekdayFromMonday(reading.wall) : valuesOf(reading)[name];
}

function weekdayFromMonday(wall: WallTime): number {
  return (weekdayOf(Math.floor(wall / DAY_MS)) + 6) % 7;
}

/** The least value of the field from the current one on that the line selects; null for none. */
function nextValue(cron: Cron, reading: Reading, name: Name): number | null {
  const current = valueOf(reading, name);
  if (name === "year") return current;
  const selected = {
    month: cron.months,
    day: cron.days,
    hour: cron.hours,
    minute: cron.minutes,
    second: cron.seconds,
  };
  for (let value = current; value <= maximum(reading, name); value++)
    if ((name === "weekday" ? cron.weekdays[(value + 1) % 7] : selected[name][value]) === 1) return value;
  return null;
}

function maximum(reading: Reading, name: Name): number {
  const { year, month } = valuesOf(reading);
  return {
    year: 9999,
    month: 12,
    day: daysInMonth(year, month),
    weekday: 6,
    hour: 23,
    minute: 59,
    second: 59,
  }[name];
}

function wallOf({ year, month, day, hour, minute, second }: Values): WallTime {
  return dayNumberOf(year, month, day) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
}

const LEAST: Values = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 };

/** The fields from the one named on, which is given its value; those behind it start over. */
function withField(reading: Reading, name: keyof Values, value: number): WallTime {
  const values = valuesOf(reading);
  const at = NAMES.indexOf(name);
  for (const lower of NAMES.slice(at + 1)) if (lower !== "weekday") values[lower] = LEAST[lower];
  return wallOf({ ...values, [name]: value });
}

function setField(
  reading: Reading,
  { name, value, zone, elapsed }: { name: keyof Values; value: number; zone: TimeZone; elapsed: boolean },
): Reading {
  const wall = withField(reading, name, value);
  return elapsed ? { wall, fold: reading.fold } : readingAt(zone, zone.instantOf(wall, 0));
}

/** The field one on, carried to the one before where it is full. */
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
