import type { Instant } from "@overdue/schedules";
import type { CheckSettings } from "../../checks/settings.ts";

/** A way in which the runs of a check disagree with its schedule, that has a name. */
export type Finding = {
  kind:
    | "wrong-time-zone"
    | "clock-change"
    | "other-scheduler"
    | "wrong-period"
    | "late-by-run-time"
    | "several-per-slot"
    | "odd-line";
  /** What is seen and what it means, for a person. */
  sentence: string;
  evidence: FindingEvidence;
  /** The change of settings that would make them agree; null where none is known. */
  edit: Partial<CheckSettings> | null;
};

export type FindingEvidence = {
  /** How many runs (or slots, or gaps) were looked at, and how many of them say so. */
  seen: number;
  agreeing: number;
  /** By how much they are off, where that is one number. */
  offsetMs: number | null;
  from: Instant;
  until: Instant;
};

/** The span of these arrivals, with what was counted in it. */
export function evidenceFrom(
  arrivals: readonly Instant[],
  counted: { seen: number; agreeing: number; offsetMs: number | null },
): FindingEvidence {
  return { ...counted, from: arrivals[0] ?? 0, until: arrivals.at(-1) ?? 0 };
}
