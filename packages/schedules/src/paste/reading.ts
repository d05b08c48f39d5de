import type { Setup } from "../schedule.ts";

/** When a job runs, as a pasted text says it: lines of an expression, or an interval. */
export type ReadSchedule =
  | { kind: "cron" | "oncalendar"; lines: readonly string[] }
  | { kind: "interval"; everySeconds: number };

/** What was understood of a text that somebody pasted. */
export type Reading = {
  schedule: ReadSchedule;
  /** The zone that the text itself names; null: it names none. */
  timezone: string | null;
  /** A name for the check, from the command or the unit; null: the text has none. */
  name: string | null;
  /** `RandomizedDelaySec=` of a timer, or cronie's `RANDOM_DELAY`; null: the text has none. */
  jitterSeconds: number | null;
  /**
   * What runs the job, if the text itself shows it. `what` names the text, such as "a Kubernetes CronJob"; `setup` is what it says
   * about the scheduler's set-up.
   */
  runBy: { scheduler: string; what: string; setup?: Setup } | null;
  /** Sentences on what was left out or translated. */
  notes: readonly string[];
  /** How many other jobs the text has, whose schedules were left out. */
  otherJobs: number;
};

export function reading(schedule: ReadSchedule, more: Partial<Reading> = {}): Reading {
  const nothing = { timezone: null, name: null, jitterSeconds: null, runBy: null, notes: [], otherJobs: 0 };
  return { schedule, ...nothing, ...more };
}

const SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  sec: 1,
  second: 1,
  m: 60,
  min: 60,
  minute: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400,
  w: 604_800,
  week: 604_800,
};

/**
 * The seconds of a span as systemd (`1h 30min`, `90`) and Go (`1h30m`) write it, or in words (`5 minutes`); null for
 * anything else. A bare number means seconds.
 */
export function secondsOfSpan(text: string): number | null {
  const compact = text.trim().toLowerCase();
  if (/^\d+$/.test(compact)) return Number(compact);
  if (!/^(\d+(\.\d+)?\s*[a-z]+\s*)+$/.test(compact)) return null;
  let seconds = 0;
  for (const [, amount = "", unit = ""] of compact.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const size = SECONDS[unit] ?? SECONDS[unit.replace(/s$/, "")];
    if (size === undefined) return null;
    seconds += Number(amount) * size;
  }
  return Math.round(seconds);
}
