import { civilDateOf, WEEKDAY_NAMES } from "../civil.ts";
import { ScheduleError } from "../schedule-error.ts";
import { canonicalTimezone } from "../timezones/timezones.ts";
import {
  type Chain,
  component,
  DAY,
  DAY_FROM_END,
  HOUR,
  MICROS_PER_SECOND,
  MINUTE,
  MONTH,
  parseChain,
  SECOND,
  YEAR,
} from "./chain.ts";

/** One parsed OnCalendar line. */
export type OnCalendar = {
  weekdays: Weekdays;
  years: Chain;
  months: Chain;
  days: Chain;
  daysFromEnd: boolean;
  hours: Chain;
  minutes: Chain;
  seconds: Chain;
  /** the zone that the line itself names */
  timezone: string | null;
};

type DateAndTime = Omit<OnCalendar, "timezone">;

const MACROS: Readonly<Record<string, string>> = {
  minutely: "*-*-* *:*:00",
  hourly: "*-*-* *:00:00",
  daily: "*-*-* 00:00:00",
  weekly: "Mon *-*-* 00:00:00",
  monthly: "*-*-01 00:00:00",
  quarterly: "*-01,04,07,10-01 00:00:00",
  semiannually: "*-01,07-01 00:00:00",
  "semi-annually": "*-01,07-01 00:00:00",
  biannually: "*-01,07-01 00:00:00",
  "bi-annually": "*-01,07-01 00:00:00",
  yearly: "*-01-01 00:00:00",
  annually: "*-01-01 00:00:00",
  // systemd takes this spelling, too.
  anually: "*-01-01 00:00:00",
};

/**
 * Reads one line in systemd's calendar syntax, `[weekdays] [date] [time] [zone]`.
 * @throws ScheduleError
 */
export function parseOnCalendar(line: string): OnCalendar {
  const { text, timezone } = withoutTimezone(line.trim());
  if (text === "") throw new ScheduleError("The OnCalendar line is empty: write one such as Mon..Fri 02:30.");
  const calendar = parseDateAndTime(MACROS[text.toLowerCase()] ?? text);
  // An instant in seconds since 1970 has no zone: systemd uses UTC, whatever zone follows.
  return { ...calendar, timezone: text.includes("@") ? "UTC" : timezone };
}

function withoutTimezone(line: string): { text: string; timezone: string | null } {
  const space = line.lastIndexOf(" ");
  if (space < 0) return { text: line, timezone: null };
  const last = line.slice(space + 1);
  if (last.toUpperCase() === "UTC") return { text: line.slice(0, space), timezone: "UTC" };
  const timezone = canonicalTimezone(last);
  if (timezone !== null) return { text: line.slice(0, space), timezone };
  if (/[a-z]/i.test(last))
    throw new ScheduleError(
      `There is no time zone “${last}”: end the line with one such as Europe/Berlin, or UTC.`,
    );
  return { text: line, timezone: null };
}

function parseDateAndTime(text: string): DateAndTime {
  const words = text.split(/ +/);
  const weekdays = /^[a-z]/i.test(words[0] ?? "") ? parseWeekdays(words.shift() ?? "") : null;
  if (words[0]?.startsWith("@")) return { weekdays, ...parseTimestamp(words) };
  const date = /[-~]/.test(words[0] ?? "") ? parseDate(words.shift() ?? "") : ANY_DATE;
  // Blanks between the words count as one; a line that ends after its date has an empty time.
  const [time, ...rest] = words.filter((word, index) => word !== "" || index > 0);
  if (rest.length > 0)
    throw new ScheduleError(
      `“${rest.join(" ")}” is left over: a line is weekdays, a date, a time and a time zone, in this order.`,
    );
  return { weekdays, ...date, ...parseTime(time) };
}

const ANY_DATE: ParsedDate = { years: null, months: null, days: null, daysFromEnd: false };

type ParsedDate = Pick<OnCalendar, "years" | "months" | "days" | "daysFromEnd">;
type ParsedTime = Pick<OnCalendar, "hours" | "minutes" | "seconds">;

