import { z } from "zod";
import type { Instant } from "../time.ts";
import { ExceptionsInput } from "./exceptions/exceptions.ts";
import { mayBeLeftOut } from "./left-out.ts";
import { ScheduleError } from "./schedule-error.ts";
import { nextAfter, type Schedule } from "./schedule.ts";
import { canonicalTimezone } from "./timezones/timezones.ts";

const EVERY_SECONDS_MIN = 60;
const EVERY_SECONDS_MAX = 31_536_000;
const EXPRESSION_LENGTH_MAX = 1000;
const LINES_MAX = 20;
// 2000-01-01: an expression that has no time after it is refused, as the reference does.
const NEVER_BEFORE: Instant = 946_684_800_000;

const Expression = z
  .string({ error: "Write an expression, such as 30 2 * * *." })
  .trim()
  .min(1, { error: "Write an expression, such as 30 2 * * *.", abort: true })
  .max(EXPRESSION_LENGTH_MAX, {
    error: `Use at most ${EXPRESSION_LENGTH_MAX} characters: split the schedule over several checks.`,
    abort: true,
  })
  .overwrite((text) => text.replaceAll("\r\n", "\n"))
  .refine((text) => text.split("\n").length <= LINES_MAX, {
    error: `Use at most ${LINES_MAX} lines.`,
    abort: true,
  });

/** The name of a time zone, old names mapped to their successor. */
export const TimezoneInput = z
  .string({ error: "Choose a time zone, such as Europe/Berlin." })
  .refine((name) => canonicalTimezone(name) !== null, {
    error: ({ input }) =>
      `There is no time zone “${String(input).slice(0, 50)}”: choose one such as Europe/Berlin, or UTC.`,
    abort: true,
  })
  .overwrite((name) => canonicalTimezone(name) ?? name);

const Interval = z.strictObject({
  kind: z.literal("interval"),
  everySeconds: z
    .int("Write the interval as a whole number of seconds.")
    .min(EVERY_SECONDS_MIN, "The shortest interval is a minute: use at least 60 seconds.")
    .max(EVERY_SECONDS_MAX, "The longest interval is 365 days: use at most 31536000 seconds."),
});
const Calendar = z.strictObject({
  kind: z.enum(["cron", "oncalendar"]),
  expression: Expression,
  timezone: TimezoneInput,
  except: mayBeLeftOut(ExceptionsInput),
});

/** A schedule as a person or a program sends it: parsed, its zone known, and with a time to come. */
export const ScheduleInput: z.ZodType<Schedule> = z
  .discriminatedUnion("kind", [Interval, Calendar])
  .superRefine((schedule, context) => {
    const problem = problemOf(schedule);
    if (problem !== null) context.addIssue({ code: "custom", path: ["expression"], message: problem });
  });

function problemOf(schedule: Schedule): string | null {
  try {
    if (nextAfter(schedule, NEVER_BEFORE) !== null) return null;
    return "This schedule would never run: check its days, months and exceptions.";
  } catch (error) {
    if (error instanceof ScheduleError) return error.message;
    throw error;
  }
}
