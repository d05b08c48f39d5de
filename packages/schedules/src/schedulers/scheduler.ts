import type { ClockRule, CronRules, DayRule, Grammar, Layout } from "../cron/rules.ts";

/** The scheduler of a cron schedule that names none. */
export const DEFAULT_SCHEDULER = "debian-cron";

/** The groups of schedulers in a list, in this order. */
export const FAMILIES = [
  "Linux",
  "Containers",
  "Build servers",
  "Python",
  "JavaScript",
  "Java",
  "Ruby and PHP",
  "Go",
  "Rust",
  "Monitors",
] as const;

/** A program that reads cron lines, and how it reads them. */
export type Scheduler = {
  id: string;
  /** its name in a list */
  label: string;
  family: (typeof FAMILIES)[number];
  /** names that people use for it, and products that contain it */
  names: readonly string[];
  /** the version that the rules were tested against */
  version: string;
  /** what was run for these tests; shown in `docs/schedulers.md` */
  source: string;
  example: string;
  /** recognises lines whose times the program draws, so that another copy of it would draw others */
  drawn?: { sign: RegExp; text: string };
  rules: CronRules;
};

/** A scheduler. Without `source`, that is the version; without `example`, its lines have five fields. */
export function preset(
  given: Omit<Scheduler, "source" | "example"> & Partial<Pick<Scheduler, "source" | "example">>,
): Scheduler {
  return { source: given.version, example: "30 2 * * *", ...given };
}

type Changes = Partial<Omit<CronRules, "grammar" | "days" | "clock" | "quirks">> & {
  grammar?: Partial<Omit<Grammar, "bounds">> & { bounds?: Partial<Grammar["bounds"]> };
  days?: Partial<DayRule>;
  clock?: { [Name in keyof ClockRule]?: ClockRule[Name] | undefined };
  quirks?: CronRules["quirks"];
};

/** Rules that are those of `base` except for the changes. */
export function derive(base: CronRules, changes: Changes): CronRules {
  return {
    ...base,
    ...changes,
    grammar: {
      ...base.grammar,
      ...changes.grammar,
      bounds: { ...base.grammar.bounds, ...changes.grammar?.bounds },
    },
    days: { ...base.days, ...changes.days },
    clock: { ...base.clock, ...(changes.clock as Partial<ClockRule>) },
    quirks: { ...base.quirks, ...changes.quirks },
  };
}

export const FIVE: Layout = ["minute", "hour", "day", "month", "weekday"];
export const SECONDS_FIRST: Layout = ["second", ...FIVE];
export const SECONDS_LAST: Layout = [...FIVE, "second"];
export const YEAR_LAST: Layout = [...FIVE, "year"];
export const SECONDS_AND_YEAR: Layout = [...SECONDS_FIRST, "year"];

export const USUAL_MACROS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** The rules that most schedulers have in common. Each preset changes what differs. */
export const COMMON: CronRules = {
  layouts: [FIVE],
  afterFields: "refused",
  grammar: {
    bounds: {
      second: { min: 0, max: 59 },
      minute: { min: 0, max: 59 },
      hour: { min: 0, max: 23 },
      day: { min: 1, max: 31 },
      month: { min: 1, max: 12 },
      weekday: { min: 0, max: 7, starMax: 6 },
      year: { min: 1970, max: 9999 },
    },
    sunday: 0,
    aliases: {},
    sundayEnds: false,
    sundayIsSeven: false,
    names: "three",
    question: [],
    backward: "refused",
    backwardIn: {},
    stepFromNumber: "to the end",
    stepMax: "any",
    emptyEntries: "refused",
    rest: "refused",
    plus: false,
    digits: 9,
    duplicates: "allowed",
    words: [],
    wordsInCapitals: false,
    nth: { min: 1, max: 5 },
    wordsInLists: true,
  },
  days: { both: "or", open: "star", nearWorkday: "in month" },
  clock: { elapsed: "all", gap: "skipped", repeat: "both" },
  macros: USUAL_MACROS,
  macroCase: "exact",
  every: false,
  timezone: null,
  zonePrefix: false,
  years: 50,
  wholeYears: false,
  refusesDatesThatNeverCome: false,
  failsWithoutNextTime: false,
  quirks: {},
};
export const DAYS_ONLY = ["day", "weekday"] as const;