function parseDate(text: string): ParsedDate {
  const [first = "", separator, second = "", dayMark, third] = text.split(/([-~])/);
  if (third === undefined) return monthAndDay({ years: null, month: first, separator, day: second }, text);
  if (separator === "~") throw unreadableDate(text);
  return monthAndDay({ years: parseChain(YEAR, first), month: second, separator: dayMark, day: third }, text);
}

function monthAndDay(
  parts: { years: Chain; month: string; separator: string | undefined; day: string },
  text: string,
): ParsedDate {
  if (/[-~]/.test(parts.day) || (text.match(/[-~]/g) ?? []).length > 2) throw unreadableDate(text);
  const daysFromEnd = parts.separator === "~";
  const days = parseChain(daysFromEnd ? DAY_FROM_END : DAY, parts.day);
  return {
    years: parts.years,
    months: parseChain(MONTH, parts.month),
    days,
    daysFromEnd: daysFromEnd && days !== null,
  };
}

function parseTime(text: string | undefined): ParsedTime {
  if (text === undefined) return { hours: [component(0)], minutes: [component(0)], seconds: [component(0)] };
  const [hour = "", minute, second = "0", more] = text.split(":");
  if (minute === undefined || more !== undefined)
    throw new ScheduleError(
      `“${text}” is neither a date nor a time: write a date as 2026-12-24 and a time as 02:30.`,
    );
  return {
    hours: parseChain(HOUR, hour),
    minutes: parseChain(MINUTE, minute),
    seconds: parseChain(SECOND, second),
  };
}

/** `@1700000000`: an instant in seconds since 1970. */
function parseTimestamp([text = "", ...rest]: string[]): Omit<DateAndTime, "weekdays"> {
  const [, digits] = /^@(\d{1,11})$/.exec(text) ?? [];
  if (digits === undefined || rest.length > 0)
    throw new ScheduleError(
      `“${[text, ...rest].join(" ")}” cannot be read: write @ and seconds since 1970, such as @1800000000.`,
    );
  const seconds = Number(digits);
  const { year, month, day } = civilDateOf(Math.floor(seconds / 86_400));
  return {
    years: parseChain(YEAR, String(year)),
    months: [component(month)],
    days: [component(day)],
    daysFromEnd: false,
    hours: [component(Math.floor(seconds / 3600) % 24)],
    minutes: [component(Math.floor(seconds / 60) % 60)],
    seconds: [component((seconds % 60) * MICROS_PER_SECOND)],
  };
}

function unreadableDate(text: string): ScheduleError {
  return new ScheduleError(
    `The date “${text}” cannot be read: write 2026-12-24, *-12-24, 12-24, or *-*~1 for the last day of each month.`,
  );
}

/** Seven entries from Monday, 1 if the day is selected; null: any day. */
export type Weekdays = Uint8Array | null;

/** From Mon to Sun. */
export const SHORT_NAMES = WEEKDAY_NAMES.map((name) => name.slice(0, 3));

/**
 * Reads `Mon..Fri`, `sat,sun`, `Monday-Wednesday,Sunday`; one trailing comma is allowed.
 * @throws ScheduleError
 */
function parseWeekdays(text: string): Weekdays {
  const wanted = new Uint8Array(7);
  for (const entry of text.replace(/,$/, "").split(",")) {
    const [first = "", last = first, more] = entry.split(/\.\.|-/);
    const from = weekdayIndex(first);
    const to = weekdayIndex(last);
    if (more !== undefined || to < from)
      throw new ScheduleError(
        `The weekday range “${entry}” cannot be read: write it from Mon to Sun, such as Fri..Sun,Mon.`,
      );
    wanted.fill(1, from, to + 1);
  }
  return wanted.includes(0) ? wanted : null;
}

function weekdayIndex(name: string): number {
  const known = WEEKDAY_NAMES.map((long) => long.toLowerCase());
  const lower = name.toLowerCase();
  const index = known.findIndex((long) => lower === long || lower === long.slice(0, 3));
  if (index >= 0) return index;
  throw new ScheduleError(`“${name}” is no weekday: use Mon, Tue, Wed, Thu, Fri, Sat or Sun.`);
}
