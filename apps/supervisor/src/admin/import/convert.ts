import { type Schedule, ScheduleInput } from "@overdue/schedules";
import { type CheckSettings, defaultSettings } from "@overdue/core";
import type { CheckDetails } from "@overdue/db";

import type { SourceCheck } from "./source.ts";

/** The check in our terms, or why it cannot be imported. */
export type Converted =
  | { kind: "check"; details: Partial<CheckDetails>; settings: CheckSettings }
  | { kind: "problem"; problem: string };

export function convert(check: SourceCheck): Converted {
  const { data: schedule, error } = ScheduleInput.safeParse(toSchedule(check));
  if (error !== undefined)
    return { kind: "problem", problem: `its schedule: ${error.issues[0]?.message ?? "unreadable"}` };
  const settings = {
    ...defaultSettings,
    schedule,
    graceSeconds: check.grace,
    manualResume: check.manual_resume,
  };
  return { kind: "check", details: toDetails(check), settings };
}

function toDetails(check: SourceCheck): Partial<CheckDetails> {
  return {
    name: check.name,
    slug: check.slug,
    tags: check.tags,
    description: check.desc,
    methods: check.methods,
    startKeywords: check.start_kw,
    successKeywords: check.success_kw,
    failureKeywords: check.failure_kw,
    filterSubject: check.filter_subject,
    filterBody: check.filter_body,
    filterHttpBody: check.filter_http_body,
    filterDefaultFail: check.filter_default_fail,
  };
}

function toSchedule({ timeout, schedule, tz = "UTC" }: SourceCheck): Schedule {
  if (schedule === undefined) return { kind: "interval", everySeconds: timeout ?? 0 };
  const expression = schedule.trim();
  const isCron = !expression.includes("\n") && expression.split(/\s+/).length === 5;
  if (!isCron) return { kind: "oncalendar", expression, timezone: tz };
  // Healthchecks reads its cron lines with cronsim.
  return { kind: "cron", expression, scheduler: "cronsim", timezone: tz };
}
