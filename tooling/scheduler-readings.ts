import { ScheduleError } from "../packages/schedules/src/schedule-error.ts";
import type { Scheduler } from "../packages/schedules/src/schedulers/scheduler.ts";
import { timesAfter } from "../packages/schedules/src/schedule.ts";

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const NEVER = "never runs";
const REFUSED = "refused";
const HOUR_MS = 3_600_000;

/** How schedulers read a line if they ignore what follows the day or the weekday. */
const READ_OTHERWISE: Readonly<Record<string, string>> = {
  "01-15,02-15,03-15": "read as the 15th",
  "01-02,01-09,01-16": "read as every Friday",
};

/** The times that one scheduler gives for a line; null: it refuses the line. */
type Times = Date[] | null;
type Probe = { line: string; after: string; zone?: string; count: number };

/** What a scheduler does with lines on which schedulers differ, as cells of a table. */
export function readingOf(scheduler: Scheduler): string[] {
  const ask = (line: string, count = 1) => timesOf(scheduler, { line, after: "2026-01-01T00:00:00Z", count });
  return [
    forward(
      scheduler,
      timesOf(scheduler, {
        line: "30 2 * * *",
        after: "2026-03-28T12:00:00Z",
        zone: "Europe/Berlin",
        count: 1,
      }),
    ),
    back(scheduler),
    bothDays(ask("0 0 13 * 5", 2)),
    starWithStep(ask("0 0 */2 * 1", 40)),
    weekdays(ask("0 0 * * 1", 8)),
    weekdays(ask("0 0 * * 7", 8)),
    backwards(ask("0 22-2 * * *", 5)),
  ];
}

/** Which ways of writing a line a scheduler accepts, as cells of a table. */
export function acceptedFormsOf(scheduler: Scheduler): string[] {
  const ask = (line: string, count = 1) => timesOf(scheduler, { line, after: "2026-01-01T00:00:00Z", count });
  const days = (line: string, wanted: string) => {
    const times = ask(line, 3);
    if (times === null) return REFUSED;
    if (times.length === 0) return NEVER;
    const found = times.map(dayOf).join();
    return found === wanted ? "yes" : (READ_OTHERWISE[found] ?? `read as ${found}`);
  };
  return [
    fieldCounts(scheduler),
    fromNumber(ask("5/10 * * * *", 3)),
    takesMacro(scheduler),
    days("0 0 L * *", "01-31,02-28,03-31"),
    days("0 0 15W * *", "01-15,02-16,03-16"),
    days("0 0 * * FRI#2", "01-09,02-13,03-13"),
    days("0 0 * * FRIL", "01-30,02-27,03-27"),
  ];
}

function forward({ rules }: Scheduler, times: Times): string {
  if (rules.timezone !== null) return `in ${rules.timezone}`;
  const [first] = times ?? [];
  if (first === undefined) return times === null ? REFUSED : NEVER;
  const local = berlin(first);
  return local.startsWith("29/03") ? `at ${local.slice(-5)}` : "not that day";
}

/** In which pass of the repeated hour a daily job of 02:30 runs. In UTC that is 00:30 in the first pass and 01:30 in the second. */
function back(scheduler: Scheduler): string {
  if (scheduler.rules.timezone !== null) return `in ${scheduler.rules.timezone}`;
  const zone = "Europe/Berlin";
  const daily = timesOf(scheduler, { line: "30 2 * * *", after: "2026-10-24T12:00:00Z", zone, count: 2 });
  const hourly = timesOf(scheduler, { line: "0 * * * *", after: "2026-10-24T22:30:00Z", zone, count: 4 });
  if (daily === null || hourly === null) return REFUSED;
  const passes = [0, 1].filter((hour) => daily.some((time) => isHour(time, hour)));
  const left = [0, 1].filter((hour) => !hourly.some((time) => isHour(time, hour)));
  const names = ["first", "second"];
  const ran = passes.length === 2 ? "both" : (names[passes[0] ?? -1] ?? "not that day");
  return left.length === 0
    ? ran
    : `${ran}; hourly not in the ${left.map((pass) => names[pass]).join(" or ")}`;
}

