import { ScheduleError } from "../schedule-error.ts";
import type { FieldName } from "../cron/rules.ts";
import { refuseMissingDays } from "../cron/never.ts";
import { laravelWalk } from "../cron/walks/laravel.ts";
import { hashWindow, withoutHashes } from "./jenkins-hash.ts";
import { busyboxValues, systemdCronValues } from "./own-readings.ts";
import { COMMON, derive, FIVE, preset, SECONDS_AND_YEAR, SECONDS_FIRST, USUAL_MACROS } from "./scheduler.ts";
import { SECOND_MS, type Instant } from "../time.ts";
import type { TimeZone } from "../timezones/time-zone.ts";
import { nextWall } from "../cron/next-wall.ts";
import type { Cron } from "../cron/cron.ts";
import { nextOfOnCalendar } from "../oncalendar/next.ts";
import { type OnCalendar, parseOnCalendar } from "../oncalendar/parse.ts";

const busybox = derive(COMMON, {
  afterFields: "command",
  years: 7,
  days: { open: "all values" },
  quirks: {
    line: (text) => (isReadByBusybox(text) ? text : READ_AS_NOTHING),
    values: busyboxValues,
    open: (text, field) => (field === "day" ? busyboxValues(text, field).size === 32 : undefined),
  },
});

/** A line that never runs, in place of one that BusyBox ignores. */
const READ_AS_NOTHING = "? ? ? ? ?";

/** Whether BusyBox reads a line: it ignores lines with fewer than five fields, also before a "#", and unknown macros. */
function isReadByBusybox(line: string): boolean {
  const words = line.trim().split(/\s+/);
  if (line.trim().startsWith("@")) return Object.hasOwn(USUAL_MACROS, words[0] ?? "");
  return words.length >= 5 && !words.slice(0, 5).some((word) => word.includes("#"));
}

