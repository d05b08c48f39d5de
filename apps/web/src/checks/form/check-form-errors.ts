import { CheckSettingsInput } from "@overdue/core";

import { type FormErrors, placeErrors } from "../../ui/form.tsx";
import { type CheckFormValues, checkSettings } from "./check-form-values.ts";

const FIELDS: Record<string, string> = {
  "schedule.everySeconds": "every",
  "schedule.timezone": "timezone",
  graceSeconds: "grace",
  earlyMarginSeconds: "earlyMargin",
  jitterSeconds: "jitter",
  maxRuntimeSeconds: "maxRuntime",
  minRuntimeSeconds: "minRuntime",
  "tooOften.windowSeconds": "tooOften.window",
};

const SAME_NAME = [
  "name",
  "slug",
  "tags",
  "description",
  "overlap",
  "hostDuplicates",
  "unusualRuns",
  "recoverAfter",
  "channelIds",
  "severity",
  "dependsOn",
  "tooOften.count",
  "tolerance.bad",
  "tolerance.of",
];

/** The form's field for a path of the API, or of core's schema, which uses the same paths; null where it has none. */
export function checkField(path: string, kind: CheckFormValues["kind"]): string | null {
  if (path === "schedule.expression" || path === "schedule")
    return { interval: "every", cron: "cron", oncalendar: "calendar" }[kind];
  if (path.startsWith("tags.")) return "tags";
  if (path.startsWith("dependsOn.")) return "dependsOn";
  const exception = /^schedule\.except\.(dates|holidays|onlyOn)\b/.exec(path)?.[1];
  if (exception !== undefined) return `exceptions.${exception}`;
  return FIELDS[path] ?? (SAME_NAME.includes(path) ? path : null);
}

/** What the API would refuse, with the same messages, before it is asked. */
export function validateCheckForm(values: CheckFormValues): FormErrors {
  const parsed = CheckSettingsInput.safeParse(checkSettings(values));
  const errors = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
  return placeErrors(errors, (path) => checkField(path, values.kind));
}
