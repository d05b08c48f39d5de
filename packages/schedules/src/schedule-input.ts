import { z } from "zod";
import type { Instant } from "./time.ts";
import { ExceptionsInput, mayBeLeftOut } from "./exceptions/exceptions.ts";
import type { Reading } from "./paste/reading.ts";
import { readPasted } from "./paste/read-pasted.ts";
import { FieldError, ScheduleError } from "./schedule-error.ts";
import { readersText } from "./schedulers/readers-text.ts";
import { refuseNeverLine } from "./cron/never.ts";
import { refuseWordsBehind } from "./cron/refusals.ts";
import { eachOf, linesOf } from "./lines.ts";
import { INTERVAL_SCHEDULERS } from "./policies/policies.ts";
import { SetupInput, withSetup } from "./policies/setup-input.ts";
import { DEFAULT_SCHEDULER, schedulerId, schedulerNamed } from "./schedulers/index.ts";
import { type CalendarSchedule, nextAfter, type Schedule } from "./schedule.ts";
import { canonicalTimezone } from "./timezones/timezones.ts";

const EVERY_SECONDS_MIN = 60;
const EVERY_SECONDS_MAX = 31_536_000;
// A pasted crontab or unit may be longer than the stored expression: its comments and commands are not kept.
const PASTED_CHARS_MAX = 10_000;
const EXPRESSION_CHARS_MAX = 1000;
const LINES_MAX = 20;
/** 2000-01-01. An expression without a time after this is refused. */
const NEVER_BEFORE: Instant = 946_684_800_000;

const Expression = z
  .string({ error: "Write an expression, such as 30 2 * * *." })
  .trim()
  .min(1, { error: "Write an expression, such as 30 2 * * *.", abort: true })
  .max(PASTED_CHARS_MAX, { error: `Use at most ${PASTED_CHARS_MAX} characters.`, abort: true })
  .overwrite((text) => text.replaceAll("\r\n", "\n"));

/** The name of a time zone. Old names are replaced by their successors. */
export const TimezoneInput = z
  .string({ error: "Choose a time zone, such as Europe/Berlin." })
  .refine((name) => canonicalTimezone(name) !== null, {
    error: ({ input }) =>
      `There is no time zone “${String(input).slice(0, 50)}”: choose one such as Europe/Berlin, or UTC.`,
    abort: true,
  })
  .overwrite((name) => canonicalTimezone(name) ?? name);

/** The id of the program that starts a job every N seconds. */
const IntervalSchedulerInput = z
  .string({ error: "Choose what runs the job, such as bullmq, or leave it out." })
  .refine((name) => INTERVAL_SCHEDULERS.some(({ id }) => id === name), {
    error: ({ input }) =>
      `Nothing is known of how “${String(input).slice(0, 50)}” times intervals: choose one such as bullmq, or leave it out.`,
    abort: true,
  });

const Interval = z.strictObject({
  kind: z.literal("interval"),
  everySeconds: z
    .int("Write the interval as a whole number of seconds.")
    .min(EVERY_SECONDS_MIN, "The shortest interval is a minute: use at least 60 seconds.")
    .max(EVERY_SECONDS_MAX, "The longest interval is 365 days: use at most 31536000 seconds."),
  scheduler: mayBeLeftOut(IntervalSchedulerInput),
  setup: mayBeLeftOut(SetupInput),
});
/** The id of the program that reads cron lines. */
const SchedulerInput = z
  .string({ error: "Choose what runs the job, such as kubernetes, or leave it out for cron." })
  .refine((name) => schedulerId(name) !== null, {
    error: ({ input }) =>
      `There is no scheduler “${String(input).slice(0, 50)}”: choose one such as kubernetes, or leave it out for cron.`,
    abort: true,
  })
  .overwrite((name) => schedulerId(name) ?? name);

