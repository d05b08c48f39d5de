/** Rule 38: adds the durations of good runs to the baseline, and reports outliers. */

import type { Instant } from "@overdue/schedules";
import { type Baseline, baselineOfDurations, findOutlier } from "../../learning/durations.ts";
import { RUNS_COMPARED } from "../../learning/usual-limits.ts";
import { type Draft, evidenceOf } from "../draft.ts";
import { goDown, writeNotice, type Violation } from "../state/flips.ts";
import type { OpenRun } from "../memory.ts";
import type { ViolationPolicy } from "../settings.ts";
import { changeRun } from "../runs/runs.ts";
import { rememberHour, baselineFor } from "./baseline.ts";

/** `isReported`: it was reported as too long while it still ran. */
type GoodRun = { id: string; at: Instant; durationMs: number; isReported: boolean };

/**
 * Adds a good run to the baseline. If it is an outlier, reports that, unless it was reported while it ran. Returns whether
 * the check went down for it.
 */
export function learnDuration(draft: Draft, { id, at, durationMs, isReported }: GoodRun): boolean {
  const { pingNumber } = draft;
  const startedAt = at - durationMs;
  const baseline = baselineFor(draft, startedAt);
  const outlier = baseline === null ? null : findOutlier(baseline, durationMs);
  remember(draft, durationMs);
  rememberHour(draft, { startedAt, durationMs }, outlier !== null);
  if (baseline === null || outlier === null || (isReported && outlier.kind === "overlong")) return false;
  const limitMs = outlier.kind === "overlong" ? baseline.overlongMs : baseline.tooQuickMs;
  const particulars = { runId: id, pingNumber, durationMs, limitMs, ...baselineEvidence(baseline) };
  const evidence = evidenceOf(draft, particulars);
  return reportOutlier(draft, { at, reason: outlier.kind, evidence }, draft.settings.outlierRuns);
}

/** An open run has taken longer than its baseline allows. */
export function evaluateOutlier(
  draft: Draft,
  { outlierAt: at, ...run }: OpenRun & { outlierAt: Instant },
): void {
  const { memory } = draft;
  changeRun(draft, run);
  memory.evaluatedAt = Math.max(memory.evaluatedAt, at);
  const baseline = baselineFor(draft, run.startedAt);
  if (baseline === null) return;
  const durationMs = at - run.startedAt;
  const limitMs = baseline.overlongMs;
  const particulars = { runId: run.id, durationMs, limitMs, ...baselineEvidence(baseline) };
  const evidence = evidenceOf(draft, particulars);
  reportOutlier(draft, { at, reason: "overlong", evidence }, draft.settings.outlierRuns);
}

/** Forgets the durations and metrics learned so far: a person said that they are no longer typical. */
export function resetBaseline({ memory }: Draft): void {
  memory.durations = [];
  delete memory.hours;
  delete memory.outlierAfterMs;
  delete memory.usualMetrics;
  memory.openRuns = memory.openRuns.map(({ outlierAt: _outlierAt, ...run }) => run);
}

function remember({ memory }: Draft, durationMs: number): void {
  memory.durations = [...memory.durations, durationMs].slice(-RUNS_COMPARED);
  const baseline = baselineOfDurations(memory.durations);
  // An outlier is longer than the limit, hence the further millisecond.
  if (baseline !== null) memory.outlierAfterMs = baseline.overlongMs + 1;
}

function baselineEvidence({ medianMs, samples }: Baseline) {
  return { baseline: { medianMs, runs: samples } };
}

/**
 * Only a check that is up goes down for an outlier; a paused or new one gets a notice. Returns whether it went down, so that
 * the same run does not bring it up.
 */
export function reportOutlier(draft: Draft, violation: Violation, policy: ViolationPolicy): boolean {
  const isDown = policy === "alert" && draft.state.status === "up";
  if (isDown) goDown(draft, violation);
  else if (policy !== "allow") writeNotice(draft, violation);
  return isDown;
}
