import { CheckSettingsInput } from "@overdue/core";

import { formErrors, type FormErrors } from "./check-form-errors.ts";
import { type CheckFormValues, settingsOf } from "./check-form-values.ts";

/** What the API would refuse, in the same sentences, before it is asked. */
export function refusals(values: CheckFormValues): FormErrors {
  const parsed = CheckSettingsInput.safeParse(settingsOf(values));
  const errors = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => ({ field: path.join("."), message }));
  return formErrors(errors, values.kind);
}
