import { CheckSettingsInput } from "@overdue/core";

import type { FieldError } from "../../api/problem.ts";
import { type CheckFormValues, settingsOf } from "./check-form-values.ts";

/** Sentences by the form's field; `rest` where no field is theirs. */
type FormErrors = { fields: Record<string, string>; rest: string[] };

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

const SAME = [
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

/** Puts what the API (or core's schema, in the same words) refused where the person typed it. */
export function formErrors(errors: readonly FieldError[], kind: CheckFormValues["kind"]): FormErrors {
  const placed = errors.map(({ field, message }) => ({ field: formField(field, kind), message }));
  return {
    fields: Object.fromEntries(
      placed.flatMap(({ field, message }) => (field === null ? [] : [[field, message]])),
    ),
    rest: placed.flatMap(({ field, message }) => (field === null ? [message] : [])),
  };
}

function formField(path: string, kind: CheckFormValues["kind"]): string | null {
  if (path === "schedule.expression" || path === "schedule")
    return { interval: "every", cron: "cron", oncalendar: "calendar" }[kind];
  if (path.startsWith("tags.")) return "tags";
  if (path.startsWith("dependsOn.")) return "dependsOn";
  const exception = /^schedule\.except\.(dates|holidays|onlyOn)\b/.exec(path)?.[1];
  if (exception !== undefined) return `exceptions.${exception}`;
  return FIELDS[path] ?? (SAME.includes(path) ? path : null);
}

/** What the API would refuse, in the same sentences, before it is asked. */
export function refusals(values: CheckFormValues): FormErrors {
  const parsed = CheckSettingsInput.safeParse(settingsOf(values));
  const errors = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
  return formErrors(errors, values.kind);
}
