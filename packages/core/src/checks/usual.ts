import type { Instant } from "@overdue/schedules";
import { type Baseline, RUNS_COMPARED, usualOf, unusualDuration } from "../learning/durations.ts";
import type { Draft } from "./draft.ts";
import { evidenceOf } from "./draft.ts";
import { goDown, notice, type Trouble } from "./flips.ts";
import type { OpenRun } from "./memory.ts";
import { changeRun } from "./runs.ts";
import { rememberHour, usualFrom } from "./usual-hours.ts";

type EndedWell = { id: string; at: Instant; durationMs: number; isSaid: boolean };

/**
 * A good run teaches what is usual; where it is far from that itself, it is told, unless that was said while it
 * ran. Answers whether the check went down for it.
 */
export function learnDuration(draft: Draft, { id, at, durationMs, isSaid }: EndedWell): boolean {
  const { pingNumber } = draft;
  const startedAt = at - durationMs;
  const usual = usualFrom(draft, startedAt);
  const unusual = usual === null ? null : unusualDuration(usual, durationMs);
  remember(draft, durationMs);
  rememberHour(draft, { startedAt, durationMs }, unusual !== null);
  if (usual === null || unusual === null || (isSaid && unusual.kind === "overlong")) return false;
  const limitMs = unusual.kind === "overlong" ? usual.overlongMs : usual.tooQuickMs;
  const particulars = { runId: id, pingNumber, durationMs, limitMs, ...inEvidence(usual) };
  return object(draft, { at, reason: unusual.kind, evidence: evidenceOf(draft, particulars) });
}

/** A run still runs although it should have ended by all that is usual. */
export function judgeUnusual(
  draft: Draft,
  { unusualAt: at, ...run }: OpenRun & { unusualAt: Instant },
): void {
  const { memory } = draft;
  changeRun(draft, run);
  memory.judgedAt = Math.max(memory.judgedAt, at);
  const usual = usualFrom(draft, run.startedAt);
  if (usual === null) return;
  const durationMs = at - run.startedAt;
  const particulars = { runId: run.id, durationMs, limitMs: usual.overlongMs, ...inEvidence(usual) };
  object(draft, { at, reason: "overlong", evidence: evidenceOf(draft, particulars) });
}

/** "This is normal now": what was usual so far is forgotten. */
export function forgetUsual({ memory }: Draft): void {
  memory.durations = [];
  delete memory.hours;
  delete memory.unusualAfterMs;
  memory.openRuns = memory.openRuns.map(({ unusualAt: _unusualAt, ...run }) => run);
}

function remember({ memory }: Draft, durationMs: number): void {
  memory.durations = [...memory.durations, durationMs].slice(-RUNS_COMPARED);
  const usual = usualOf(memory.durations);
  // Longer than usual is more than this, so a whole millisecond more.
  if (usual !== null) memory.unusualAfterMs = usual.overlongMs + 1;
}

function inEvidence({ medianMs, samples }: Baseline) {
  return { usual: { medianMs, runs: samples } };
}

/** A paused or new check is not taken down for what is only unusual. */
function object(draft: Draft, trouble: Trouble): boolean {
  const { unusualRuns } = draft.settings;
  const isDown = unusualRuns === "alert" && draft.state.status === "up";
  if (isDown) goDown(draft, trouble);
  else if (unusualRuns !== "allow") notice(draft, trouble);
  return isDown;
}
