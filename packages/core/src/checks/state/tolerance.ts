/** Rules 7, 9, 34 and 35: what a success or a failure does to the status. */

import type { Instant } from "@overdue/schedules";
import type { Tolerance } from "../settings.ts";
import type { Verdict } from "../memory.ts";
import type { Draft } from "../draft.ts";
import { goDown, goUp, setStatusSilently, writeNotice, type Violation } from "./flips.ts";
import { isInMaintenance } from "../deadlines/postpone-deadlines.ts";

const VERDICTS_MAX = 100;

/** Takes the check down because a slot or a run was bad. If that is tolerated, it only writes a notice. */
export function applyViolation(draft: Draft, violation: Violation): void {
  const { state, memory, settings } = draft;
  memory.goodInARow = 0;
  if (state.status === "down") return;
  if (
    isInMaintenance(settings, violation.at) ||
    isTolerated(settings.tolerance, memory.verdicts, violation)
  ) {
    writeNotice(draft, violation);
    // The job is alive all the same: a new or paused check waits for its next slot from now on.
    setStatusSilently(draft, { at: violation.at, to: "up" });
  } else {
    goDown(draft, violation);
  }
}

/** Counts a good run: a down check goes up after `recoverAfter` of them in a row, any other check at once. */
export function applySuccess(draft: Draft, at: Instant): void {
  const { state, memory, settings } = draft;
  if (state.status === "down") memory.goodInARow += 1;
  if (state.status !== "down" || memory.goodInARow >= settings.recoverAfter) goUp(draft, at);
}

/** Notes whether the slot of this `dueAt` was bad, in place of an earlier note for it. */
export function noteVerdict({ memory, settings }: Draft, verdict: Verdict): void {
  if (settings.tolerance === null) return;
  const known = memory.verdicts.findIndex(({ dueAt }) => dueAt === verdict.dueAt);
  memory.verdicts =
    known < 0 ? [...memory.verdicts, verdict].slice(-VERDICTS_MAX) : memory.verdicts.with(known, verdict);
}

function isTolerated(
  tolerance: Tolerance | null,
  verdicts: readonly Verdict[],
  violation: Violation,
): boolean {
  if (tolerance === null || violation.reason === "never-started") return false;
  // A slot that was skipped because a run was still open ("overlap") had no run either.
  const isMissed = violation.reason === "missed" || violation.reason === "overlap";
  if (isMissed && !tolerance.tolerateMissed) return false;
  switch (tolerance.kind) {
    case "in-a-row":
      return badInARow(verdicts) < tolerance.bad;
    case "of-last":
      return verdicts.slice(-tolerance.of).filter(({ bad }) => bad).length < tolerance.bad;
  }
}

function badInARow(verdicts: readonly Verdict[]): number {
  return verdicts.length - 1 - verdicts.findLastIndex(({ bad }) => !bad);
}
