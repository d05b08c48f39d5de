import { ScheduleInput } from "@overdue/core";

import { formErrors, type FormErrors } from "./check-form-errors.ts";
import { type CheckFormValues, settingsOf } from "./check-form-values.ts";

/** What the API would refuse, in the same sentences, before it is asked. */
export function refusals(values: CheckFormValues): FormErrors {
  const parsed = ScheduleInput.safeParse(settingsOf(values).schedule);
  const errors = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({ field: ["schedule", ...path].join("."), message }));
  return formErrors(errors, values.kind);
}
