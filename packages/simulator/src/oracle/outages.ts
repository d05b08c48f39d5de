import type { Instant } from "@overdue/schedules";
import type { CheckSettings } from "@overdue/core";
import { SECOND, type Span } from "../history/history.ts";
import { endOfMaintenance, postponeForMaintenance } from "./maintenance.ts";

/**
 * Rules 30 and 39: a deadline whose time touches an outage waits until its end plus the grace (several outages: what they
 * took and one grace, and 15 s after the last at least), then for maintenance;
 * where that puts it into an outage, the same again.
 */
export function postponeForOutages(outages: readonly Span[], span: Span, settings: CheckSettings): Instant {
  const { from } = span;
  const heardBy = pastOutages(outages, span, settings);
  let until = postponeForMaintenance(settings, { from, until: heardBy });
  while (until !== heardBy) {
    const next = pastOutages(outages, { from, until }, settings);
    if (next === until) break;
    until = endOfMaintenance(settings, next);
    if (until === next) break;
  }
  return until;
}

function pastOutages(outages: readonly Span[], { from, until }: Span, settings: CheckSettings): Instant {
  const grace = settings.graceSeconds * SECOND;
  let deadline = until;
  let taken = 0;
  for (const outage of outages) {
    if (outage.from > deadline || outage.until < from) continue;
    taken += outage.until - outage.from;
    const bound = Math.max(until + taken + grace, outage.until + Math.min(grace, 15 * SECOND));
    deadline = Math.max(deadline, Math.min(outage.until + grace, bound));
  }
  return deadline;
}
