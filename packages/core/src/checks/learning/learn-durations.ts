/** Rule 38: adds the durations of good runs to the baseline, and reports outliers. */

import type { Instant } from "@overdue/schedules";
import { type Baseline, RUNS_COMPARED, baselineOfDurations, findOutlier } from "../../learning/durations.ts";
import { type Draft, evidenceOf } from "../draft.ts";
import { goDown, writeNotice, type Violation } from "../state/flips.ts";
import type { OpenRun } from "../memory.ts";
import { changeRun } from "../runs/runs.ts";
import { rememberHour, baselineFor } from "./baseline.ts";

type EndedWell = { id: string; at: Instant; durationMs: number; isSaid: boolean };

/**
 * A good run is added to the baseline; where it is an outlier itself, that is reported, unless it was while it
 * ran. Returns whether the check went down for it.
 */
export function learnDuration(draft: Draft, { id, at, durationMs, isSaid }: EndedWell): boolean {
  const { pingNumber } = draft;
  const startedAt = at - durationMs;
  const usual = baselineFor(draft, startedAt);
  const outlier = usual === null ? null : findOutlier(usual, durationMs);
  remember(draft, durationMs);
  rememberHour(draft, { startedAt, durationMs }, outlier !== null);
  if (usual === null || outlier === null || (isSaid && outlier.kind === "overlong")) return false;
  const limitMs = outlier.kind === "overlong" ? usual.overlongMs : usual.tooQuickMs;
  const particulars = { runId: id, pingNumber, durationMs, limitMs, ...baselineEvidence(usual) };
  return reportOutlier(draft, { at, reason: outlier.kind, evidence: evidenceOf(draft, particulars) });
}

/** A run still runs although it should have ended by all that is usual. */
export function evaluateOutlier(
  draft: Draft,
  { outlierAt: at, ...run }: OpenRun & { outlierAt: Instant },
): void {
  const { memory } = draft;
  changeRun(draft, run);
  memory.evaluatedAt = Math.max(memory.evaluatedAt, at);
  const usual = baselineFor(draft, run.startedAt);
  if (usual === null) return;
  const durationMs = at - run.startedAt;
  const particulars = { runId: run.id, durationMs, limitMs: usual.overlongMs, ...baselineEvidence(usual) };
  reportOutlier(draft, { at, reason: "overlong", evidence: evidenceOf(draft, particulars) });
}

/** "This is normal now": what was usual so far is forgotten. */
export function resetBaseline({ memory }: Draft): void {
  memory.durations = [];
  delete memory.hours;
  delete memory.outlierAfterMs;
  memory.openRuns = memory.openRuns.map(({ outlierAt: _outlierAt, ...run }) => run);
}

function remember({ memory }: Draft, durationMs: number): void {
  memory.durations = [...memory.durations, durationMs].slice(-RUNS_COMPARED);
  const usual = baselineOfDurations(memory.durations);
  // Longer than usual is more than this, so a whole millisecond more.
  if (usual !== null) memory.outlierAfterMs = usual.overlongMs + 1;
}

function baselineEvidence({ medianMs, samples }: Baseline) {
  return { baseline: { medianMs, runs: samples } };
}

/** A paused or new check is not taken down for an outlier alone. */
function reportOutlier(draft: Draft, violation: Violation): boolean {
  const { outlierRuns } = draft.settings;
  const isDown = outlierRuns === "alert" && draft.state.status === "up";
  if (isDown) goDown(draft, violation);
  else if (outlierRuns !== "allow") writeNotice(draft, violation);
  return isDown;
}
