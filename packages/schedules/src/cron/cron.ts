import type { CronRules } from "./rules.ts";

/** One cron line, ready to search with. Arrays are indexed by value and hold 1 where it is selected. */
export type Cron = {
  /** minute, hour, day of month, month and day of week as written, in capitals */
  fields: readonly string[];
  seconds: Uint8Array;
  minutes: Uint8Array;
  hours: Uint8Array;
  days: Uint8Array;
  /** days before the last of the month: 0 for `L`, 3 for `L-3` */
  daysFromEnd: readonly number[];
  /** the working day nearest to this day of the month: `15W` */
  nearWorkdays: readonly number[];
  lastWorkday: boolean;
  months: Uint8Array;
  /** from Sunday, 0 */
  weekdays: Uint8Array;
  /** `nth` from 1, or from the end of the month with -1 as the last */
  nthWeekdays: readonly { weekday: number; nth: number }[];
  /** null for any */
  years: ReadonlySet<number> | null;
  /** day of month and day of week must both match */
  daysMustAgree: boolean;
  /** counts elapsed time: see `ClockRule` */
  isElapsed: boolean;
  /** a fixed distance from the last start in milliseconds: `@every 90m` */
  every: number | null;
  /** the latest times, of a line whose times its scheduler draws: its own are then the earliest; null for any other */
  latest: Cron | null;
  /** a zone that the line itself names */
  timezone: string | null;
  rules: CronRules;
};
