import type { Cron } from "../cron/cron.ts";
import { nextOfCron } from "../cron/next.ts";
import { type Line, linesOf } from "../lines.ts";
import { type Chain, leastFrom, MICROS_PER_SECOND } from "../oncalendar/chain.ts";
import { daysOfMonth } from "../oncalendar/dates.ts";
import type { OnCalendar } from "../oncalendar/parse.ts";
import { ScheduleError } from "../schedule-error.ts";
import { nextAfter } from "../schedule.ts";
import type { Instant } from "../time.ts";
import { UTC } from "../timezones/timezones.ts";
import {
  type DayRule,
  daysText,
  isConditional,
  type Monthdays,
  type TimesOfDay,
  timesText,
} from "./days-and-times.ts";
import { durationText } from "./english.ts";

const EVERY_DAY = "every day";
const LONGEST_MONTH = 31;
const VALUES_MAX = 300;

/** 2000-01-01. A line without a time after this never runs. */
const NEVER_BEFORE: Instant = 946_684_800_000;

/** When a scheduler runs a cron expression: "every Friday at 00:00"; null: it refuses the expression, or never runs it. */
export function readingText(expression: string, scheduler: string): string | null {
  const schedule = { kind: "cron" as const, expression, scheduler, timezone: "UTC" };
  try {
    return nextAfter(schedule, NEVER_BEFORE) === null ? null : linesOf(schedule).map(lineText).join("; ");
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

/** One line in words, without its zone and in lower case: "every day at 02:30". */
export function lineText(line: Line): string {
  if (line.kind === "cron" && line.cron.every !== null)
    return `every ${durationText(line.cron.every / 1000)} from the last start`;
  if (line.kind === "cron" && line.cron.latest !== null) return windowText(line.cron, line.cron.latest);
  const { days, times } = line.kind === "cron" ? ofCron(line.cron) : ofOnCalendar(line.calendar);
  const when = timesText(times);
  const onDays = daysText(days);
  if (when.kind === "times" && isConditional(days)) return `at ${when.text} ${onDays}`;
  if (when.kind === "times") return `${onDays} at ${when.text}`;
  return onDays === EVERY_DAY ? when.text : `${when.text}, ${onDays}`;
}

/** "every day at 00:00, or up to 23 hours 59 minutes later, as the scheduler draws it" */
function windowText(earliest: Cron, latest: Cron): string {
  const from = nextOfCron(earliest, UTC, NEVER_BEFORE);
  const until = from === null ? null : nextOfCron(latest, UTC, from - 1);
  const text = lineText({ kind: "cron", cron: { ...earliest, latest: null } });
  if (from === null || until === null || until <= from) return text;
  return `${text}, or up to ${durationText((until - from) / 1000)} later, as the scheduler draws it`;
}

type Parts = { days: DayRule; times: TimesOfDay };

function ofCron(cron: Cron): Parts {
  const days = selectedValues(cron.days).filter((day) => day > 0);
  const weekdays = selectedValues(cron.weekdays).map(fromMonday).toSorted(ascending);
  const monthdays: Monthdays = {
    numbers: days,
    fromEnd: cron.daysFromEnd.map((distance) => distance + 1),
    lastWorkday: cron.lastWorkday,
    nearWorkdays: [...cron.nearWorkdays],
  };
  const isAnyDay = days.length === 31;
  const isAnyWeekday = weekdays.length === 7;
  const isUnrestricted = !cron.daysMustAgree && (isAnyDay || isAnyWeekday);
  return {
    days: {
      years: cron.years === null ? null : [...cron.years].toSorted(ascending),
      months: nullIfAll(selectedValues(cron.months), 12),
      monthdays: isAnyDay || isUnrestricted ? null : monthdays,
      weekdays:
        isAnyWeekday || isUnrestricted
          ? null
          : {
              each: weekdays,
              nth: cron.nthWeekdays.map(({ weekday, nth }) => ({ weekday: fromMonday(weekday), nth })),
            },
      relation: cron.daysMustAgree ? "and" : "or",
    },
    times: {
      hours: selectedValues(cron.hours),
      minutes: selectedValues(cron.minutes),
      seconds: secondsOfCron(cron),
    },
  };
}

/** Null means every second. */
function secondsOfCron({ seconds }: Cron): number[] | null {
  return seconds.includes(0) ? selectedValues(seconds) : null;
}

function selectedValues(wanted: Uint8Array): number[] {
  return [...wanted.keys()].filter((value) => wanted[value] === 1);
}

function nullIfAll(all: number[], count: number): number[] | null {
  return all.length === count ? null : all;
}

function fromMonday(weekday: number): number {
  return (weekday + 6) % 7;
}

function ascending(one: number, other: number): number {
  return one - other;
}

function ofOnCalendar(calendar: OnCalendar): Parts {
  const each = calendar.weekdays === null ? null : selectedValues(calendar.weekdays);
  return {
    days: {
      years: calendar.years && valuesOf(calendar.years, 1970, 2199),
      months: calendar.months && nullIfAll(valuesOf(calendar.months, 1, 12), 12),
      monthdays: monthdaysOf(calendar),
      weekdays: each && { each, nth: [] },
      relation: "and",
    },
    times: {
      hours: valuesOf(calendar.hours, 0, 23),
      minutes: valuesOf(calendar.minutes, 0, 59),
      seconds: secondsOf(calendar.seconds),
    },
  };
}

function monthdaysOf(calendar: OnCalendar): Monthdays | null {
  if (calendar.days === null) return null;
  const numbers = valuesOf(daysOfMonth(calendar, LONGEST_MONTH), 1, LONGEST_MONTH);
  if (!calendar.daysFromEnd) return { numbers, fromEnd: [], lastWorkday: false, nearWorkdays: [] };
  return {
    numbers: [],
    fromEnd: numbers.map((day) => LONGEST_MONTH + 1 - day).toSorted(ascending),
    lastWorkday: false,
    nearWorkdays: [],
  };
}

function secondsOf(chain: Chain): number[] | null {
  if (chain?.every(({ start, stop, repeat }) => start === 0 && stop === null && repeat === MICROS_PER_SECOND))
    return null;
  return valuesOf(chain, 0, 60 * MICROS_PER_SECOND - 1).map((micros) => micros / MICROS_PER_SECOND);
}

function valuesOf(chain: Chain, min: number, max: number): number[] {
  const found: number[] = [];
  if (chain === null) return Array.from({ length: max - min + 1 }, (_, index) => min + index);
  let value = leastFrom(chain, min);
  for (; value !== null && value <= max && found.length < VALUES_MAX; value = leastFrom(chain, value + 1))
    found.push(value);
  return found;
}

/**
 * Writes lines of five fields for a scheduler: unchanged, with a 0 for the seconds before them, or also with the question mark
 * that Quartz requires. Null: the scheduler refuses all of these, or never runs them.
 */
export function lineFor(expression: string, scheduler: string): string | null {
  const withSeconds = expression.replaceAll(/^/gm, "0 ");
  const forms = [expression, withSeconds, withQuestionMark(withSeconds)];
  return forms.find((form) => readingText(form, scheduler) !== null) ?? null;
}

/** Quartz requires a question mark in the day-of-month or the day-of-week field, whichever allows any day. */
function withQuestionMark(expression: string): string {
  return expression
    .split("\n")
    .map((line) => {
      const fields = line.split(/\s+/);
      const anyDay = fields[5] === "*" ? 5 : 3;
      return fields.map((field, index) => (index === anyDay && field === "*" ? "?" : field)).join(" ");
    })
    .join("\n");
}
