import {
  type ClockChange,
  DEFAULT_SCHEDULER,
  explain,
  type Instant,
  lineFor,
  lintLine,
  policiesFor,
  policySentences,
  type Schedule,
  ScheduleReadingInput,
  schedulerNamed,
} from "@overdue/schedules";

const NEXT_TIMES = 5;
const LINES_MAX = 5;

type LineReading = {
  scheduler: string;
  label: string;
  expression: string;
  refusal: string | null;
  meaning: ReturnType<typeof meaningOf> | null;
};

/** What each scheduler makes of one line, from `now` on: work for a thread of its own. */
export function readLine({
  schedulers,
  now,
  ...line
}: {
  expression: string;
  timezone: string;
  schedulers: readonly string[];
  now: Instant;
}): LineReading[] {
  return schedulers.map((scheduler) => readingOf({ ...line, scheduler }, now));
}

/** What a schedule means from `now` on, as it is shown. */
export function meaningOf(schedule: Schedule, now: Instant) {
  const { text, next, changes } = explain(schedule, { from: now, count: NEXT_TIMES });
  const scheduler = schedule.kind === "cron" ? (schedule.scheduler ?? DEFAULT_SCHEDULER) : null;
  return {
    text,
    next: next.map(withIsoTime),
    changes: changes.map(clockChangeView),
    lints:
      scheduler === null || schedule.kind !== "cron"
        ? []
        : lintLine(schedule.expression, scheduler, schedule.job),
    policy: policySentences(policiesFor(schedule), { timed: schedule.kind === "interval" }),
  };
}

/** What one scheduler makes of a line, from `now` on. */
function readingOf(
  { scheduler, ...line }: { expression: string; timezone: string; scheduler: string },
  now: Instant,
): LineReading {
  const { id, label } = schedulerNamed(scheduler);
  const { data, error } = ScheduleReadingInput.safeParse({ kind: "cron", ...line, scheduler: id });
  const schedule = data?.schedule;
  const written = schedule === undefined ? lineFor(line.expression, id) : null;
  if (written !== null) return readingOf({ ...line, expression: written, scheduler: id }, now);
  const { expression } = line;
  const refusedAs = (refusal: string) => ({ scheduler: id, label, expression, refusal, meaning: null });
  if (schedule === undefined) return refusedAs(error?.issues[0]?.message ?? UNREADABLE);
  if (schedule.kind !== "interval" && schedule.expression.split("\n").length > LINES_MAX)
    return refusedAs(`Compare at most ${LINES_MAX} lines at once.`);
  return {
    scheduler: id,
    label: schedule.kind === "cron" ? label : OTHERS[schedule.kind],
    expression: schedule.kind === "interval" ? expression : schedule.expression,
    refusal: null,
    meaning: meaningOf(schedule, now),
  };
}

const UNREADABLE = "This line cannot be read.";
const OTHERS = { interval: "An interval", oncalendar: "systemd timer" };

/** A clock change as the API answers it. */
function clockChangeView(change: ClockChange) {
  const affected = change.affected.map(({ runs, ...time }) => ({ ...time, runs: runs.map(withIsoTime) }));
  return { ...change, at: isoOf(change.at), affected };
}

function withIsoTime<T extends { at: number }>(from: T): Omit<T, "at"> & { at: string } {
  return { ...from, at: isoOf(from.at) };
}

/** The thread loads nothing of the rest of the API for this. */
function isoOf(at: Instant): string {
  return new Date(at).toISOString();
}
