import { cronUtilsWalk } from "../cron/walks/cron-utils.ts";
import { firstOrLater, naiveWalk } from "../cron/instants.ts";
import { micronautWalk } from "../cron/walks/micronaut.ts";
import { springWalk } from "../cron/walks/spring.ts";
import { daysInMonth } from "../civil.ts";
import type { Cron } from "../cron/cron.ts";
import type { FieldName } from "../cron/rules.ts";
import { ScheduleError } from "../schedule-error.ts";
import { COMMON, DAYS_ONLY, derive, preset, SECONDS_AND_YEAR, SECONDS_FIRST, FIVE } from "./scheduler.ts";

const spring = derive(COMMON, {
  layouts: [SECONDS_FIRST],
  macroCase: "any",
  grammar: {
    bounds: { weekday: { min: 0, max: 7, starMin: 1, starMax: 7 } },
    sundayIsSeven: true,
    question: DAYS_ONLY,
    plus: true,
    words: ["L", "LW", "nW", "L-n", "wL", "w#n"],
    wordsInCapitals: true,
    nth: { min: 1, max: 999 },
  },
  days: { both: "and", nearWorkday: "not after month" },
  clock: { walk: springWalk },
  years: 100,
  quirks: {
    // Sunday is 7, and 0 where a range begins with it.
    field: (text, field) => (field === "weekday" ? text.replaceAll(/(?<=^|,)(?:7|SUN)(?=-)/g, "0") : text),
  },
});
const micronaut = derive(COMMON, {
  layouts: [SECONDS_FIRST, FIVE],
  macros: {},
  grammar: {
    bounds: { weekday: { min: 0, max: 7, starMin: 1, starMax: 7 } },
    aliases: { 0: 7 },
    sundayIsSeven: true,
    question: DAYS_ONLY,
    digits: 2,
    words: ["L", "nW", "wL", "w#n"],
    wordsInCapitals: true,
  },
  days: { both: "and", nearWorkday: "may leave month" },
  clock: { walk: micronautWalk },
  years: 4,
  refusesDatesThatNeverCome: true,
  failsWithoutNextTime: true,
  quirks: {
    line(text) {
      if (/^\s/.test(text))
        throw new ScheduleError("Micronaut takes no blank before the first field: remove it.");
      return text;
    },
    // Commas at the end are dropped, and so is what follows an L or a #.
    field: (text, field) =>
      (field === "weekday" || field === "day"
        ? text.replace(/((?:^|,)[^,]*[L#][^,]*),.*$/, "$1")
        : text
      ).replace(/,+$/, ""),
  },
});
const jobrunr = derive(COMMON, {
  layouts: [FIVE, SECONDS_FIRST],
  macros: {},
  grammar: {
    bounds: { weekday: { min: 0, max: 6 } },
    names: "three or whole",
    plus: true,
    words: ["L", "wL"],
  },
  days: { open: "begins with star" },
  clock: { walk: naiveWalk(firstOrLater) },
  refusesDatesThatNeverCome: true,
  quirks: {
    field(text, field) {
      // A name takes no step, commas at the end are dropped, and a step from a month never reaches December.
      if (field === "weekday" && /[A-Z]L$/.test(text))
        throw new ScheduleError(
          `The day-of-week field takes L behind a number only: write 5L for the last Friday.`,
        );
      if (field === "weekday") return text.replaceAll(/(?<=^|,)([A-Z]+)\/\d+/g, "$1").replace(/,+$/, "");
      if (field === "month") return text.replaceAll(/(?<=^|,)(\d+)\/(\d+)/g, "$1-11/$2").replace(/,+$/, "");
      // An L in a list is the 28th to the 31st.
      return (field === "day" && text !== "L" ? text.replaceAll(/(?<=^|,)L(?=,|$)/g, "28-31") : text).replace(
        /,+$/,
        "",
      );
    },
    read: jobrunrDays,
  },
});
const cronUtilsUnix = derive(COMMON, {
  macros: {},
  grammar: { plus: true, stepMax: "largest", sundayIsSeven: true, bounds: { weekday: { min: 0, max: 7 } } },
  clock: { walk: cronUtilsWalk },
  years: 100,
  quirks: {
    field: (text, field) => sundayStep(stepAlone(text), field),
    open: (text) => text === "?" || /^\*?(?:\/1)?$/.test(text),
  },
});
const cronUtilsQuartz = derive(cronUtilsUnix, {
  layouts: [SECONDS_FIRST, SECONDS_AND_YEAR],
  grammar: {
    bounds: { weekday: { min: 1, max: 7 }, year: { min: 1970, max: 2099 } },
    sunday: 1,
    question: DAYS_ONLY,
    sundayIsSeven: false,
    backward: "first alone",
    backwardIn: { weekday: "wraps" },
    words: ["L", "LW", "nW", "L-n", "wL", "w#n"],
    nth: { min: 1, max: 999 },
  },
  days: { both: "refused" },
  quirks: { field: cronUtilsField, read: refuseMissingWorkday },
});
const cronUtilsSpring = derive(cronUtilsUnix, {
  layouts: [SECONDS_FIRST],
  macros: COMMON.macros,
  grammar: {
    bounds: { weekday: { min: 0, max: 7, starMax: 7 } },
    question: DAYS_ONLY,
    backwardIn: { weekday: "wraps", month: "first alone", day: "first alone" },
    words: ["L", "LW", "nW", "L-n", "wL", "w#n"],
    nth: { min: 0, max: 999 },
  },
  days: { both: "and" },
  quirks: {
    field: (text, field) => cronUtilsField(sundayStep(text, field), field),
    read: refuseMissingWorkday,
  },
});

/** The last day of the month is taken whatever the weekday, and the last weekday of the month beside a star only. */
function jobrunrDays(cron: Cron): Cron {
  const [, , day, , weekday = ""] = cron.fields;
  if (/^.L$/.test(weekday) && day !== "*")
    throw new ScheduleError(
      `JobRunr takes “${weekday}” for the day of week only where the day of month is *: write * for it.`,
    );
  return day === "L" ? { ...cron, weekdays: new Uint8Array(7).fill(1), daysMustAgree: true } : cron;
}

/** A step without a start begins with the field's least number. */
function stepAlone(text: string): string {
  return text.replaceAll(/(?<=^|,)(?=\/)/g, "*");
}

/** In a list an L is passed over. */
function cronUtilsField(text: string, field: FieldName): string {
  const whole = stepAlone(text);
  // L alone is the last number of the week.
  if (field === "weekday") return whole.replace(/^L$/, "7");
  return field === "day" && whole.includes(",") ? whole.replaceAll(/,L(?=,|$)|(?<=^)L,/g, "") : whole;
}

/** A step from Sunday begins with 0. */
function sundayStep(text: string, field: FieldName): string {
  return field === "weekday" ? text.replaceAll(/(?<=^|,)(?:7|SUN)(?=\/)/g, "0") : text;
}

/** cron-utils fails in a month without the day of a `31W`. */
function refuseMissingWorkday(cron: Cron): Cron {
  const last = Math.max(0, ...cron.nearWorkdays);
  const isMissing = [...cron.months.keys()].some(
    (month) => cron.months[month] && last > daysInMonth(2001, month),
  );
  if (isMissing)
    throw new ScheduleError(
      `cron-utils fails in a month without a day ${last}: write LW for the last working day.`,
    );
  return cron;
}

export const SPRING = preset({
  id: "spring",
  label: "Spring @Scheduled",
  family: "Java",
  names: ["Spring", "Spring Boot", "@Scheduled"],
  version: "spring-context 6.2.19",
  source: "org.springframework:spring-context 6.2.19",
  example: "0 30 2 * * *",
  rules: spring,
});
export const MICRONAUT = preset({
  id: "micronaut",
  label: "Micronaut",
  family: "Java",
  names: ["Micronaut"],
  version: "micronaut-context 4.10.15",
  source: "io.micronaut:micronaut-context 4.10.15",
  example: "0 30 2 * * *",
  rules: micronaut,
});
export const JOBRUNR = preset({
  id: "jobrunr",
  label: "JobRunr",
  family: "Java",
  names: ["JobRunr"],
  version: "jobrunr 7.5.2",
  source: "org.jobrunr:jobrunr 7.5.2",
  rules: jobrunr,
});
export const CRON_UTILS_UNIX = preset({
  id: "cron-utils-unix",
  label: "cron-utils, UNIX (Java)",
  family: "Java",
  names: ["cron-utils"],
  version: "cron-utils 9.2.1",
  source: "com.cronutils:cron-utils 9.2.1",
  rules: cronUtilsUnix,
});
export const CRON_UTILS_QUARTZ = preset({
  id: "cron-utils-quartz",
  label: "cron-utils, QUARTZ (Java)",
  family: "Java",
  names: ["cron-utils"],
  version: "cron-utils 9.2.1",
  source: "com.cronutils:cron-utils 9.2.1",
  example: "0 30 2 * * ?",
  rules: cronUtilsQuartz,
});
export const CRON_UTILS_SPRING = preset({
  id: "cron-utils-spring53",
  label: "cron-utils, SPRING53 (Java)",
  family: "Java",
  names: ["cron-utils"],
  version: "cron-utils 9.2.1",
  source: "com.cronutils:cron-utils 9.2.1",
  example: "0 30 2 * * *",
  rules: cronUtilsSpring,
});
