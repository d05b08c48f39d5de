import type { CheckSettings, Instant } from "../../src/index.ts";
import { SECOND, type Span } from "../history/history.ts";

/** Rule 30: a deadline whose time touches an outage waits until its end plus the grace. */
export function moved(outages: readonly Span[], { from, until }: Span, settings: CheckSettings): Instant {
  let deadline = until;
  for (const outage of outages)
    if (outage.from <= deadline && outage.until >= from)
      deadline = Math.max(deadline, outage.until + settings.graceSeconds * SECOND);
  return deadline;
}
