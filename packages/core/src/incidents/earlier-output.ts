import type { Reason } from "../checks/check.ts";

/**
 * What the last output of a job is of, if it is not that of the run which the incident is about: the run that was missed
 * printed nothing. Null for any other reason.
 */
export function earlierOutputText(reason: Reason): string | null {
  return reason === "missed" ? "Output of the last run that came, not of the missing one" : null;
}
