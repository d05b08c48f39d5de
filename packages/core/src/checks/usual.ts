import { usualOf, unusualDuration } from "../learning/durations.ts";
import type { Draft } from "./draft.ts";
import { evidenceOf } from "./draft.ts";
import type { Instant } from "../time.ts";
import { notice } from "./flips.ts";

const DURATIONS_MAX = 20;

/** A good run teaches what is usual; where it is far from that itself, the history says so. */
export function learnDuration(draft: Draft, run: { id: string; at: Instant; durationMs: number }): void {
  const { memory, pingNumber } = draft;
  const { id, at, durationMs } = run;
  const usual = usualOf(memory.durations);
  memory.durations = [...memory.durations, durationMs].slice(-DURATIONS_MAX);
  const unusual = usual === null ? null : unusualDuration(usual, durationMs);
  if (usual === null || unusual === null) return;
  const limitMs = unusual.kind === "overlong" ? usual.overlongMs : usual.tooQuickMs;
  const evidence = evidenceOf(draft, {
    runId: id,
    pingNumber,
    durationMs,
    limitMs,
    usual: { medianMs: usual.medianMs, runs: usual.samples },
  });
  notice(draft, { at, reason: unusual.kind, evidence });
}
