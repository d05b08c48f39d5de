import type { CheckSettings, Instant } from "../../src/index.ts";
import { SECOND, type Span } from "../history/history.ts";
import { outOfWorks, pastWorks } from "./works.ts";

/**
 * Rules 30 and 39: a deadline whose time touches an outage waits until its end plus the grace, then for planned work;
 * where that puts it into an outage, the same again.
 */
export function moved(outages: readonly Span[], span: Span, settings: CheckSettings): Instant {
  const { from } = span;
  let until = pastWorks(settings, { from, until: pastOutages(outages, span, settings) });
  for (let next = until; ; until = next) {
    next = pastOutages(outages, { from, until }, settings);
    if (next === until) return until;
    next = outOfWorks(settings, next);
  }
}

function pastOutages(outages: readonly Span[], { from, until }: Span, settings: CheckSettings): Instant {
  let deadline = until;
  for (const outage of outages)
    if (outage.from <= deadline && outage.until >= from)
      deadline = Math.max(deadline, outage.until + settings.graceSeconds * SECOND);
  return deadline;
}
