import type { CronRules } from "./rules.ts";

/** One parsed cron line. Arrays are indexed by value; 1 means that the value is selected. */
export type Cron = {
  /** minute, hour, day of month, month and day of week as written, in capitals */
  fields: readonly string[];
  seconds: Uint8Array;
  minutes: Uint8Array;
  hours: Uint8Array;
  days: Uint8Array;
  /** days before the last of the month: 0 for `L`, 3 for `L-3` */
  daysFromEnd: readonly number[];
  /** days of the month that stand for the nearest working day: `15W` */
  nearWorkdays: readonly number[];
  lastWorkday: boolean;
  months: Uint8Array;
  /** from Sunday, 0 */
  weekdays: Uint8Array;
  /** `nth` counts from 1, or back from the end of the month: -1 is the last */
  nthWeekdays: readonly { weekday: number; nth: number }[];
  /** null for any */
  years: ReadonlySet<number> | null;
  /** day of month and day of week must both match */
  daysMustAgree: boolean;
  /** counts elapsed time: see `ClockRule` */
  isElapsed: boolean;
  /** a fixed distance from the last start in milliseconds: `@every 90m` */
  every: number | null;
  /** if the scheduler draws the times of the line: the latest ones, while the other fields give the earliest; otherwise null */
  latest: Cron | null;
  /** a zone that the line itself names */
  timezone: string | null;
  rules: CronRules;
};
