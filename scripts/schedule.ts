import { createInterface } from "node:readline";
import { z } from "zod";
import { readPasted } from "../packages/schedules/src/paste/read-pasted.ts";
import { ScheduleError } from "../packages/schedules/src/schedule-error.ts";
import { isDeadInSystemd, type Schedule, timesAfter } from "../packages/schedules/src/schedule.ts";
import { refuseNever } from "../packages/schedules/src/schedule-input.ts";
import { lintLine } from "../packages/schedules/src/lint.ts";
import { schedulerId, SCHEDULERS } from "../packages/schedules/src/schedulers/index.ts";
import {
  canonicalTimezone,
  runtimeOffsets,
  useOffsets,
} from "../packages/schedules/src/timezones/timezones.ts";
import { machineOffsets } from "./machine-timezones.ts";

/**
 * Reads JSON lines and writes a JSON line for each, to compare Overdue's times with those of a machine:
 * `{"kind":"cron","expr":"30 2 * * *","tz":"Europe/Riga","after":"2026-03-28T12:00:00Z","count":4}` gives
 * `{"next":["2026-03-29T00:30:00Z",…]}` or `{"error":"…"}`. The zones come from this machine's tz database. With `"kind":"cron"`
 * and `"scheduler":"kubernetes"` the expression is read exactly as that scheduler reads it. `--lint` reads lines of
 * `{"expr":"…","schedulers":["…"]}` and says what is odd about the expression in each scheduler.
 */
const COUNT_MAX = 10_000;
/** Jenkins computes the times of H from the name of the job. The vectors were made for this one. */
const JOB = "flavours";
const Line = z.strictObject({
  kind: z.enum(["interval", "cron", "oncalendar"], "must be interval, cron or oncalendar"),
  scheduler: z
    .string("must be a scheduler")
    .refine(
      (name) => schedulerId(name) !== null,
      "is no scheduler: use one such as kubernetes, or leave it out",
    )
    .optional(),
  job: z.string("must be the name of a job").default(JOB),
  expr: z.union([z.string(), z.int()], "must be an expression, or the seconds of an interval"),
  tz: z
    .string("must be a time zone")
    .refine(
      (name) => canonicalTimezone(name) !== null,
      "is no time zone: use one such as Europe/Berlin, or UTC",
    )
    .default("UTC"),
  after: z.iso.datetime({ offset: true, error: "must be a time such as 2026-03-28T12:00:00Z" }),
  count: z.int().min(1).max(COUNT_MAX, `must be at most ${COUNT_MAX}`).default(1),
});
type Line = z.infer<typeof Line>;

const LintLine = z.strictObject({
  expr: z.string("must be an expression"),
  schedulers: z
    .array(
      z.string().refine((name) => schedulerId(name) !== null, "is no scheduler: use one such as kubernetes"),
    )
    .default(SCHEDULERS.map(({ id }) => id)),
});
const isLint = process.argv.includes("--lint");

useOffsets((timezone) => machineOffsets(timezone) ?? runtimeOffsets(timezone));
for await (const text of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(isLint ? lint(text) : answer(text))}\n`);
}

/** Says what is odd about the expression in each scheduler. */
function lint(text: string): object {
  try {
    const { expr, schedulers } = LintLine.parse(JSON.parse(text));
    return Object.fromEntries(schedulers.map((id) => [id, lintLine(expr, id)]));
  } catch (error) {
    return { error: sentenceOf(error) };
  }
}

function answer(text: string): { next: string[] } | { error: string } {
  try {
    const line = Line.parse(JSON.parse(text));
    return { next: nextTimes(scheduleOf(line), line) };
  } catch (error) {
    return { error: sentenceOf(error) };
  }
}

function scheduleOf({ kind, scheduler, job, expr, tz }: Line): Schedule {
  if (scheduler !== undefined) {
    if (kind !== "cron") throw new ScheduleError("Only kind cron takes a scheduler: leave it out.");
    return { kind, expression: String(expr), scheduler, job, timezone: tz };
  }
  if (kind !== "interval") return calendarOf({ kind, expression: String(expr).trim(), timezone: tz });
  const everySeconds = Number(expr);
  if (!Number.isInteger(everySeconds) || everySeconds < 1 || everySeconds > 31_536_000)
    throw new ScheduleError("An interval is a whole number of seconds from 1 to 31536000.");
  return { kind, everySeconds };
}

/** Reads a line as it stands in a crontab or a timer, as the form of a check does. */
function calendarOf(given: { kind: "cron" | "oncalendar"; expression: string; timezone: string }): Schedule {
  const { schedule, timezone } = readPasted(given) ?? {};
  if (schedule?.kind === "interval") return schedule;
  const { kind, lines } = schedule ?? { kind: given.kind, lines: [given.expression] };
  const read = { kind, expression: lines.join("\n"), timezone: timezone ?? given.timezone };
  if (kind === "cron") refuseNever(read);
  return read;
}

function nextTimes(schedule: Schedule, { after, count }: Line): string[] {
  const times: string[] = [];
  let last = Date.parse(after);
  refuseDead(schedule, last);
  for (const at of timesAfter(schedule, last)) {
    times.push(format(at));
    if (times.length === count) break;
    refuseDead(schedule, (last = at));
  }
  return times;
}

function refuseDead(schedule: Schedule, at: number): void {
  if (isDeadInSystemd(schedule, at))
    throw new ScheduleError("systemd itself finds no next time for this line, so its timer would never run.");
}

function format(instant: number): string {
  return new Date(instant).toISOString().replace(".000Z", "Z");
}

function sentenceOf(error: unknown): string {
  if (error instanceof ScheduleError) return error.message;
  if (error instanceof SyntaxError) return "The line is not JSON.";
  if (error instanceof z.ZodError)
    return error.issues.map((issue) => `${issue.path.join(".") || "the line"} ${issue.message}`).join("; ");
  throw error;
}
