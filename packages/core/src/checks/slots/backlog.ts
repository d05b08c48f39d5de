/** Rule 5: writes the slots that were too many for one fold. */

import { type Instant, nextAfter } from "@overdue/schedules";
import type { SlotSpan } from "../memory.ts";
import type { Draft } from "../draft.ts";
import type { Slot } from "../event.ts";
import { slotDeadline } from "../deadlines/postpone-deadlines.ts";
import { metSlot } from "./slot-outcome.ts";
import { SLOTS_PER_FOLD, unmetSlot } from "./settle-slots.ts";

/** Writes slots that an earlier fold had no room for. Returns how many. */
export function writeBacklog(draft: Draft): number {
  let written = 0;
  while (written < SLOTS_PER_FOLD) {
    const [span, ...rest] = draft.memory.backlog;
    if (span === undefined) break;
    draft.effects.push({ kind: "slot", slot: slotOf(draft, span) });
    const from = nextAfter(span.schedule, span.from);
    draft.memory.backlog = from === null || from > span.through ? rest : [{ ...span, from }, ...rest];
    written += 1;
  }
  return written;
}

function slotOf({ settings, memory }: Draft, span: SlotSpan): Slot {
  const dueAt: Instant = span.from;
  const deadlineAt = slotDeadline(settings, memory.outages, dueAt);
  if (deadlineAt > span.at)
    return metSlot(settings, dueAt, { ...span, arrivedAt: Math.max(span.arrivedAt, dueAt) });
  return unmetSlot(settings, memory.outages, dueAt);
}
