import type { CheckSettings } from "@overdue/core";
import type { CheckDetails, CheckRow } from "@overdue/db";
import { type CalendarSchedule, canonicalTimezone, type Schedule, ScheduleInput } from "@overdue/schedules";
import { z } from "zod";

import { type ApiVersion, HealthchecksError } from "./endpoint.ts";
import type { JsonObject } from "./guard.ts";

const SECONDS_MIN = 60;
const SECONDS_MAX = 31_536_000;

// Lengths count characters as Python does, not UTF-16 units.
const text = (max = Number.POSITIVE_INFINITY) =>
  z
    .string({ error: "is not a string" })
    .refine((value) => Array.from(value).length <= max, { error: "is too long", abort: true })
    .refine((value) => value.isWellFormed() && !value.includes("\0"), {
      error: "contains a character that cannot be stored",
      abort: true,
    })
    .optional();

const flag = z.boolean({ error: "is not a boolean" }).optional();

// As in Python, `true` is the number 1, which is too small.
const seconds = z
  .union([z.number(), z.boolean().transform(Number)], { error: "is not a number" })
  .pipe(
    z
      .number()
      .refine(Number.isInteger, { error: "is not a number", abort: true })
      .min(SECONDS_MIN, "is too small")
      .max(SECONDS_MAX, "is too large"),
  )
  .optional();

const schedule = text(100).transform((value, context) => {
  if (value === undefined) return undefined;
  const expression = value.trim();
  const kind = expressionKind(expression);
  const { data } = ScheduleInput.safeParse({
    kind,
    expression,
    timezone: "UTC",
    ...healthchecksScheduler(kind),
  });
  // A pasted line that contains more than a schedule is refused, as in Healthchecks, where the zone is a field of its own.
  if (data?.kind === kind && data.expression === expression) return { kind, expression };
  context.addIssue({ code: "custom", message: "is not a valid cron or OnCalendar expression" });
  return z.NEVER;
});

const timezone = z
  .string({ error: "is not a string" })
  .transform((name, context) => {
    const canonical = canonicalTimezone(name);
    if (canonical !== null) return canonical;
    context.addIssue({ code: "custom", message: "is not a valid timezone" });
    return z.NEVER;
  })
  .optional();

const unique = z
  .array(z.enum(["name", "slug", "tags", "timeout", "grace"]), { error: "is not an array" })
  .optional();

/** The fields of a check that Healthchecks' clients send. The response names the first problem in this order. */
const CheckFields = z.object({
  channels: text(),
  desc: text(),
  failure_kw: text(200),
  filter_subject: flag,
  filter_body: flag,
  filter_http_body: flag,
  filter_default_fail: flag,
  grace: seconds,
  manual_resume: flag,
  methods: z.enum(["", "POST"], { error: "has unexpected value" }).optional(),
  name: text(100),
  schedule,
  slug: text(100).refine((value) => value === undefined || /^[a-z0-9_-]*$/.test(value), {
    error: "does not match pattern",
  }),
  start_kw: text(200),
  subject: text(200),
  subject_fail: text(200),
  success_kw: text(200),
  tags: text(500),
  timeout: seconds,
  tz: timezone,
  unique,
});
export type CheckFields = z.output<typeof CheckFields>;

export function isCheckField(name: string): boolean {
  return Object.hasOwn(CheckFields.shape, name);
}

/** Reads the fields of a check. @throws HealthchecksError 400 with the first problem */
export function readCheckFields(body: JsonObject): CheckFields {
  const result = CheckFields.safeParse(body);
  if (result.success) return result.data;
  throw HealthchecksError.withJson(400, `json validation error: ${problemText(result.error)}`);
}

function problemText({ issues }: z.ZodError): string {
  const [issue] = issues;
  const [field, item] = issue?.path ?? [];
  if (item !== undefined) return "an item in 'unique' has unexpected value";
  return `${String(field)} ${issue?.message}`;
}

/** Healthchecks reads cron expressions with cronsim. */
function healthchecksScheduler(kind: Schedule["kind"]): { scheduler?: "cronsim" } {
  return kind === "cron" ? { scheduler: "cronsim" } : {};
}

/** Five fields on one line are cron; anything else is OnCalendar. */
function expressionKind(expression: string): Exclude<Schedule["kind"], "interval"> {
  return !expression.includes("\n") && expression.split(/\s+/).length === 5 ? "cron" : "oncalendar";
}

