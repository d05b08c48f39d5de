import { ScheduleError } from "../schedule-error.ts";
import { DEFAULT_SCHEDULER, schedulerNamed, SCHEDULERS } from "../schedulers/index.ts";
import { isReadBy, likelyReaders } from "../schedulers/readers-text.ts";
import { readPasted } from "./read-pasted.ts";

/** The schedulers that probably run a job, from the form of its line. */
export type SchedulerProposal = {
  /** ids, the most likely first */
  schedulers: readonly string[];
  /** what the line shows, in a sentence */
  because: string;
};

type Typed = { expression: string; scheduler?: string | undefined };

/**
 * Proposes what runs a job, from the cron line that was typed or pasted. Null: the line fits the chosen scheduler. If none was
 * chosen and the text itself shows what runs the job, such as a Kubernetes CronJob, `ScheduleReadingInput` reads it so.
 */
export function proposeScheduler({
  expression,
  scheduler = DEFAULT_SCHEDULER,
}: Typed): SchedulerProposal | null {
  const isDefault = scheduler === DEFAULT_SCHEDULER;
  const { rules } = schedulerNamed(scheduler);
  const found = readSafely({ expression, keepsEvery: rules.every });
  if (found?.runBy) {
    const { scheduler: id, what } = found.runBy;
    return isDefault || id === scheduler ? null : { schedulers: [id], because: `This is ${what}.` };
  }
  if (/^@every\s+\S/im.test(expression.trim()) && !rules.every)
    return { schedulers: having("every"), because: EVERY };
  if (found !== null && found.schedule.kind !== "cron") return null;
  const lines = found?.schedule.kind === "cron" ? found.schedule.lines.join("\n") : expression;
  if (scheduler !== "jenkins" && HASHED.test(lines) && isReadBy("jenkins", lines))
    return {
      schedulers: ["jenkins"],
      because: "H means a time that Jenkins draws from the job's name.",
    };
  return (isDefault ? byZone(expression) : null) ?? byRefusal(lines, scheduler);
}

const HASHED = /(?:^|[\s,])H(?:[(/,\s]|$)/m;
const EVERY = "@every counts from the last start, and no crontab knows it.";

function readSafely(typed: { expression: string; keepsEvery: boolean }) {
  try {
    return readPasted({ kind: "cron", timezone: "UTC", ...typed });
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

/** For a zone before the fields, or on a line above them. Debian's cron ignores both. */
function byZone(text: string): SchedulerProposal | null {
  if (/^\s*(?:CRON_)?TZ=\S+[ \t]+\S/m.test(text))
    return {
      schedulers: having("zonePrefix"),
      because: "Libraries for Go accept a time zone before the fields, but cron does not.",
    };
  if (/^\s*CRON_TZ\s*=/m.test(text))
    return { schedulers: ["cronie"], because: "cronie reads CRON_TZ, but Debian's cron ignores it." };
  return null;
}

function having(rule: "every" | "zonePrefix"): string[] {
  const known = SCHEDULERS.filter(({ rules }) => rules[rule]).map(({ id }) => id);
  return [...known.filter((id) => id === "kubernetes"), ...known.filter((id) => id !== "kubernetes")];
}

function byRefusal(expression: string, scheduler: string): SchedulerProposal | null {
  if (expression.trim() === "" || isReadBy(scheduler, expression)) return null;
  const schedulers = likelyReaders({ expression, scheduler });
  if (schedulers.length === 0) return null;
  return {
    schedulers,
    because: shapeText(expression) ?? `${schedulerNamed(scheduler).label} refuses this line.`,
  };
}

function shapeText(expression: string): string | null {
  const words = expression.split("\n")[0]?.trim().split(/\s+/) ?? [];
  if (words.length === 7)
    return "This line has seven fields: seconds before the usual five, and a year after them.";
  if (words.length === 6) return "This line has six fields: seconds before the usual five.";
  return words.includes("?") ? "A ? means any day, but cron does not accept it." : null;
}
