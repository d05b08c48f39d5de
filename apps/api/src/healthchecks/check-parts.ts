import type { CheckSettings } from "@overdue/core";
import type { CalendarSchedule, Schedule } from "@overdue/schedules";
import type { CheckDetails, CheckRow } from "@overdue/db";

import { type CheckFields, healthchecksReader } from "./check-fields.ts";
import type { ApiVersion } from "./endpoint.ts";

const LONGEST = 100;

/** The slug that v1 and v2 make of a name: ASCII letters, digits, `_`, and `-` for each run of spaces and dashes. */
function slugify(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[^\p{ASCII}]/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_\s-]/g, "")
    .replace(/[-\s]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, LONGEST)
    .replace(/[-_]+$/, "");
}

/** The schedule as Healthchecks' clients know it: three parts, of which the kind hides one or two. */
type ScheduleParts = NonNullable<CheckRow["inactiveSchedule"]>;
export type Timing = { schedule: Schedule; inactiveSchedule: ScheduleParts };

const DEFAULT_PARTS: ScheduleParts = { timeoutSeconds: 86_400, expression: "* * * * *", timezone: "UTC" };

/** The schedule of a new check. */
export const DEFAULT_TIMING: Timing = {
  schedule: { kind: "interval", everySeconds: DEFAULT_PARTS.timeoutSeconds },
  inactiveSchedule: DEFAULT_PARTS,
};

/** All the parts of a stored check: those in use from its schedule, the others from `inactiveSchedule`. */
function storedTiming({
  schedule,
  inactiveSchedule,
}: Pick<CheckRow, "schedule" | "inactiveSchedule">): Timing {
  const kept = inactiveSchedule ?? DEFAULT_PARTS;
  if (schedule.kind === "interval")
    return { schedule, inactiveSchedule: { ...kept, timeoutSeconds: schedule.everySeconds } };
  const { expression, timezone } = schedule;
  return { schedule, inactiveSchedule: { ...kept, expression, timezone } };
}

/** A schedule makes the check follow it, and the timeout is not looked at; else a timeout does; a zone always stays. */
function changeTiming({ schedule, inactiveSchedule }: Timing, fields: CheckFields): Timing {
  const { schedule: wanted, timeout, tz } = fields;
  const parts = {
    timeoutSeconds:
      wanted === undefined ? (timeout ?? inactiveSchedule.timeoutSeconds) : inactiveSchedule.timeoutSeconds,
    expression: wanted?.expression ?? inactiveSchedule.expression,
    timezone: tz ?? inactiveSchedule.timezone,
  };
  const kind = wanted?.kind ?? (timeout === undefined ? schedule.kind : "interval");
  const kept = { ...exceptIn(schedule), ...readerOf(schedule, wanted === undefined ? null : kind) };
  return { schedule: scheduleOf(kind, parts, kept), inactiveSchedule: parts };
}

function scheduleOf(
  kind: Schedule["kind"],
  { timeoutSeconds, expression, timezone }: ScheduleParts,
  kept: Partial<Pick<CalendarSchedule, "except" | "scheduler">>,
): Schedule {
  return kind === "interval"
    ? { kind, everySeconds: timeoutSeconds }
    : { kind, expression, timezone, ...kept };
}

/** A line that a client sends is read as Healthchecks reads it; one that is there keeps its reader. */
function readerOf(schedule: Schedule, sent: Schedule["kind"] | null) {
  if (sent !== null) return healthchecksReader(sent);
  return schedule.kind === "cron" && schedule.scheduler !== undefined
    ? { scheduler: schedule.scheduler }
    : {};
}

/** Free days, which Healthchecks does not know, stay as they are. */
function exceptIn(schedule: Schedule) {
  return schedule.kind === "interval" || schedule.except === undefined ? {} : { except: schedule.except };
}

type Keywords = Pick<CheckDetails, "successKeywords" | "failureKeywords">;

/** What a client sent, by our own names, to be written into a new or a stored check. */
export type CheckParts = { details: Partial<CheckDetails>; settings: Partial<CheckSettings> };

/** `before`: how the check was; the defaults of a new one. */
export function storedParts(
  fields: CheckFields,
  before: { timing: Timing; keywords: Keywords },
  version: ApiVersion,
): CheckParts {
  const { schedule, inactiveSchedule } = changeTiming(before.timing, fields);
  const timed = fields.schedule ?? fields.timeout ?? fields.tz;
  return {
    details: definedFields({
      ...identity(fields, version),
      ...pingReading(fields, before.keywords),
      inactiveSchedule: timed === undefined ? undefined : inactiveSchedule,
    }),
    settings: definedFields({
      schedule: isSame(schedule, before.timing.schedule) ? undefined : schedule,
      graceSeconds: fields.grace,
      manualResume: fields.manual_resume,
    }),
  };
}

/** The `before` of `storedParts` for a stored check. */
export function currentParts(row: CheckRow): { timing: Timing; keywords: Keywords } {
  return { timing: storedTiming(row), keywords: row };
}

function identity({ name, slug, tags, desc }: CheckFields, version: ApiVersion) {
  const derived = version === "v3" || name === undefined ? undefined : slugify(name);
  return { name, slug: slug ?? derived, tags, description: desc };
}

function pingReading(fields: CheckFields, before: Keywords) {
  return {
    methods: fields.methods,
    ...deprecatedKeywords(fields, before),
    ...definedFields({
      filterSubject: fields.filter_subject,
      filterBody: fields.filter_body,
      filterHttpBody: fields.filter_http_body,
      filterDefaultFail: fields.filter_default_fail,
      startKeywords: fields.start_kw,
      successKeywords: fields.success_kw,
      failureKeywords: fields.failure_kw,
    }),
  };
}

/** `subject` and `subject_fail`, deprecated there, set keywords and switch the filter by whether any is left. */
function deprecatedKeywords({ subject, subject_fail }: CheckFields, before: Keywords) {
  if (subject === undefined && subject_fail === undefined) return {};
  const successKeywords = subject ?? before.successKeywords;
  const failureKeywords = subject_fail ?? before.failureKeywords;
  const filterSubject = successKeywords !== "" || failureKeywords !== "";
  return definedFields({
    filterSubject,
    successKeywords: subject,
    failureKeywords: subject_fail,
  });
}

function isSame(one: CheckSettings["schedule"], other: CheckSettings["schedule"]): boolean {
  if (one.kind === "interval" || other.kind === "interval")
    return one.kind === "interval" && other.kind === "interval" && one.everySeconds === other.everySeconds;
  return one.kind === other.kind && one.expression === other.expression && one.timezone === other.timezone;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedFields<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