const SLUG_CHARS_MAX = 100;

/** The slug that v1 and v2 make of a name: ASCII letters, digits, `_`, and a `-` for each series of spaces and dashes. */
function slugify(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[^\p{ASCII}]/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_\s-]/g, "")
    .replace(/[-\s]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, SLUG_CHARS_MAX)
    .replace(/[-_]+$/, "");
}

/** The schedule as Healthchecks' clients know it: three parts, of which the kind of schedule hides one or two. */
type ScheduleParts = NonNullable<CheckRow["inactiveSchedule"]>;
type Timing = { schedule: Schedule; inactiveSchedule: ScheduleParts };

const DEFAULT_PARTS: ScheduleParts = { timeoutSeconds: 86_400, expression: "* * * * *", timezone: "UTC" };

/** The schedule of a new check. */
export const DEFAULT_TIMING: Timing = {
  schedule: { kind: "interval", everySeconds: DEFAULT_PARTS.timeoutSeconds },
  inactiveSchedule: DEFAULT_PARTS,
};

/** All parts of a stored check's schedule: those in use come from `schedule`, the others from `inactiveSchedule`. */
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

/**
 * The timing after an edit. If `schedule` is sent, it decides and `timeout` is ignored; otherwise `timeout` decides. A `tz` that is
 * sent is always stored, even if the kind of schedule does not use it.
 */
function changeTiming({ schedule, inactiveSchedule }: Timing, fields: CheckFields): Timing {
  const { schedule: wanted, timeout, tz } = fields;
  const parts = {
    timeoutSeconds:
      wanted === undefined ? (timeout ?? inactiveSchedule.timeoutSeconds) : inactiveSchedule.timeoutSeconds,
    expression: wanted?.expression ?? inactiveSchedule.expression,
    timezone: tz ?? inactiveSchedule.timezone,
  };
  const kind = wanted?.kind ?? (timeout === undefined ? schedule.kind : "interval");
  const runBy = schedulerFields(schedule, { kind, isSent: wanted !== undefined });
  if (kind === "interval")
    return { schedule: { kind, everySeconds: parts.timeoutSeconds, ...runBy }, inactiveSchedule: parts };
  const { expression, timezone } = parts;
  return {
    schedule: { kind, expression, timezone, ...exceptIn(schedule), ...runBy },
    inactiveSchedule: parts,
  };
}

type RunBy = Partial<Pick<CalendarSchedule, "scheduler" | "setup" | "job">>;

/** A cron expression that a client sends is read as Healthchecks reads it; a stored schedule keeps its own scheduler. */
function schedulerFields(
  schedule: Schedule,
  { kind, isSent }: { kind: Schedule["kind"]; isSent: boolean },
): RunBy {
  if (isSent && kind === "cron") return healthchecksScheduler(kind);
  if (schedule.kind !== kind) return {};
  const { scheduler, setup } = schedule;
  const job = schedule.kind === "interval" ? undefined : schedule.job;
  return definedFields({ scheduler, setup, job });
}

/** Exceptions, which Healthchecks does not know, stay as they are. */
function exceptIn(schedule: Schedule) {
  return schedule.kind === "interval" || schedule.except === undefined ? {} : { except: schedule.except };
}

type Keywords = Pick<CheckDetails, "successKeywords" | "failureKeywords">;

/** The fields that a client sent, under our own names, to be written into a new or stored check. */
export type CheckParts = { details: Partial<CheckDetails>; settings: Partial<CheckSettings> };

/** Translates the fields that a client sent. `before`: the check as it was, or the defaults of a new one. */
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
      schedule: hasSameTimes(schedule, before.timing.schedule) ? undefined : schedule,
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

/** `subject` and `subject_fail`, which Healthchecks deprecates, set keywords; the filter is on while there are any. */
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

/** Whether both have the same times. A client that sends back the stored line does not change its scheduler. */
function hasSameTimes(one: CheckSettings["schedule"], other: CheckSettings["schedule"]): boolean {
  if (one.kind === "interval" || other.kind === "interval")
    return one.kind === "interval" && other.kind === "interval" && one.everySeconds === other.everySeconds;
  return one.kind === other.kind && one.expression === other.expression && one.timezone === other.timezone;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function definedFields<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
