import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { goDate } from "../instants.ts";
import { ZonedTime } from "./zoned-time.ts";

const ROUNDS_MAX = 500;
const WEEKDAY_STEPS_MAX = 366;
const DAY_STEPS_MAX = 62;

/** One field: whether it fits a time, how it moves on a time that does not fit, and how often before the others come again. */
type Field = { isDue: (at: ZonedTime) => boolean; step: (at: ZonedTime) => ZonedTime; max: number };

/**
 * gronx checks the weekday, the month, the day and so on to the seconds, and starts over after each step. It sets each step back
 * to the start of its hour or minute by the clock, and so leaves out one pass of a repeat.
 */
export function gronxWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const { weekday, month, day, others } = fieldsOf(cron);
  let time = new ZonedTime(after, zone, goDate);
  const start = time.wall;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const found = weekdayStep(cron, { weekday, day }, time);
    const fields = found === "weekday fits" ? [month, ...others] : [month, day, ...others];
    const bumped = typeof found === "string" ? firstStep(fields, time) : found;
    // If the clock skips the midnight of a day, gronx finds it on the day before and never gets any further.
    if (bumped?.instant === time.instant) return null;
    if (bumped !== null) time = bumped;
    else if (time.wall === start) time = time.plus(SECOND_MS);
    else return time.instant;
  }
  return null;
}

function fieldsOf(cron: Cron): { weekday: Field; month: Field; day: Field; others: Field[] } {
  const { minutes, hours, months, seconds } = cron;
  const byWeekday: Cron = { ...cron, ...EVERY_DAY };
  const byDay: Cron = { ...cron, weekdays: new Uint8Array(7).fill(1), daysMustAgree: true };
  return {
    weekday: { isDue: (at) => at.isDayOf(byWeekday), step: nextDay, max: WEEKDAY_STEPS_MAX },
    month: {
      isDue: (at) => months[at.date.month] === 1,
      step: (at) => at.startOfMonth().plusMonths(1),
      max: 12,
    },
    day: { isDue: (at) => at.isDayOf(byDay), step: nextDay, max: DAY_STEPS_MAX },
    others: [
      { isDue: (at) => hours[at.hour] === 1, step: (at) => nextUnit(at, "hour"), max: 24 },
      { isDue: (at) => minutes[at.minute] === 1, step: (at) => nextUnit(at, "minute"), max: 60 },
      { isDue: (at) => seconds[at.second] === 1, step: (at) => at.plus(SECOND_MS), max: 60 },
    ],
  };
}

const EVERY_DAY = {
  days: new Uint8Array(32).fill(1),
  daysFromEnd: [],
  nearWorkdays: [],
  lastWorkday: false,
  daysMustAgree: true,
};

/** The next day of the weekday; or that of the day of month, if one of both is enough and it comes first. */
function weekdayStep(
  { fields, daysMustAgree }: Cron,
  { weekday, day }: { weekday: Field; day: Field },
  time: ZonedTime,
): ZonedTime | "weekday fits" | "day as well" {
  const text = fields[4];
  if (text === "*" || text === "?") return "day as well";
  const nextWeekday = stepUntilDue(weekday, time);
  if (nextWeekday === null) return daysMustAgree ? "day as well" : "weekday fits";
  if (daysMustAgree) return nextWeekday;
  const nextMonthday = stepUntilDue(day, time);
  if ((nextMonthday ?? time).instant >= nextWeekday.instant) return nextWeekday;
  return nextMonthday ?? "weekday fits";
}

function firstStep(fields: readonly Field[], time: ZonedTime): ZonedTime | null {
  const late = fields.find(({ isDue }) => !isDue(time));
  return late === undefined ? null : stepUntilDue(late, time);
}

/** Moves the time on until it fits; null: it already fits. */
function stepUntilDue({ isDue, step, max }: Field, time: ZonedTime): ZonedTime | null {
  if (isDue(time)) return null;
  let at = time;
  for (let count = 0; count < max && !isDue(at); count++) {
    const next = step(at);
    if (next.instant === at.instant) return at;
    at = next;
  }
  return at;
}

function nextDay(time: ZonedTime): ZonedTime {
  return time.plusDays(1).startOf("day");
}

function nextUnit(time: ZonedTime, unit: "hour" | "minute"): ZonedTime {
  const next = time.plus(unit === "hour" ? HOUR_MS : MINUTE_MS).startOf(unit);
  return next.instant > time.instant ? next : next.plus(HOUR_MS);
}
