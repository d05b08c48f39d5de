/** Rules 4, 8 and 41: writes flips, incidents and notices. */

import type { Instant } from "@overdue/schedules";
import type { Reason, Status } from "../check.ts";
import type { Draft } from "../draft.ts";
import type { Evidence } from "../event.ts";
import { isInMaintenance } from "../deadlines/postpone-deadlines.ts";

export type Violation = { at: Instant; reason: Reason; evidence: Evidence };

/** Takes a check down and notifies people; during maintenance it only writes a notice. A down check stays as it is. */
export function goDown(draft: Draft, violation: Violation): void {
  if (draft.state.status === "down") return;
  const { at, reason, evidence } = violation;
  if (isInMaintenance(draft.settings, at)) return writeNotice(draft, violation);
  const { deadlineSeq } = draft.state;
  const flippedAt = writeFlip(draft, { at, to: "down", reason });
  draft.memory.goodInARow = 0;
  draft.effects.push({ kind: "incident-opened", at: flippedAt, deadlineSeq, reason, evidence });
}

/** Brings a check up. People are notified only if it was down. */
export function goUp(draft: Draft, at: Instant): void {
  if (draft.state.status === "up") return;
  setStatusSilently(draft, { at, to: "up" });
  draft.memory.verdicts = [];
  draft.memory.goodInARow = 0;
}

/** Sets a status without notifying anybody, except that a check which leaves down resolves its incident. */
export function setStatusSilently(
  draft: Draft,
  { at, to }: { at: Instant; to: "up" | "paused" | "new" },
): void {
  const { status: from, deadlineSeq } = draft.state;
  if (from === to) return;
  const flippedAt = writeFlip(draft, { at, to, reason: null });
  if (from === "down") draft.effects.push({ kind: "incident-resolved", at: flippedAt, deadlineSeq });
}

/** Restores the status from before a pause. Nobody is notified again of an incident that continues. */
export function restoreStatus(draft: Draft, { at, to }: { at: Instant; to: "new" | "up" | "down" }): void {
  const { deadlineSeq } = draft.state;
  const flippedAt = writeFlip(draft, { at, to, reason: null, isRestored: true });
  if (to === "down") draft.effects.push({ kind: "incident-reopened", at: flippedAt, deadlineSeq });
}

/** Writes a line for the history, without an alert. */
export function writeNotice(draft: Draft, { at, reason, evidence }: Violation): void {
  draft.effects.push({ kind: "notice", at, notice: reason, evidence });
}

/** Writes a flip, never dated before the last one; `deadlineSeq` is the number of the deadline that it settles. */
function writeFlip(
  draft: Draft,
  change: { at: Instant; to: Status; reason: Reason | null; isRestored?: boolean },
): Instant {
  const { state, memory } = draft;
  const { to, reason, isRestored = false } = change;
  const at = Math.max(change.at, memory.flippedAt ?? change.at);
  const alerts = !isRestored && (to === "down" || (state.status === "down" && to === "up"));
  delete memory.beforePause;
  draft.effects.push({
    kind: "flip",
    flip: { deadlineSeq: state.deadlineSeq, at, from: state.status, to, reason, alerts },
  });
  state.deadlineSeq += 1;
  state.status = to;
  memory.flippedAt = at;
  return at;
}
