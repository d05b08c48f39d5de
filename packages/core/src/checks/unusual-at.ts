import type { Instant } from "../time.ts";
import type { Draft } from "./draft.ts";
import { excused } from "./outages.ts";

/** When a run that starts now will have taken unusually long, where its limit does not come first. */
export function unusualAt(draft: Draft, run: { startedAt: Instant; deadlineAt: Instant }): Instant | null {
  const { memory, settings } = draft;
  if (memory.unusualAfterMs === undefined || settings.unusualRuns === "allow") return null;
  const span = { from: run.startedAt, until: run.startedAt + memory.unusualAfterMs };
  const at = excused(span, settings, memory.outages);
  return at < run.deadlineAt ? at : null;
}
