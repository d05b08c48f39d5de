import { timesOfCron } from "./cron/next.ts";
import { linesOf, zoneOfLine } from "./lines.ts";
import { ScheduleError } from "./schedule-error.ts";
import { nextAfter, type Schedule } from "./schedule.ts";
import type { Instant } from "./time.ts";

/**
 * The times at which the job is due after `after`, as one run of its scheduler finds them: some remember where they began,
 * and so move what comes after a clock change, where `nextAfter` asks anew each time.
 * @throws ScheduleError for a schedule that `ScheduleInput` refuses, and where the scheduler itself fails to find a time
 */
export function* timesAfter(schedule: Schedule, after: Instant): Iterable<Instant> {
  const [line, ...others] =
    schedule.kind === "cron" && schedule.except === undefined ? linesOf(schedule) : [];
  if (schedule.kind !== "cron" || line?.kind !== "cron" || others.length > 0) {
    for (let at = nextAfter(schedule, after); at !== null; at = nextAfter(schedule, at)) yield at;
    return;
  }
  yield* timesOfCron(line.cron, zoneOfLine(line, schedule.timezone), after);
  if (line.cron.rules.raisesAtEnd)
    throw new ScheduleError(
      "The scheduler itself finds no next time of this line and fails: choose other days or hours.",
    );
}
