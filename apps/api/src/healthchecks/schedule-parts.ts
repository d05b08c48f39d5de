import type { Schedule } from "@overdue/schedules";
import type { CheckRow } from "@overdue/db";

import type { CheckFields } from "./check-fields.ts";

/** The schedule as Healthchecks' clients know it: three parts, of which the kind hides one or two. */
type ScheduleParts = NonNullable<CheckRow["shelved"]>;
export type Timing = { schedule: Schedule; shelved: ScheduleParts };

const DEFAULT_PARTS: ScheduleParts = { timeoutSeconds: 86_400, expression: "* * * * *", timezone: "UTC" };

/** What a new check has before anything is set. */
export const DEFAULT_TIMING: Timing = {
  schedule: { kind: "interval", everySeconds: DEFAULT_PARTS.timeoutSeconds },
  shelved: DEFAULT_PARTS,
};

/** All the parts of a stored check: those in use from its schedule, the others from the shelf. */
export function timingOf({ schedule, shelved }: Pick<CheckRow, "schedule" | "shelved">): Timing {
  const kept = shelved ?? DEFAULT_PARTS;
  if (schedule.kind === "interval")
    return { schedule, shelved: { ...kept, timeoutSeconds: schedule.everySeconds } };
  const { expression, timezone } = schedule;
  return { schedule, shelved: { ...kept, expression, timezone } };
}

/** A schedule makes the check follow it, and the timeout is not looked at; else a timeout does; a zone always stays. */
export function retimed({ schedule, shelved }: Timing, fields: CheckFields): Timing {
  const { schedule: wanted, timeout, tz } = fields;
  const parts = {
    timeoutSeconds: wanted === undefined ? (timeout ?? shelved.timeoutSeconds) : shelved.timeoutSeconds,
    expression: wanted?.expression ?? shelved.expression,
    timezone: tz ?? shelved.timezone,
  };
  const kind = wanted?.kind ?? (timeout === undefined ? schedule.kind : "interval");
  return { schedule: scheduleOf(kind, parts, exceptIn(schedule)), shelved: parts };
}

function scheduleOf(
  kind: Schedule["kind"],
  { timeoutSeconds, expression, timezone }: ScheduleParts,
  except: ReturnType<typeof exceptIn>,
): Schedule {
  return kind === "interval"
    ? { kind, everySeconds: timeoutSeconds }
    : { kind, expression, timezone, ...except };
}

/** Free days, which Healthchecks does not know, stay as they are. */
function exceptIn(schedule: Schedule) {
  return schedule.kind === "interval" || schedule.except === undefined ? {} : { except: schedule.except };
}
