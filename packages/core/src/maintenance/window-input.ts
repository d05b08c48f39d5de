import { instantOf } from "./time.ts";
import { canonicalTimezone, DAY_MS, MINUTE_MS, nextAfter, ScheduleError } from "@overdue/schedules";
import { z } from "zod";
import { type MaintenanceRule, scheduleOf } from "./window.ts";

const MINUTES_MAX = 7 * 24 * 60;
const TOO_LONG = "A window lasts at most 7 days: use at most 10080 minutes.";
// Long enough for a move or a holiday; what rests longer is paused.
const ONCE_DAYS_MAX = 31;
const TOO_LONG_ONCE = `A window lasts at most ${ONCE_DAYS_MAX} days: pause the checks, or announce a second window after it.`;
// 2000-01-01 in epoch milliseconds: a recurring rule must have a time after this.
const SEARCH_FROM = 946_684_800_000;

const Minutes = z
  .int({ error: "Write the length as a whole number of minutes." })
  .min(1, "A window lasts at least a minute.")
  .max(MINUTES_MAX, TOO_LONG);

const Timezone = z
  .string({ error: "Choose a time zone, such as Europe/Berlin." })
  .refine((name) => canonicalTimezone(name) !== null, {
    error: "There is no such time zone: choose one such as Europe/Berlin, or UTC.",
    abort: true,
  })
  .overwrite((name) => canonicalTimezone(name) ?? name);

const At = z.iso.datetime({
  offset: true,
  error: "Write an instant with its zone, such as 2026-12-24T18:00:00Z.",
});

const Once = z.strictObject({ kind: z.literal("once"), from: At, until: At });
const Weekly = z.strictObject({
  kind: z.literal("weekly"),
  weekdays: z
    .array(z.int().min(1).max(7), { error: "Name the weekdays as numbers: 1 is Monday, 7 is Sunday." })
    .min(1, { error: "Name at least one weekday: 1 is Monday, 7 is Sunday.", abort: true })
    .max(7, "A week has seven days.")
    .meta({ description: "1 is Monday, 7 is Sunday." }),
  time: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Write the time as 22:30.")
    .meta({ description: "When it begins, by the clock of the zone." }),
  minutes: Minutes,
  timezone: Timezone,
});
const Cron = z.strictObject({
  kind: z.literal("cron"),
  expression: z
    .string()
    .trim()
    .min(1, "Write an expression, such as 0 2 * * 7.")
    .max(200, "Use at most 200 characters.")
    .meta({ description: "When it begins; one line, five fields." }),
  minutes: Minutes,
  timezone: Timezone,
});

/** A maintenance rule as people and programs send it; `ruleOf` converts it. Each refusal is one sentence. */
export const MaintenanceRuleInput = z
  .discriminatedUnion("kind", [Once, Weekly, Cron])
  .superRefine((input, context) => {
    const problem = problemOf(input);
    if (problem !== null)
      context.addIssue({ code: "custom", path: [problem.field], message: problem.message });
  })
  .meta({ id: "MaintenanceRule" });
export type MaintenanceRuleInput = z.infer<typeof MaintenanceRuleInput>;

/** The rule from an accepted input. */
export function ruleOf(input: MaintenanceRuleInput): MaintenanceRule {
  switch (input.kind) {
    case "once":
      return { kind: "once", from: instantOf(input.from), until: instantOf(input.until) };
    case "weekly":
      return { ...input, weekdays: [...new Set(input.weekdays)].toSorted((a, b) => a - b) };
    case "cron":
      return input;
  }
}

type Refusal = { field: string; message: string };

function problemOf(input: MaintenanceRuleInput): Refusal | null {
  if (input.kind === "once") return problemOfOnce(instantOf(input.from), instantOf(input.until));
  return problemOfRecurring(input);
}

function problemOfOnce(from: number, until: number): Refusal | null {
  if (until <= from) return { field: "until", message: "The end must come after the beginning." };
  return until - from > ONCE_DAYS_MAX * DAY_MS ? { field: "until", message: TOO_LONG_ONCE } : null;
}

// Windows that begin again before they have ended would postpone every deadline for ever.
function problemOfRecurring(input: Exclude<MaintenanceRuleInput, { kind: "once" }>): Refusal | null {
  const field = input.kind === "cron" ? "expression" : "weekdays";
  try {
    const schedule = scheduleOf(input);
    let at = nextAfter(schedule, SEARCH_FROM);
    if (at === null) return { field, message: "This window would never begin." };
    for (let count = 0; count < 50; count += 1) {
      const next = nextAfter(schedule, at);
      if (next === null) return null;
      if (next - at <= input.minutes * MINUTE_MS)
        return { field: "minutes", message: "The window begins again before it has ended: make it shorter." };
      at = next;
    }
    return null;
  } catch (error) {
    if (error instanceof ScheduleError) return { field, message: error.message };
    throw error;
  }
}
