/** A calendar's lines, or an interval: what a pasted text says about when a job runs. */
export type ReadSchedule =
  | { kind: "cron" | "oncalendar"; lines: readonly string[] }
  | { kind: "interval"; everySeconds: number };

/** What was understood of a text that somebody pasted. */
export type Reading = {
  schedule: ReadSchedule;
  /** The zone that the text itself names; null where it names none. */
  timezone: string | null;
  /** A name for the check, from the command or the unit; null where the text has none. */
  name: string | null;
  /** `RandomizedDelaySec=` of a timer, or cronie's `RANDOM_DELAY`; null where the text has none. */
  jitterSeconds: number | null;
  /** What runs the job, where the text itself shows it; `what` is the text in words, such as "a Kubernetes CronJob". */
  runBy: { scheduler: string; what: string } | null;
  /** What was left out or translated, a sentence each. */
  notes: readonly string[];
  /** How many other jobs the text has, whose schedules were left out. */
  otherJobs: number;
};

export function reading(schedule: ReadSchedule, more: Partial<Reading> = {}): Reading {
  const nothing = { timezone: null, name: null, jitterSeconds: null, runBy: null, notes: [], otherJobs: 0 };
  return { schedule, ...nothing, ...more };
}