function isHour(time: Date, hour: number): boolean {
  return (
    time.getTime() - Date.parse("2026-10-25T00:00:00Z") - hour * HOUR_MS < HOUR_MS &&
    time.getTime() >= Date.parse("2026-10-25T00:00:00Z") + hour * HOUR_MS
  );
}

function bothDays(times: Times): string {
  if (times === null) return REFUSED;
  return times.every((time) => time.getUTCDate() === 13) ? "both must fit" : "either will do";
}

function starWithStep(times: Times): string {
  if (times === null) return REFUSED;
  if (times.every((time) => time.getUTCDay() === times[0]?.getUTCDay())) return "both must fit";
  const isEven = times.filter((time) => time.getUTCDate() % 2 === 0).length > times.length / 2;
  return isEven ? "either will do, and days are even" : "either will do";
}

function weekdays(times: Times): string {
  if (times === null) return REFUSED;
  const days = [...new Set(times.map((time) => time.getUTCDay()))];
  return days.length === 7 ? "every day" : days.map((day) => WEEKDAYS[day]).join(", ") || NEVER;
}

function backwards(times: Times): string {
  if (times === null) return REFUSED;
  if (times.length === 0) return NEVER;
  const hours = times.map((time) => time.getUTCHours()).toSorted((a, b) => a - b);
  return hours.join() === "0,1,2,22,23" ? "over midnight" : `at ${[...new Set(hours)].join(", ")}`;
}

function fromNumber(times: Times): string {
  if (times === null) return REFUSED;
  const minutes = times.map((time) => time.getUTCMinutes()).join();
  return minutes === "5,15,25" ? "5, 15, 25…" : minutes === "5,5,5" ? "5 alone" : minutes;
}

function takesMacro(scheduler: Scheduler): string {
  const times = timesOfLine(scheduler, { line: "@daily", after: "2026-01-01T00:00:00Z", count: 1 });
  if (times === null) return REFUSED;
  return isDrawn(scheduler, "@daily") ? "at any time of the day" : "yes";
}

/** Whether the scheduler draws the time from a window, by the name of the job. */
function isDrawn({ rules }: Scheduler, line: string): boolean {
  const window = rules.quirks.drawn?.(line, undefined) ?? null;
  return window !== null && window.from !== window.until;
}

function fieldCounts({ rules }: Scheduler): string {
  const texts = [...new Set(rules.layouts.toSorted((a, b) => a.length - b.length).map(fieldsText))];
  return texts.join(", ").replace("1, 2, 3, 4, 5", "1 to 5");
}

function fieldsText(layout: readonly string[]): string {
  const extra = [
    layout[0] === "second" ? "seconds first" : layout.at(-1) === "second" ? "seconds last" : null,
    layout.includes("year") ? "years" : null,
  ].filter((part) => part !== null);
  return extra.length === 0 ? String(layout.length) : `${layout.length} (${extra.join(", ")})`;
}

/** Asks for five fields, written as the scheduler's example is: with seconds before them, or a question mark for a day. */
function timesOf(scheduler: Scheduler, probe: Probe): Times {
  const five = probe.line.split(" ");
  const example = scheduler.example.split(" ");
  if (example.includes("?")) {
    if (five[4] === "*") five[4] = "?";
    else if (five[2] === "*") five[2] = "?";
  }
  const line = example.length > 5 ? ["0", ...five].join(" ") : five.join(" ");
  return timesOfLine(scheduler, { ...probe, line });
}

function timesOfLine({ id }: Scheduler, { line, after, zone = "UTC", count }: Probe): Times {
  const times: Date[] = [];
  try {
    const schedule = { kind: "cron" as const, scheduler: id, expression: line, timezone: zone };
    for (const time of timesAfter(schedule, Date.parse(after))) {
      times.push(new Date(time));
      if (times.length === count) break;
    }
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return null;
  }
  return times;
}

function dayOf(time: Date): string {
  return time.toISOString().slice(5, 10);
}

function berlin(time: Date): string {
  const format = {
    timeZone: "Europe/Berlin",
    day: "2-digit",
    month: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  } as const;
  return time.toLocaleString("en-GB", format);
}
