import {
  type CivilDate,
  civilDateOf,
  type DayNumber,
  dayNumberOf,
  daysInMonth,
  weekdayOf,
} from "../civil.ts";
import { DAY_MS, SECOND_MS } from "../time.ts";
import type { WallTime } from "../timezones/time-zone.ts";
import type { Cron } from "./cron.ts";
import { dayInMonth } from "./day-in-month.ts";

const DAYS_PER_YEAR = 366;

/**
 * The first reading of the wall clock later than `after` that the line selects, as if the clock never changed; null if there is
 * none within the years that its scheduler searches.
 */
export function nextWall(cron: Cron, after: WallTime): WallTime | null {
  const wall = nextSelected(cron, after);
  return wall !== null && cron.rules.days.februaryRunsOver === true ? overFebruary(cron, wall, after) : wall;
}

/** Skips the days of March before the one at which the scheduler's search continues: it takes 31 February for 3 March. */
function overFebruary(cron: Cron, first: WallTime, after: WallTime): WallTime | null {
  const { year, month } = civilDateOf(Math.floor((after + 1) / DAY_MS));
  if (month > 2 || cron.months[2] !== 1) return first;
  const length = daysInMonth(year, 2);
  const landing = dayNumberOf(year, 2, cron.days.indexOf(1, length + 1));
  const march = dayNumberOf(year, 3, 1);
  for (let wall: WallTime | null = first; wall !== null;) {
    const day = Math.floor(wall / DAY_MS);
    const isOfWeek = !cron.daysMustAgree && cron.weekdays[weekdayOf(day)] === 1;
    if (day < march || day >= landing || isOfWeek) return wall;
    wall = nextSelected(cron, (day + 1) * DAY_MS - 1);
  }
  return null;
}

function nextSelected(cron: Cron, after: WallTime): WallTime | null {
  const from = Math.floor(after / SECOND_MS) + 1;
  const today = Math.floor(from / 86_400);
  const date = civilDateOf(today);
  if (isDay(cron, date)) {
    const time = nextTimeOfDay(cron, from - today * 86_400);
    if (time !== null) return today * DAY_MS + time * SECOND_MS;
  }
  const time = nextTimeOfDay(cron, 0);
  const day = time === null ? null : nextDay(cron, today + 1);
  return day === null || time === null ? null : day * DAY_MS + time * SECOND_MS;
}

function isDay(cron: Cron, date: CivilDate): boolean {
  return isMonth(cron, date) && dayInMonth(cron, date) === date.day;
}

function isMonth(cron: Cron, { year, month }: CivilDate): boolean {
  return cron.months[month] === 1 && (cron.years === null || cron.years.has(year));
}

/** The first day from `from` on that the line selects. */
function nextDay(cron: Cron, from: DayNumber): DayNumber | null {
  const { grammar, years, wholeYears } = cron.rules;
  const lastOfYears = dayNumberOf(grammar.bounds.year.max, 12, 31);
  const inYears = wholeYears
    ? dayNumberOf(civilDateOf(from).year + years, 12, 31)
    : from + years * DAYS_PER_YEAR;
  const last = Math.min(inYears, lastOfYears);
  let today = from;
  while (today <= last) {
    const date = civilDateOf(today);
    if (isMonth(cron, date)) {
      const day = dayInMonth(cron, date);
      if (day !== null) return today + day - date.day;
    }
    today = startOfNextMonth(cron, date);
    if (cron.years !== null && date.month === 12 && !cron.years.has(date.year + 1))
      today = skipYears(cron, today);
  }
  return null;
}

/** The first day of the next month that the line selects. */
function startOfNextMonth({ months }: Cron, { year, month }: CivilDate): DayNumber {
  const later = months.indexOf(1, month + 1);
  if (later > 0) return dayNumberOf(year, later, 1);
  const first = months.indexOf(1, 1);
  return first < 0 ? Infinity : dayNumberOf(year + 1, first, 1);
}

function skipYears({ years }: Cron, today: DayNumber): DayNumber {
  const { year } = civilDateOf(today);
  if (years === null || years.has(year)) return today;
  const next = Math.min(...[...years].filter((wanted) => wanted >= year));
  return Number.isFinite(next) ? dayNumberOf(next, 1, 1) : Infinity;
}

/** The first selected second of the day from `from` on. */
function nextTimeOfDay(cron: Cron, from: number): number | null {
  if (from >= 86_400) return null;
  let hour = Math.floor(from / 3600);
  let minute = Math.floor((from - hour * 3600) / 60);
  let second = cron.seconds.indexOf(1, from - hour * 3600 - minute * 60);
  if (second < 0) {
    minute += 1;
    second = cron.seconds.indexOf(1);
  }
  const firstMinute = cron.minutes.indexOf(1, minute);
  const isHour = cron.hours[hour] === 1;
  if (isHour && firstMinute === minute && second >= 0) return hour * 3600 + minute * 60 + second;
  second = cron.seconds.indexOf(1);
  if (second < 0) return null;
  if (isHour && firstMinute >= 0) return hour * 3600 + firstMinute * 60 + second;
  hour = cron.hours.indexOf(1, hour + 1);
  minute = cron.minutes.indexOf(1);
  return hour < 0 || minute < 0 ? null : hour * 3600 + minute * 60 + second;
}