const JOB_CHARS_MAX = 500;
/** The full name of a Jenkins job, as in its URL without the /job/ parts: `folder/nightly build`. */
const JobInput = z
  .string({ error: "Write the full name of the Jenkins job, with its folders, or leave it out." })
  .trim()
  .min(1, { error: "Write the full name of the Jenkins job, with its folders, or leave it out." })
  .max(JOB_CHARS_MAX, { error: `Use at most ${JOB_CHARS_MAX} characters.` })
  .refine((name) => !name.includes("\0"), { error: "Write the name without a null character." });

const Calendar = z.strictObject({
  kind: z.enum(["cron", "oncalendar"]),
  expression: Expression,
  scheduler: mayBeLeftOut(SchedulerInput),
  setup: mayBeLeftOut(SetupInput),
  job: mayBeLeftOut(JobInput),
  timezone: TimezoneInput,
  except: mayBeLeftOut(ExceptionsInput),
});

/** A schedule as it is stored and shown. */
export const ScheduleShape = z.discriminatedUnion("kind", [
  Interval,
  Calendar.extend({ expression: z.string().max(EXPRESSION_CHARS_MAX) }),
]);

/** A schedule as it was understood, and what else the text contained. */
export type ScheduleReading = { schedule: Schedule } & Pick<
  Reading,
  "name" | "jitterSeconds" | "notes" | "otherJobs"
>;

/**
 * A schedule as a person or a program sends it. An expression may be pasted from a crontab, a systemd timer or a YAML file: then
 * the result has the schedule, the zone that the text names, and what else the text contains. The schedule can be parsed, its
 * zone exists, and it has a future time.
 */
export const ScheduleReadingInput: z.ZodType<ScheduleReading> = z
  .discriminatedUnion("kind", [Interval, Calendar])
  .transform((given, context) => {
    try {
      const read = given.kind === "interval" ? bare(given) : readCalendar(given);
      const schedule = withSetup(read.schedule);
      refuseNever(schedule);
      return { ...read, schedule };
    } catch (error) {
      if (!(error instanceof FieldError) && !(error instanceof ScheduleError)) throw error;
      const path = error instanceof FieldError ? error.field.split(".") : ["expression"];
      const message =
        error instanceof ScheduleError
          ? (otherKindHint(given) ?? withReaders(error.message, given))
          : error.message;
      context.addIssue({ code: "custom", path, message });
      return z.NEVER;
    }
  });

/**
 * Only the schedule of such a reading, which is what is stored. A text with several jobs is refused, because the check would
 * watch only one of them, and nobody would notice.
 */
export const ScheduleInput: z.ZodType<Schedule> = ScheduleReadingInput.transform(
  ({ schedule, otherJobs }, context) => {
    if (otherJobs === 0) return schedule;
    const message = `This text has ${otherJobs + 1} jobs, and a check watches one: keep the line of one job here, and create a check for each of the others.`;
    context.addIssue({ code: "custom", path: ["expression"], message });
    return z.NEVER;
  },
).pipe(ScheduleShape);

function readCalendar(named: CalendarSchedule): ScheduleReading {
  if (named.kind === "oncalendar" && named.scheduler !== undefined)
    throw new FieldError("scheduler", "OnCalendar lines are systemd's own: leave the scheduler out.");
  if (named.job !== undefined && named.scheduler !== "jenkins")
    throw new FieldError("job", "Only Jenkins computes times from a job's name: leave the job out.");
  const given = withoutDefault(named);
  const { every: keepsEvery } = schedulerNamed(given.scheduler ?? DEFAULT_SCHEDULER).rules;
  const found = readPasted({ ...given, keepsEvery });
  if (found === null) return bare(given);
  const { schedule: read, timezone: namedZone, runBy, ...said } = found;
  if (read.kind === "interval") {
    if (given.except !== undefined)
      throw new FieldError("except", "An interval has no exceptions: leave them out, or write a cron line.");
    return { ...said, schedule: intervalOf(read.everySeconds, runBy) };
  }
  const timezone = namedZone === null ? given.timezone : zoneOfText(namedZone);
  const schedule = { ...given, kind: read.kind, expression: joinLines(read.lines), timezone };
  if (schedule.kind === "oncalendar") delete schedule.scheduler;
  if (runBy?.setup !== undefined && named.setup === undefined && isRunBy(schedule, named, runBy.scheduler))
    schedule.setup = runBy.setup;
  if (runBy === null || schedule.kind === "oncalendar" || named.scheduler !== undefined)
    return { ...said, schedule };
  const note = `This is ${runBy.what}, so it is read as ${schedulerNamed(runBy.scheduler).label} reads it.`;
  return { ...said, notes: [note, ...said.notes], schedule: { ...schedule, scheduler: runBy.scheduler } };
}

