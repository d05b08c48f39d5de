/** No rule: grace and started are shown, and not stored. */

import { type Instant, SECOND_MS } from "@overdue/schedules";
import type { Check, DisplayStatus } from "../check.ts";
import { fold } from "../fold.ts";

/** What a person is shown at `now`, whether or not the deadlines up to then were evaluated yet. */
export function displayStatus(check: Check, now: Instant): DisplayStatus {
  const { settings, state } = fold(check, { kind: "time", now }).check;
  if (state.status !== "up" || state.expectedAt === null) return state.status;
  return now >= state.expectedAt + settings.jitterSeconds * SECOND_MS ? "grace" : "up";
}
