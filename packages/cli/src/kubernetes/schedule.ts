import { type Schedule, ScheduleInput } from "@overdue/schedules";

import type { CronJob } from "./objects.ts";

const OVERLAP = { Allow: "parallel", Forbid: "one-at-the-end", Replace: "replaced" } as const;

/** The zone of CronJobs that name none: that of the controller, which runs in UTC nearly everywhere. */
const CONTROLLER_ZONE = "UTC";

/** The schedule of a CronJob with its set-up, as its check has it; or a sentence that says why it never runs. */
export function scheduleOf(cronJob: CronJob): Schedule | string {
  const { schedule: expression, timeZone, concurrencyPolicy, startingDeadlineSeconds: within } = cronJob;
  const missed =
    within === null || within < 1 ? { missed: "no-deadline" } : { missed: "deadline", withinSeconds: within };
  const read = ScheduleInput.safeParse({
    kind: "cron",
    expression: expression.trim(),
    scheduler: "kubernetes",
    timezone: timeZone ?? CONTROLLER_ZONE,
    setup: { ...missed, overlap: OVERLAP[concurrencyPolicy] },
  });
  return read.success ? read.data : (read.error.issues[0]?.message ?? "It cannot be read.");
}
