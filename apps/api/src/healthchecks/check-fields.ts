import { canonicalTimezone, type Schedule, ScheduleInput } from "@overdue/schedules";
import { z } from "zod";

import { HealthchecksError } from "./endpoint.ts";
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

// In Python `true` is the number 1, so it is a number, and too small.
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
  const kind = kindOf(expression);
  const { data } = ScheduleInput.safeParse({
    kind,
    expression,
    timezone: "UTC",
    ...healthchecksReader(kind),
  });
  // A pasted line with more in it than a schedule is refused, as Healthchecks does: this field has no zone beside it.
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

/** What Healthchecks' clients send of a check. The answer names the first problem in this order. */
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

/** @throws HealthchecksError 400 with the first problem. */
export function readCheckFields(body: JsonObject): CheckFields {
  const result = CheckFields.safeParse(body);
  if (result.success) return result.data;
  throw HealthchecksError.of(400, `json validation error: ${complaint(result.error)}`);
}

function complaint({ issues }: z.ZodError): string {
  const [issue] = issues;
  const [field, item] = issue?.path ?? [];
  if (item !== undefined) return "an item in 'unique' has unexpected value";
  return `${String(field)} ${issue?.message}`;
}

/** Five fields on one line are cron, all else is OnCalendar. */
/** Healthchecks reads its cron lines with cronsim. */
export function healthchecksReader(kind: Schedule["kind"]): { scheduler?: "cronsim" } {
  return kind === "cron" ? { scheduler: "cronsim" } : {};
}

function kindOf(expression: string): Exclude<Schedule["kind"], "interval"> {
  return !expression.includes("\n") && expression.split(/\s+/).length === 5 ? "cron" : "oncalendar";
}