const systemdCron = derive(COMMON, {
  afterFields: "command",
  macroCase: "any",
  macros: { ...USUAL_MACROS, "@weekly": "0 0 * * 1" },
  days: { both: "and" },
  clock: { walk: systemdCronWalk },
  quirks: {
    values: systemdCronValues,
    line(text) {
      const sixth = text.trim().split(/\s+/)[5];
      if (sixth !== undefined && /^[^/]+\//.test(sixth))
        throw new ScheduleError(
          `systemd-cron reads “${sixth}” as the command and creates no timer: leave it out.`,
        );
      return text;
    },
  },
});
const JENKINS_MACROS: Readonly<Record<string, string>> = {
  "@yearly": "H H H H *",
  "@annually": "H H H H *",
  "@monthly": "H H H * *",
  "@weekly": "H H * * H",
  "@daily": "H H * * *",
  "@midnight": "H H(0-2) * * *",
  "@hourly": "H * * * *",
};
const jenkins = derive(COMMON, {
  grammar: { names: "none", stepFromNumber: "refused" },
  macros: {},
  days: { both: "and" },
  years: 2,
  quirks: {
    drawn(text, job) {
      if (/^\s/.test(text))
        throw new ScheduleError("Jenkins accepts no space before the first field: remove it.");
      const line = JENKINS_MACROS[text.trim()] ?? text;
      if (job === undefined) return hashWindow(line);
      const exact = withoutHashes(line, job);
      return { from: exact, until: exact };
    },
  },
});
const fugit = derive(COMMON, {
  layouts: [FIVE, SECONDS_FIRST],
  afterFields: "zone",
  macros: { ...USUAL_MACROS, "@noon": "0 12 * * *" },
  grammar: { backward: "wraps", emptyEntries: "ignored", digits: 2, words: ["L", "w#n", "w#-n", "-n"] },
  days: { open: "all values" },
  refusesDatesThatNeverCome: true,
  quirks: {
    // A step needs no star before it, steps of weekdays are ignored, and hour 24 is midnight.
    field(text, field) {
      const whole = text.replaceAll(/(?<=^|,)(?=\/)/g, "*");
      if (field === "weekday") return whole.replaceAll(/(?<=^|,)(\w+)\/\d+/g, "$1");
      return field === "hour" ? whole.replaceAll(/(?<=^|,)24(?=,|$)/g, "0") : whole;
    },
    open: (text, field) => (field === "weekday" ? text === "*" : undefined),
    read(cron) {
      refuseMissingDays({ ...cron, daysMustAgree: true });
      return cron;
    },
  },
});
const laravel = derive(COMMON, {
  macroCase: "any",
  grammar: {
    question: ["day", "weekday"],
    plus: true,
    stepFromNumber: "refused",
    words: ["L", "LW", "nW", "wL", "w#n"],
    wordsInCapitals: true,
  },
  days: { nearWorkday: "as PHP counts" },
  clock: { walk: laravelWalk },
  refusesDatesThatNeverCome: true,
  failsWithoutNextTime: true,
  quirks: { field: laravelField },
});

function laravelField(text: string, field: FieldName): string {
  if (field === "day" && text.includes(",") && /[LW]/.test(text))
    throw new ScheduleError(
      `The day-of-month field accepts L and W only alone, not in “${text}”: write a line for each.`,
    );
  if (field === "weekday") return laravelWeekdays(text);
  const size = { minute: 60, hour: 24, day: 31, month: 12 }[field as "minute"] ?? Infinity;
  const first = field === "minute" || field === "hour" ? 0 : 1;
  const largest = first === 0 ? size - 1 : size;
  // A step larger than the field selects the one value at its remainder. In a list of times, a star is 0.
  const steps = text.replaceAll(/(?<=^|,)[^,/]+\/(\d+)(?=,|$)/g, (entry, step) =>
    Number(step) > largest ? String(first + (Number(step) % size)) : entry,
  );
  return first === 0 && steps.includes(",") ? steps.replaceAll(/(?<=^|,)\*(?=,|$)/g, "0") : steps;
}

/** Steps of names are ignored. A range up to 0 ends with Sunday, a range up to SUN with Saturday, and none begins with SUN. */
function laravelWeekdays(text: string): string {
  if (/(?<=^|,)SUN-/.test(text))
    throw new ScheduleError("The day-of-week field accepts no range from SUN, which is 7 here: write 0-6.");
  return text
    .replaceAll(/(?<=^|,)([A-Z]{3})\/\d+/g, "$1")
    .replaceAll(/(?<=[1-6]-)0(?=,|$)/g, "7")
    .replaceAll(/(?<=-)SUN/g, "SAT");
}

const { "@midnight": _, "@annually": __, ...RUST_MACROS } = USUAL_MACROS;
const rustCron = derive(COMMON, {
  macros: { ...RUST_MACROS, "@weekly": "0 0 * * 1" },
  layouts: [SECONDS_FIRST, SECONDS_AND_YEAR],
  grammar: {
    bounds: { weekday: { min: 1, max: 7 }, year: { min: 1970, max: 2100 } },
    sunday: 1,
    names: "three or whole",
    question: ["day", "weekday"],
    stepMax: "largest",
  },
  days: { both: "and" },
  clock: { times: rustCronTimes },
  years: 200,
  quirks: {
    // A star needs no space after it: "*5" is two fields.
    line: (text) => text.replaceAll(/\*(?=\d)/g, "* "),
    field(text) {
      const wrong = /(?<=^|,)[A-Z]+(?:-\d+|\/\d+)|(?<=^|,)\d+-[A-Z]+/.exec(text);
      if (wrong !== null)
        throw new ScheduleError(
          `The cron crate takes no name beside a number, as in “${wrong[0]}”: write numbers.`,
        );
      return text;
    },
  },
});

export const BUSYBOX = preset({
  id: "busybox",
  label: "BusyBox crond (Alpine, OpenWrt)",
  family: "Linux",
  names: ["BusyBox", "Alpine", "OpenWrt"],
  version: "busybox 1.37.0",
  source: "busybox 1.37.0-6",
  rules: busybox,
});
export const SYSTEMD_CRON = preset({
  id: "systemd-cron",
  label: "systemd-cron",
  family: "Linux",
  names: ["systemd-cron"],
  version: "systemd-cron 1.15.19",
  source: "systemd-cron 1.15.19-5",
  rules: systemdCron,
});
export const JENKINS = preset({
  id: "jenkins",
  label: "Jenkins",
  family: "Build servers",
  names: ["Jenkins"],
  version: "Jenkins 2.579",
  source: "jenkins core",
  drawn: {
    sign: /(?:^|[\s,])H(?:[(/,\s]|$)|^\s*@/m,
    text: "Jenkins draws H from the job's name, so that each job has its own minute: any time that H may stand for is on time. Name the job (its full name, with its folders) for the very minute.",
  },
  rules: jenkins,
});
export const FUGIT = preset({
  id: "fugit",
  label: "fugit (Sidekiq-cron, GoodJob, Solid Queue, rufus)",
  family: "Ruby and PHP",
  names: ["fugit", "Sidekiq-cron", "GoodJob", "Solid Queue", "rufus-scheduler"],
  version: "fugit 1.14.0",
  rules: fugit,
});
export const LARAVEL = preset({
  id: "laravel-cron-expression",
  label: "Laravel, Symfony",
  family: "Ruby and PHP",
  names: ["Laravel", "Symfony"],
  version: "dragonmantank/cron-expression 8d272d6",
  source: "dragonmantank/cron-expression",
  rules: laravel,
});
export const RUST_CRON = preset({
  id: "rust-cron",
  label: "cron (Rust)",
  family: "Rust",
  names: ["cron"],
  version: "cron 0.17.0",
  source: "crates.io cron 0.17.0",
  example: "0 30 2 * * *",
  rules: rustCron,
});

/**
 * The cron crate searches by the clock and leaves out what the clock skips. It gives the second pass of a repeated time right
 * after the first. If several times repeat, further times of the first pass would go back, and are left out.
 */
function* rustCronTimes(cron: Cron, zone: TimeZone, after: Instant): Iterable<Instant> {
  let last = after;
  let wall = nextWall(cron, zone.wallOf(after + SECOND_MS) - 1);
  for (; wall !== null; wall = nextWall(cron, wall)) {
    for (const pass of [0, 1] as const) {
      const instant = zone.instantOf(wall, pass);
      if (instant > last && zone.wallOf(instant) === wall) yield (last = instant);
    }
  }
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const calendars = new WeakMap<Cron, OnCalendar>();

/** systemd-cron translates a line into an OnCalendar line, whose times systemd computes. */
function systemdCronWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const calendar = calendars.get(cron) ?? calendarOf(cron);
  calendars.set(cron, calendar);
  return nextOfOnCalendar(calendar, zone, after);
}

function calendarOf({ months, days, weekdays, hours, minutes }: Cron): OnCalendar {
  const [month, day, hour, minute] = [months, days, hours, minutes].map((values) =>
    selectedValues(values).join(","),
  );
  const weekday =
    selectedValues(weekdays).length === 7
      ? ""
      : `${selectedValues(weekdays)
          .map((value) => WEEKDAYS[value])
          .join(",")} `;
  return parseOnCalendar(`${weekday}*-${month}-${day} ${hour}:${minute}:00`);
}

function selectedValues(values: Uint8Array): number[] {
  return [...values.keys()].filter((value) => values[value] === 1);
}
