/** Rules 4, 8 and 41: writes flips, incidents and notices. */

import type { Instant } from "@overdue/schedules";
import type { Reason, Status } from "../check.ts";
import type { Draft } from "../draft.ts";
import type { Evidence } from "../event.ts";
import { isInMaintenance } from "../deadlines/postpone-deadlines.ts";

export type Violation = { at: Instant; reason: Reason; evidence: Evidence };

/** The check goes down and people are notified, but in maintenance; nothing happens to one that is down. */
export function goDown(draft: Draft, violation: Violation): void {
  if (draft.state.status === "down") return;
  const { at, reason, evidence } = violation;
  if (isInMaintenance(draft.settings, at)) return writeNotice(draft, violation);
  const { deadlineSeq } = draft.state;
  const flippedAt = writeFlip(draft, { at, to: "down", reason });
  draft.memory.goodInARow = 0;
  draft.effects.push({ kind: "incident-opened", at: flippedAt, deadlineSeq, reason, evidence });
}

/** The check goes up; people are notified only where they were notified that it is down. */
export function goUp(draft: Draft, at: Instant): void {
  if (draft.state.status === "up") return;
  setStatusSilently(draft, { at, to: "up" });
  draft.memory.verdicts = [];
  draft.memory.goodInARow = 0;
}

/** To a status that nobody is notified of, unless an incident ends with it. */
export function setStatusSilently(
  draft: Draft,
  { at, to }: { at: Instant; to: "up" | "paused" | "new" },
): void {
  const { status: from, deadlineSeq } = draft.state;
  if (from === to) return;
  const flippedAt = writeFlip(draft, { at, to, reason: null });
  if (from === "down") draft.effects.push({ kind: "incident-resolved", at: flippedAt, deadlineSeq });
}

/** Back to what the check was before it was paused: nobody is notified again of an incident that goes on. */
export function restoreStatus(draft: Draft, { at, to }: { at: Instant; to: "new" | "up" | "down" }): void {
  const { deadlineSeq } = draft.state;
  const flippedAt = writeFlip(draft, { at, to, reason: null, isRestored: true });
  if (to === "down") draft.effects.push({ kind: "incident-reopened", at: flippedAt, deadlineSeq });
}

/** Something worth a line in the history, and no alert. */
export function writeNotice(draft: Draft, { at, reason, evidence }: Violation): void {
  draft.effects.push({ kind: "notice", at, notice: reason, evidence });
}

/** A flip is never dated before the one it follows. The number it carries names the deadline it settles. */
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
