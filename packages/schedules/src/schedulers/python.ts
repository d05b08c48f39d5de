import type { Cron } from "../cron/cron.ts";
import { firstOrLater, naiveWalk, second } from "../cron/instants.ts";
import { refuseMissingDays } from "../cron/never.ts";
import { apschedulerTimes } from "../cron/walks/apscheduler.ts";
import { croniter6Times, dagsterTimes } from "../cron/walks/croniter.ts";
import { cronsimWalk } from "../cron/walks/cronsim.ts";
import { dayNumberOf } from "../civil.ts";
import { nextWall } from "../cron/next-wall.ts";
import { ScheduleError } from "../schedule-error.ts";
import { DAY_MS, type Instant } from "../time.ts";
import { COMMON, derive, FIVE, preset, SECONDS_FIRST, SECONDS_LAST, USUAL_MACROS } from "./scheduler.ts";
import type { TimeZone } from "../timezones/time-zone.ts";

const celery = derive(COMMON, {
  macros: {},
  grammar: {
    bounds: { weekday: { min: 0, max: 6 } },
    names: "begin",
    backward: "wraps",
    stepFromNumber: "refused",
    plus: true,
  },
  days: { both: "and" },
  clock: { walk: naiveWalk(firstOrLater) },
  refusesDatesThatNeverCome: true,
  years: 10,
  quirks: { field: (text) => text.split(",").map(celeryEntry).join(",") },
});

/** What stands behind a range, a step or the third letter of a name is dropped, and a name takes no step. */
function celeryEntry(entry: string): string {
  return /^(?:\w+?-\w+(?:\/\w*)?|\*\/\w*|[A-Z]{3})/.exec(entry)?.[0] ?? entry;
}

const apscheduler = derive(COMMON, {
  macros: {},
  grammar: { bounds: { weekday: { min: 0, max: 6 } }, sunday: 6, stepMax: "range" },
  days: { both: "and" },
  clock: { times: apschedulerTimes({ elapsed: true }) },
  // What stands behind a name, or a range of names, is dropped.
  quirks: { field: (text) => text.split(",").map(nameAlone).join(",") },
});
function nameAlone(entry: string): string {
  return /^[A-Z]+(?:-[A-Z]+)?/.exec(entry)?.[0] ?? entry;
}

const apscheduler310 = derive(apscheduler, { clock: { times: apschedulerTimes({ elapsed: false }) } });
// Any year: whether two fields have a day in common shows within the years that croniter searches.
const SEARCHED_FROM = 2000;

const croniter = derive(COMMON, {
  layouts: [FIVE, SECONDS_LAST, [...SECONDS_LAST, "year"]],
  macroCase: "any",
  grammar: {
    bounds: { weekday: { min: 0, max: 7, starMax: 6 } },
    question: ["day", "weekday"],
    backward: "wraps",
    words: ["L", "nW", "Lw", "w#n"],
  },
  days: { nearWorkday: "at month's end" },
  refusesDatesThatNeverCome: true,
  clock: { elapsed: "every hour", gap: "after", repeat: "both" },
  quirks: { field: croniterField, read: croniterDays },
});
const croniter6 = derive(croniter, {
  grammar: { words: ["L", "Lw", "w#n"] },
  days: { februaryRunsOver: true },
  clock: { times: croniter6Times("zoneinfo") },
  quirks: {
    // With seconds, 0 is the first day of the month.
    line: (text) => (text.trim().split(/\s+/).length === 6 ? dayFromZero(text) : text),
    read: (cron) => refuseMissingDay(croniterDays(cron)),
  },
});
const croniter6Pytz = derive(croniter6, { clock: { times: croniter6Times("pytz") } });
const airflow = derive(croniter, { clock: { times: airflowTimes } });
const dagster = derive(croniter6, {
  layouts: [FIVE],
  days: { februaryRunsOver: false },
  clock: { times: dagsterTimes },
  failsWithoutNextTime: true,
});

function dayFromZero(line: string): string {
  const [minute, hour, day = "", ...others] = line.trim().split(/\s+/);
  return [minute, hour, day.replaceAll(/(?<=^|,)0+(?=[-,/]|$)/g, "1"), ...others].join(" ");
}

/** A range from a value to itself stands for the whole field. */
function croniterField(text: string): string {
  return text.replaceAll(/(?<=^|,)(\w+)-\1(?=[,/]|$)/g, "*");
}

/**
 * A day field is open that has a star among its entries, or that selects all days while the other one has a star anywhere:
 * with 1-31 beside Friday, every day runs. Where neither is open, a day such as 15W or FRI#2 is wanted in any case,
 * and the other field selects no days of its own.
 */
function croniterDays(cron: Cron): Cron {
  const [day = "", weekday = ""] = [cron.fields[2], cron.fields[4]];
  const isEveryDay = cron.days.subarray(1).every((selected) => selected === 1);
  const isEveryWeekday = cron.weekdays.every((selected) => selected === 1);
  const isOpen =
    hasStar(day) ||
    hasStar(weekday) ||
    (isEveryDay && weekday.includes("*")) ||
    (isEveryWeekday && day.includes("*"));
  const hasNear = cron.nearWorkdays.length > 0;
  const hasNth = cron.nthWeekdays.length > 0;
  const days = hasNear ? new Uint8Array(32) : cron.days;
  const both = { ...cron, days, daysMustAgree: true };
  if (isOpen) return both;
  if (!hasNear && !hasNth) return { ...cron, daysMustAgree: false };
  refuseNever(both);
  return {
    ...both,
    ...(hasNear ? {} : { days: new Uint8Array(32).fill(1, 1), daysFromEnd: [] }),
    ...(hasNth ? {} : { weekdays: new Uint8Array(7).fill(1) }),
  };
}

