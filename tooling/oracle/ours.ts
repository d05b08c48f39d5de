import { ScheduleError } from "../../packages/schedules/src/schedule-error.ts";
import { type Schedule, timesAfter } from "../../packages/schedules/src/schedule.ts";
import { runtimeOffsets, useOffsets } from "../../packages/schedules/src/timezones/timezones.ts";
import { machineOffsets } from "../../scripts/machine-timezones.ts";
import type { Answer, Question } from "./real-program.ts";

useOffsets((timezone) => machineOffsets(timezone) ?? runtimeOffsets(timezone));

/** Our own answer to a question, as `scheduler` reads the line, with the zones of this machine. */
export function answerOurselves({ expr, tz, after, count }: Question, scheduler: string): Answer {
  const schedule: Schedule = { kind: "cron", scheduler, expression: expr, timezone: tz };
  try {
    const next: string[] = [];
    for (const at of timesAfter(schedule, Date.parse(after))) {
      next.push(new Date(at).toISOString());
      if (next.length === count) break;
    }
    return { next };
  } catch (error) {
    // A bug of ours is one more difference, and no reason to end the comparison.
    return { error: error instanceof ScheduleError ? error.message : `fails: ${String(error)}` };
  }
}
