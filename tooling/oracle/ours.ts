import { ScheduleError } from "../../packages/schedules/src/schedule-error.ts";
import { nextAfter, type Schedule } from "../../packages/schedules/src/schedule.ts";
import { runtimeOffsets } from "../../packages/schedules/src/timezones/offsets.ts";
import { useOffsets } from "../../packages/schedules/src/timezones/timezones.ts";
import { machineOffsets } from "../../scripts/machine-timezones.ts";
import type { Answer, Question } from "./real-program.ts";

useOffsets((timezone) => machineOffsets(timezone) ?? runtimeOffsets(timezone));

/** Our own answer to a question, with the zones of this machine. */
export function answerOurselves({ expr, tz, after, count }: Question): Answer {
  const schedule: Schedule = { kind: "cron", expression: expr, timezone: tz };
  try {
    const next: string[] = [];
    let at = nextAfter(schedule, Date.parse(after));
    for (; at !== null && next.length < count; at = nextAfter(schedule, at))
      next.push(new Date(at).toISOString());
    return { next };
  } catch (error) {
    if (error instanceof ScheduleError) return { error: error.message };
    throw error;
  }
}
