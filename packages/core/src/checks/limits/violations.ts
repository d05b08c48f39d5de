/** Rules 32, 33, 42 and 43: overlaps, two hosts, too many pings or runs. */

import { everyMs, type Instant, MINUTE_MS, SECOND_MS } from "@overdue/schedules";
import type { Reason } from "../check.ts";
import type { ViolationPolicy, CheckSettings } from "../settings.ts";
import { type Draft, evidenceOf } from "../draft.ts";
import type { Ping, Slot } from "../event.ts";
import { goDown, writeNotice, type Violation } from "../state/flips.ts";
import { earlyMs } from "../slots/slot-outcome.ts";
import { findUnmet, hasShared, slotNamedBy } from "../slots/made-up.ts";
import { NO_SLOT } from "../slots/write-slots.ts";

/** Reports an overlap if another run is open and within its limit. */
export function reportOverlap(draft: Draft, ping: Ping): void {
  const other = draft.memory.openRuns.find(
    (run) => !run.overlong && run.uncertain === undefined && run.id !== ping.id,
  );
  if (other !== undefined)
    reportViolation(draft, ping, { reason: "overlap", policy: draft.settings.overlap });
}

/** Reports a second host if the slot that this ping begins was begun by another one. */
export function reportOtherHost(draft: Draft, ping: Ping): void {
  const { memory, settings } = draft;
  if (settings.hostDuplicates === "allow" || ping.host === null) return;
  const slotAt = slotBegunBy(draft, ping.at);
  if (memory.slotHost?.slotAt !== slotAt) memory.slotHost = { slotAt, host: ping.host };
  else if (memory.slotHost.host !== ping.host)
    reportViolation(draft, ping, { reason: "host-duplicate", policy: settings.hostDuplicates });
}

/**
 * Counts a ping, or the begin of a run, towards "too often". An end counts in the slot where its run began (`begunAt`).
 * Returns whether the slot or window now has more than are allowed.
 */
export function countTowardsTooOften(
  draft: Draft,
  what: "pings" | "runs",
  { at, begunAt = at, dueAt }: { at: Instant; begunAt?: Instant; dueAt?: Instant },
): boolean {
  const { memory, settings } = draft;
  const { tooOften } = settings;
  if (tooOften === null || tooOften.of !== what) return false;
  const namedAt = slotNamedBy(draft, dueAt, at);
  const slotAt = tooOften.windowSeconds === null ? (namedAt ?? slotBegunBy(draft, begunAt)) : null;
  // The end of a run that began before the slot that is being counted now.
  if (slotAt !== null && begunAt < at && slotAt < (memory.burst.slotAt ?? slotAt)) return false;
  const counted = memory.burst.slotAt === slotAt ? memory.burst.at : [];
  const from = tooOften.windowSeconds === null ? -Infinity : at - tooOften.windowSeconds * SECOND_MS;
  const within = [...counted, at].filter((one) => one > from).slice(-tooOften.count - 1);
  const isTooMany = within.length > tooOften.count;
  // A run that is made up for an earlier slot is allowed, and is not counted.
  if (isTooMany && isMadeUp(draft, begunAt, namedAt)) return false;
  memory.burst = { slotAt, at: within };
  return isTooMany;
}

/** Whether a run that begins now is for an earlier slot: a missed one, or one that another run has settled. */
function isMadeUp({ memory }: Draft, begunAt: Instant, namedAt: Instant | undefined): boolean {
  if (namedAt !== undefined && memory.slotAt !== null && namedAt < (memory.lastSlot?.dueAt ?? 0)) return true;
  return findUnmet(memory, begunAt, namedAt) !== undefined || hasShared(memory, begunAt);
}

/** The check goes down for this ping, whatever its tolerance. A paused check does only for an end, which would unpause it. */
export function reportTooOften(draft: Draft, ping: Ping): void {
  const isEnd = ping.kind === "success" || ping.kind === "fail";
  if (isEnd || draft.state.status !== "paused") goDown(draft, violationOf(draft, ping, "too-often"));
}

function reportViolation(
  draft: Draft,
  ping: Ping,
  { reason, policy }: { reason: Reason; policy: ViolationPolicy },
): void {
  if (policy === "allow") return;
  const violation = violationOf(draft, ping, reason);
  if (policy === "note") writeNotice(draft, violation);
  else if (draft.state.status !== "paused") goDown(draft, violation);
}

function violationOf(draft: Draft, ping: Ping, reason: Reason): Violation {
  const evidence = evidenceOf(draft, { runId: ping.id, pingNumber: draft.pingNumber });
  return { at: ping.at, reason, evidence };
}

/** The slot that a run which began at `at` would count for: the next slot if it is due or near, else the one before. */
export function slotBegunBy({ memory, settings }: Draft, at: Instant): Instant {
  const { slotAt, lastSlot, lastSlotFinal } = memory;
  // At the very deadline that decided the last slot, a ping is too late for it and may begin the next one.
  const isDecided = lastSlotFinal || lastSlot?.outcome === "missed";
  const isForNext = at === lastSlot?.at && slotAt !== null && (at >= slotAt || isDecided);
  if (lastSlot !== null && at <= lastSlot.at && !isForNext)
    return at < slotBegin(settings, lastSlot, slotAt) ? NO_SLOT : lastSlot.dueAt;
  if (slotAt !== null && at >= slotAt - Math.max(0, earlyMs(settings, lastSlot, slotAt))) return slotAt;
  return lastSlot?.dueAt ?? NO_SLOT;
}

/** The first instant at which a ping belongs to the slot settled last, and not to an earlier one. */
function slotBegin({ schedule }: CheckSettings, { dueAt }: Slot, nextAt: Instant | null): Instant {
  const intervalMs = everyMs(schedule);
  if (intervalMs !== null) return dueAt - intervalMs / 2;
  if (nextAt === null) return dueAt;
  return dueAt - Math.min(MINUTE_MS, (nextAt - dueAt) / 10);
}
