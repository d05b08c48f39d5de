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

/** Something worth a line in the history, and no alert. */
export function writeNotice(draft: Draft, { at, reason, evidence }: Violation): void {
  draft.effects.push({ kind: "notice", at, notice: reason, evidence });
}

/** A flip is never dated before the one it follows. The number it carries names the deadline it settles. */
function writeFlip(draft: Draft, change: { at: Instant; to: Status; reason: Reason | null }): Instant {
  const { state, memory } = draft;
  const { to, reason } = change;
  const at = Math.max(change.at, memory.flippedAt ?? change.at);
  const alerts = to === "down" || (state.status === "down" && to === "up");
  draft.effects.push({
    kind: "flip",
    flip: { deadlineSeq: state.deadlineSeq, at, from: state.status, to, reason, alerts },
  });
  state.deadlineSeq += 1;
  state.status = to;
  memory.flippedAt = at;
  return at;
}
