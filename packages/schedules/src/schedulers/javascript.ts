import { daysInMonth } from "../civil.ts";
import type { Cron } from "../cron/cron.ts";
import { MONTH_WORDS, WEEKDAY_WORDS } from "../cron/fields.ts";
import type { FieldName } from "../cron/rules.ts";
import { ScheduleError } from "../schedule-error.ts";
import { naiveWalk, nodeCronLocal } from "../cron/instants.ts";
import { cronParser4Walk } from "../cron/walks/cron-parser4.ts";
import { cronParserWalk } from "../cron/walks/cron-parser.ts";
import { kelektivWalk } from "../cron/walks/kelektiv.ts";
import {
  COMMON,
  DAYS_ONLY,
  derive,
  FIVE,
  preset,
  type Scheduler,
  SECONDS_AND_YEAR,
  SECONDS_FIRST,
  USUAL_MACROS,
} from "./scheduler.ts";

/** The last day of a month is in its fifth week, except in a February of 28 days. */
const WEEK_OF_LAST_DAY = 5;
const { "@midnight": _, ...MACROS_WITHOUT_MIDNIGHT } = USUAL_MACROS;
const ALL_FIELDS = ["second", "minute", "hour", "day", "month", "weekday"] as const;

const cronParser = derive(COMMON, {
  layouts: [
    FIVE,
    SECONDS_FIRST,
    ["hour", "day", "month", "weekday"],
    ["day", "month", "weekday"],
    ["month", "weekday"],
    ["weekday"],
  ],
  macros: {
    ...MACROS_WITHOUT_MIDNIGHT,
    "@minutely": "* * * * *",
    "@secondly": "* * * * * *",
    "@weekdays": "0 0 * * 1-5",
    "@weekends": "0 0 * * 0,6",
  },
  grammar: {
    bounds: { weekday: { min: 0, max: 7 } },
    question: ALL_FIELDS,
    duplicates: "refused",
    words: ["L", "wL", "w#n"],
    wordsInCapitals: true,
  },
  quirks: { field: refuseCountInList },
  clock: { walk: cronParserWalk({ midnight: true, keepsState: true }) },
  refusesDatesThatNeverCome: true,
});
const bullmq = derive(cronParser, {
  // BullMQ uses cron-parser 5.10.3, which also accepts names of months as weekdays and the reverse.
  quirks: {
    field: (text, field) =>
      refuseCountInList(
        field === "month" || field === "weekday" ? text.replaceAll(/[A-Z]{3}/g, numberOfAnyName) : text,
        field,
      ),
  },
  clock: { walk: cronParserWalk({ midnight: false, keepsState: false }) },
});
const nodeSchedule = derive(cronParser, {
  macros: {
    "@yearly": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@hourly": "0 * * * *",
  },
  grammar: { duplicates: "allowed", question: DAYS_ONLY },
  days: { open: "all values" },
  clock: { walk: cronParser4Walk },
  quirks: {
    // The week is open if it has all of 0 to 7. A range up to 7 includes 0, so 1-7 is open, but 0-6 is not.
    open: (text, field) => (field === "weekday" ? /^(?:[*?]|[01]-7)(?:\/1)?$/.test(text) : undefined),
    read: (cron) => refuseMissingDay(withinWeek(cron)),
  },
});

function numberOfAnyName(name: string): string {
  const indexIn = (names: readonly string[]) => names.findIndex((known) => known.startsWith(name));
  const number = indexIn(MONTH_WORDS) + 1 || indexIn(WEEKDAY_WORDS);
  return number < 0 ? name : String(number);
}

function refuseCountInList(text: string, field: FieldName): string {
  if (field === "weekday" && text.includes("#") && /[,/L-]/.test(text))
    throw new ScheduleError(
      `The day-of-week field accepts FRI#2 only alone, not in “${text}”: write a line for each.`,
    );
  return text;
}

/** A count such as FRI#2 also applies to the days of month: only those in the second seven days run. */
function withinWeek(cron: Cron): Cron {
  const nth = cron.nthWeekdays[0]?.nth;
  if (nth === undefined || nth < 1) return cron;
  const days = cron.days.map((selected, day) => (Math.ceil(day / 7) === nth ? selected : 0));
  return { ...cron, days, daysFromEnd: nth === WEEK_OF_LAST_DAY ? cron.daysFromEnd : [] };
}

/** Refuses a line for one month that does not have its first day, whatever the weekdays are. */
function refuseMissingDay(cron: Cron): Cron {
  const [month, ...others] = [...cron.months.keys()].filter((value) => cron.months[value] === 1);
  const day = cron.days.indexOf(1);
  if (month !== undefined && others.length === 0 && day > daysInMonth(2000, month))
    throw new ScheduleError(
      `The day-of-month field has ${day}, which the month of this line does not have: choose a smaller day.`,
    );
  return cron;
}