/** A schedule without a scheduler means Debian's cron, so Debian's cron is not stored. */
function withoutDefault({ scheduler, ...schedule }: CalendarSchedule): CalendarSchedule {
  return scheduler === undefined || scheduler === DEFAULT_SCHEDULER ? schedule : { ...schedule, scheduler };
}

const KIND_NAMES = { cron: "a cron expression", oncalendar: "an OnCalendar expression" } as const;

/** A sentence for an expression that can be read as the other kind; null: it cannot. */
function otherKindHint(given: Schedule): string | null {
  if (given.kind === "interval") return null;
  const kind = given.kind === "cron" ? "oncalendar" : "cron";
  const { scheduler: _, ...unnamed } = given;
  try {
    refuseNever({ ...unnamed, kind });
    return `This is ${KIND_NAMES[kind]} and not ${KIND_NAMES[given.kind]}: choose the other kind (“${kind}”) for it.`;
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

/** A refusal, with the names of schedulers that read the line. */
function withReaders(message: string, given: Schedule): string {
  if (given.kind !== "cron") return message;
  const readers = readersText(given);
  return readers === null ? message : `${message} ${readers}`;
}

/** Whether the program that a text shows runs the job, because no other one was chosen. */
function isRunBy({ kind }: Schedule, { scheduler }: CalendarSchedule, shown: string): boolean {
  return kind === "oncalendar" || scheduler === undefined || scheduler === shown;
}

function bare(schedule: Schedule): ScheduleReading {
  return { schedule, name: null, jitterSeconds: null, notes: [], otherJobs: 0 };
}

function intervalOf(everySeconds: number, runBy: Reading["runBy"]): Schedule {
  const known = INTERVAL_SCHEDULERS.some(({ id }) => id === runBy?.scheduler);
  const named = known &&
    runBy !== null && { scheduler: runBy.scheduler, ...(runBy.setup && { setup: runBy.setup }) };
  const { data, error } = Interval.safeParse({ kind: "interval", everySeconds, ...named });
  if (data === undefined) throw new ScheduleError(error.issues[0]?.message ?? "The interval cannot be used.");
  return data;
}

function zoneOfText(name: string): string {
  const { data, error } = TimezoneInput.safeParse(name);
  if (data === undefined)
    throw new ScheduleError(error.issues[0]?.message ?? `There is no time zone “${name}”.`);
  return data;
}

function joinLines(lines: readonly string[]): string {
  if (lines.length > LINES_MAX) throw new ScheduleError(`Use at most ${LINES_MAX} lines.`);
  const expression = lines.join("\n");
  if (expression.length > EXPRESSION_CHARS_MAX)
    throw new ScheduleError(
      `Use at most ${EXPRESSION_CHARS_MAX} characters: split the schedule over several checks.`,
    );
  return expression;
}

/** @throws ScheduleError for a schedule without a future time */
export function refuseNever(schedule: Schedule): void {
  if (schedule.kind === "cron") refuseWords(schedule);
  if (nextAfter(schedule, NEVER_BEFORE) !== null) return;
  if (schedule.kind === "cron")
    for (const line of linesOf(schedule)) if (line.kind === "cron") refuseNeverLine(line.cron);
  throw new ScheduleError("This schedule would never run: check its days, months and exceptions.");
}

function refuseWords({ expression, scheduler = DEFAULT_SCHEDULER }: CalendarSchedule): void {
  const { rules } = schedulerNamed(scheduler);
  eachOf(expression.split("\n"), (line) => refuseWordsBehind(line, rules));
}
