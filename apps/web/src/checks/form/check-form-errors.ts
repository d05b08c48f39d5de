import { CheckSettingsInput } from "@overdue/core";

import { type FormErrors, placeErrors } from "../../ui/form.tsx";
import { type CheckFormValues, checkSettings, newCheckValues } from "./check-form-values.ts";

/** The form's own fields; those of a check that are spans of time drop the `Seconds` of their names. */
const FIELDS = new Set(Object.keys(newCheckValues("UTC", [])));
const OTHER_NAMES: Record<string, string> = {
  "schedule.everySeconds": "every",
  "schedule.timezone": "timezone",
  "schedule.job": "job",
  "schedule.scheduler": "scheduler",
};

/** The form's field for a path of the API, or of core's schema, which uses the same paths; null where it has none. */
export function checkField(path: string, kind: CheckFormValues["kind"]): string | null {
  if (path === "schedule.expression" || path === "schedule")
    return { interval: "every", cron: "cron", oncalendar: "calendar" }[kind];
  if (path.startsWith("tags.")) return "tags";
  if (path.startsWith("dependsOn.")) return "dependsOn";
  const exception = /^schedule\.except\.(dates|holidays|onlyOn)\b/.exec(path)?.[1];
  if (exception !== undefined) return `exceptions.${exception}`;
  const field = OTHER_NAMES[path] ?? path.replace(/Seconds$/, "");
  return FIELDS.has(field.split(".")[0] ?? "") ? field : null;
}

/** What the API would refuse, with the same messages, before it is asked. */
export function validateCheckForm(values: CheckFormValues): FormErrors {
  const parsed = CheckSettingsInput.safeParse(checkSettings(values));
  const errors = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
  return placeErrors(errors, (path) => checkField(path, values.kind));
}
