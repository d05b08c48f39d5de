import {
  type CalendarSchedule,
  DEFAULT_SCHEDULER,
  lineFor,
  readingText,
  schedulerNamed,
  SCHEDULERS,
} from "@overdue/schedules";
import { evidenceFrom, type Finding } from "./finding.ts";
import { errorsOf, type Fit, isBetter, otherFit, type Question } from "./fit.ts";

/** Of several schedulers with the same reading, the first of these is named. */
const USUAL = ["debian-cron", "kubernetes", "quartz", "spring", "apscheduler", "celery", "croniter", "fugit"];

/** The reading of the same line in each other scheduler that explains the runs better than the chosen one's, best first. */
export function readingsThatFit(question: Question): Fit[] {
  const { history, own } = question;
  if (own.schedule.kind !== "cron") return [];
  const read = textOf(own.schedule);
  const others = [...USUAL, ...SCHEDULERS.map(({ id }) => id)];
  return [...new Set(others)]
    .flatMap((scheduler) => asReadBy(own.schedule, scheduler) ?? [])
    .filter((schedule) => textOf(schedule) !== read)
    .map((schedule) => otherFit(history.arrivals, schedule))
    .filter((fit) => isBetter(fit, question))
    .toSorted((one, other) => errorsOf(one) - errorsOf(other));
}

/** What to say of runs that fit another scheduler's reading of the line. */
export function readingFinding({ history, own }: Question, best: Fit): Finding {
  const [fits, chosen] = [labelOf(best.schedule), labelOf(own.schedule)];
  const agreeing = best.explained.length - best.unexplained;
  return {
    kind: "other-scheduler",
    sentence: `Your pings fit ${fits}’s ${subjectOf(own.schedule.expression)}, ${agreeing} of ${best.explained.length} times: it runs this line ${textOf(best.schedule)}; ${chosen} would run it ${textOf(own.schedule)}.`,
    evidence: evidenceFrom(history.arrivals, { seen: best.explained.length, agreeing, offsetMs: null }),
    edit: { schedule: best.schedule },
  };
}

/** The line as it is written for that scheduler; null where that refuses it or never runs it. */
function asReadBy(own: CalendarSchedule, scheduler: string): CalendarSchedule | null {
  if (scheduler === (own.scheduler ?? DEFAULT_SCHEDULER)) return null;
  const { scheduler: _, ...schedule } = own;
  const expression = lineFor(own.expression, scheduler);
  if (expression === null) return null;
  return scheduler === DEFAULT_SCHEDULER
    ? { ...schedule, expression }
    : { ...schedule, expression, scheduler };
}

function textOf({ expression, scheduler = DEFAULT_SCHEDULER }: CalendarSchedule): string | null {
  return readingText(expression, scheduler);
}

function labelOf({ scheduler = DEFAULT_SCHEDULER }: CalendarSchedule): string {
  return schedulerNamed(scheduler).label.replace(/ \(.*\)$/, "");
}

/** Which part of the line both read differently: most often the weekdays, where it names some. */
function subjectOf(expression: string): string {
  const fields = expression.split(/\s+/);
  const [day = "*", weekday = "*"] = fields.length === 5 ? [fields[2], fields[4]] : [fields[3], fields[5]];
  if (/^[*?]$/.test(weekday)) return /^[*?]$/.test(day) ? "reading" : "days";
  return /^[*?]$/.test(day) ? "weekdays" : "reading of the days";
}