function hasStar(text: string): boolean {
  return text === "?" || text.split(",").includes("*");
}

/** @throws ScheduleError where no day has both the day of month and the weekday */
function refuseNever(cron: Cron): void {
  const years = [...(cron.years ?? [SEARCHED_FROM])];
  if (nextWall(cron, dayNumberOf(Math.min(...years), 1, 1) * DAY_MS - 1) === null)
    throw new ScheduleError(
      `No day is both “${cron.fields[2]}” and “${cron.fields[4]}”, where croniter fails: make a line of each.`,
    );
}

/** A line is refused whose days of month never come, whatever its weekdays say. */
function refuseMissingDay(cron: Cron): Cron {
  refuseMissingDays({ ...cron, daysMustAgree: true });
  return cron;
}
const cronsim = derive(COMMON, {
  layouts: [FIVE, SECONDS_FIRST],
  macros: {},
  grammar: { words: ["L", "LW", "wL", "w#n"], bounds: { weekday: { min: 0, max: 7 } } },
  days: { open: "begins with star" },
  clock: { elapsed: "minute or hour begins with star", gap: "after", repeat: "first", walk: cronsimWalk },
  refusesDatesThatNeverCome: true,
  quirks: {
    field(text, field) {
      if (field === "weekday" && /[A-Z]L$/.test(text))
        throw new ScheduleError(
          "The day-of-week field takes L behind a number only: write 5L for the last Friday.",
        );
      // A step from a range of one value goes on to the end of the field.
      return text.replaceAll(/(?<=^|,)(\d+)-\1(?=\/)/g, "$1");
    },
    read: (cron, words) => (words.length === SECONDS_FIRST.length ? { ...cron, isElapsed: true } : cron),
  },
});

/** The reading of checks that were made before a check named its scheduler: cronsim's, with macros. */
const overdue = derive(cronsim, {
  layouts: [FIVE],
  macros: USUAL_MACROS,
  macroCase: "any",
  grammar: { wordsInLists: true },
});

export const CELERY = preset({
  id: "celery",
  label: "Celery beat",
  family: "Python",
  names: ["Celery"],
  version: "celery 5.7.0",
  rules: celery,
});
export const DJANGO_CELERY_BEAT = preset({
  id: "django-celery-beat",
  label: "django-celery-beat",
  family: "Python",
  names: ["Django", "Celery"],
  version: "django-celery-beat 2.9.0",
  rules: celery,
});
export const APSCHEDULER = preset({
  id: "apscheduler",
  label: "APScheduler",
  family: "Python",
  names: ["APScheduler"],
  version: "APScheduler 3.11.3",
  rules: apscheduler,
});
export const APSCHEDULER310 = preset({
  id: "apscheduler-3.10",
  label: "APScheduler up to 3.10",
  family: "Python",
  names: ["APScheduler"],
  version: "APScheduler 3.10.4",
  rules: apscheduler310,
});
export const CRONITER = preset({
  id: "croniter",
  label: "croniter 7",
  family: "Python",
  names: ["croniter"],
  version: "croniter 7.0.0",
  rules: croniter,
});
export const CRONITER6 = preset({
  id: "croniter6",
  label: "croniter 6 with zoneinfo",
  family: "Python",
  names: ["croniter"],
  version: "croniter 6.0.0",
  rules: croniter6,
});
export const CRONITER6_PYTZ = preset({
  id: "croniter6-pytz",
  label: "croniter 6 with pytz",
  family: "Python",
  names: ["croniter"],
  version: "croniter 6.0.0",
  rules: croniter6Pytz,
});
export const AIRFLOW = preset({
  id: "airflow",
  label: "Apache Airflow",
  family: "Python",
  names: ["Airflow"],
  version: "apache-airflow-core 3.3.2",
  rules: airflow,
});
export const DAGSTER = preset({
  id: "dagster",
  label: "Dagster",
  family: "Python",
  names: ["Dagster"],
  version: "dagster 1.13.29",
  rules: dagster,
});
export const CRONSIM = preset({
  id: "cronsim",
  label: "cronsim",
  family: "Monitors",
  names: ["cronsim", "Healthchecks"],
  version: "cronsim 2.8",
  rules: cronsim,
});
export const OVERDUE = preset({
  id: "overdue",
  label: "Overdue's own reading, before schedulers had names",
  family: "Monitors",
  names: ["Overdue"],
  version: "cronsim 2.7",
  rules: overdue,
});

const byReading = naiveWalk((wall, zone) =>
  zone.wallOf(second(wall, zone, 0)) === wall ? second(wall, zone, 0) : zone.instantOf(wall, 0),
);

/** Airflow: a line of every hour goes by the time between two readings of the clock, any other by readings. */
function* airflowTimes(cron: Cron, zone: TimeZone, after: Instant): Iterable<Instant> {
  for (let at = next(cron, zone, after); at !== null; at = next(cron, zone, at)) yield at;
}

function next(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  if (!cron.isElapsed) return byReading(cron, zone, after);
  const reading = zone.wallOf(after);
  const wall = nextWall(cron, reading);
  return wall === null ? null : after + wall - reading;
}