const croner = derive(COMMON, {
  layouts: [FIVE, SECONDS_FIRST, SECONDS_AND_YEAR],
  macroCase: "any",
  grammar: {
    question: ALL_FIELDS,
    stepFromNumber: "refused",
    stepMax: "size",
    words: ["L", "LW", "nW", "wL", "w#n"],
    sundayEnds: true,
  },
  clock: {
    elapsed: "several times",
    gap: "after",
    longGap: { hours: 3, effect: "skipped" },
    repeat: "first",
  },
});
const rustCroner = derive(croner, {
  macros: MACROS_WITHOUT_MIDNIGHT,
  grammar: { stepMax: "any", emptyEntries: "ignored", question: DAYS_ONLY },
  clock: { longGap: { hours: 2, effect: "fails" } },
  refusesDatesThatNeverCome: true,
  failsWithoutNextTime: true,
  quirks: {
    field(given, field) {
      // L alone selects no weekday.
      const text = field === "weekday" ? given.replaceAll(/(?<=^|,)L(?=,|$)/g, ",") : given;
      if (text.includes(",") && /(?<=^|,)\*(?=,|$)/.test(text))
        throw new ScheduleError(
          `The ${field} field accepts a star only alone: leave out the rest of the list.`,
        );
      return text;
    },
  },
});
const nodeCron = derive(COMMON, {
  layouts: [FIVE, SECONDS_FIRST],
  macroCase: "any",
  grammar: {
    names: "three or whole",
    question: DAYS_ONLY,
    backward: "wraps",
    stepFromNumber: "refused",
    words: ["L", "LW", "nW", "L-n", "wL", "w#n"],
  },
  days: { both: "and" },
  clock: { walk: naiveWalk(nodeCronLocal, { checked: true }) },
  refusesDatesThatNeverCome: true,
});
const kelektiv = derive(COMMON, {
  layouts: [FIVE, SECONDS_FIRST],
  macroCase: "any",
  macros: {
    "@secondly": "* * * * * *",
    "@minutely": "0 * * * * *",
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@weekdays": "0 0 * * 1-5",
    "@weekends": "0 0 * * 0,6",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
  },
  grammar: { bounds: { weekday: { min: 0, max: 7 } } },
  days: { open: "all values" },
  clock: { walk: kelektivWalk },
  years: 7,
  failsWithoutNextTime: true,
  refusesDatesThatNeverCome: true,
});
const graphile = derive(COMMON, {
  macros: {},
  timezone: "UTC",
  grammar: { names: "none", stepFromNumber: "refused" },
  days: { open: "all values" },
  years: 2,
  quirks: {
    line(text) {
      if (text !== text.trim())
        throw new ScheduleError("Graphile Worker accepts no space around the fields: remove it.");
      return text;
    },
    field(text) {
      const wrong = /\d+-\d+\/\d+|(?<!\d)(\d+)-\1(?!\d)/.exec(text);
      if (wrong !== null)
        throw new ScheduleError(
          `Graphile Worker cannot read “${wrong[0]}”: it accepts steps only after a star, and only ranges that go up.`,
        );
      return text;
    },
  },
});

function npm(
  id: string,
  label: string,
  more: Pick<Scheduler, "names" | "version" | "rules"> & Partial<Pick<Scheduler, "family" | "source">>,
): Scheduler {
  return preset({ id, label, family: "JavaScript", source: `npm ${more.version}`, ...more });
}

export const CRON_PARSER = npm("cron-parser", "cron-parser (npm)", {
  names: ["cron-parser"],
  version: "cron-parser 5.10.6",
  rules: cronParser,
});
export const BULLMQ = npm("bullmq", "BullMQ", {
  names: ["BullMQ", "Bull"],
  version: "bullmq 6.7.0",
  rules: bullmq,
});
export const NODE_SCHEDULE = npm("node-schedule", "node-schedule (npm)", {
  names: ["node-schedule"],
  version: "node-schedule 2.1.1",
  rules: nodeSchedule,
});
export const CRONER = npm("croner", "Croner (JavaScript)", {
  names: ["croner"],
  version: "croner 11.0.1",
  rules: croner,
});
export const RUST_CRONER = npm("rust-croner", "Croner (Rust)", {
  family: "Rust",
  names: ["croner"],
  version: "croner 4.0.3",
  source: "crates.io croner 4.0.3",
  rules: rustCroner,
});
export const NODE_CRON = npm("node-cron", "node-cron (npm)", {
  names: ["node-cron"],
  version: "node-cron 4.6.0",
  rules: nodeCron,
});
export const KELEKTIV = npm("cron-kelektiv", "cron (npm), NestJS", {
  names: ["cron", "kelektiv", "NestJS"],
  version: "cron 4.4.0",
  rules: kelektiv,
});
export const GRAPHILE = npm("graphile-worker", "Graphile Worker", {
  names: ["graphile-worker"],
  version: "graphile-worker 0.17.3",
  rules: graphile,
});
