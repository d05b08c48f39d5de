import type { Instant } from "@overdue/schedules";
import type { Draft } from "../draft.ts";
import { postponeDeadline } from "../deadlines/postpone-deadlines.ts";
import { baselineFor } from "./baseline-hours.ts";

/** When a run that starts now will have become an outlier, where its limit does not come first. */
export function outlierDeadline(
  draft: Draft,
  run: { startedAt: Instant; deadlineAt: Instant },
): Instant | null {
  const { memory, settings } = draft;
  if (memory.outlierAfterMs === undefined || settings.outlierRuns === "allow") return null;
  const afterMs = memory.hours === undefined ? memory.outlierAfterMs : afterOfHour(draft, run.startedAt);
  const span = { from: run.startedAt, until: run.startedAt + afterMs };
  // What few runs that vary much allow may lie beyond all dates; outages and maintenance only put it off.
  if (span.until >= run.deadlineAt) return null;
  const at = postponeDeadline(span, settings, memory.outages);
  return at < run.deadlineAt ? at : null;
}

/** Longer than usual is more than the limit, so a whole millisecond more. */
function afterOfHour(draft: Draft, startedAt: Instant): number {
  const usual = baselineFor(draft, startedAt);
  return usual === null ? Infinity : usual.overlongMs + 1;
}
