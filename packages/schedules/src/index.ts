export { type ComputedHolidays, collectHolidays, cacheHolidays } from "#holidays";
export { civilDateOf, dayNumberOf, MONTH_NAMES, WEEKDAY_NAMES, weekdayOf } from "./civil.ts";
export type { Exceptions } from "./exceptions/exceptions.ts";
export { type ClockChange, forecastOf } from "./explain/clock-changes.ts";
export { listText } from "./explain/english.ts";
export { explain, type Explanation, isReadable, storedText } from "./explain/explain.ts";
export { lineFor, readingText } from "./explain/line-text.ts";
export type { Occurrence } from "./explain/local-time.ts";
export {
  belatedRuns,
  INTERVAL_SCHEDULERS,
  isCountedFromStart,
  lostFrom,
  policiesFor,
  policiesOf,
  usualPolicy,
} from "./policies/policies.ts";
export {
  intervalText,
  madeUpText,
  missedText,
  overlapText,
  policySentences,
  setupChoiceTexts,
} from "./policies/policy-text.ts";
export { OVERLAP_RULES, type OverlapRule, type SchedulerPolicy } from "./policies/policy.ts";
export { lintLine, type LintFinding, lintSchedule } from "./lint.ts";
export { nameOfCommand } from "./paste/job-name.ts";
export { proposeScheduler } from "./paste/propose-scheduler.ts";
export { ScheduleError } from "./schedule-error.ts";
export { ScheduleInput, ScheduleReadingInput, ScheduleShape, TimezoneInput } from "./schedule-input.ts";
export {
  DEFAULT_SCHEDULER,
  schedulerById,
  schedulerId,
  schedulerNamed,
  SCHEDULERS,
} from "./schedulers/index.ts";
export { FAMILIES, type Scheduler } from "./schedulers/scheduler.ts";
export {
  type CalendarSchedule,
  everyMs,
  hasWindows,
  nextAfter,
  type Schedule,
  type Setup,
  timesAfter,
  windowMs,
} from "./schedule.ts";
export { DAY_MS, DAY_SECONDS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "./time.ts";
export { LIKELY_ZONES } from "./timezones/likely-zones.ts";
export type { TimeZone } from "./timezones/time-zone.ts";
export { canonicalTimezone, timeZoneOf, timezones } from "./timezones/timezones.ts";
