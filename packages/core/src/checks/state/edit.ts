/** Rules 10a, 11 and 39: what an edit, or a change of maintenance windows, changes. */

import { everyMs, type Instant, nextAfter, type Schedule } from "@overdue/schedules";
import type { MaintenanceWindow } from "../../maintenance/window.ts";
import { evaluateSlot, evaluateUpTo } from "../deadlines/evaluate-deadlines.ts";
import { runDeadline, slotDeadline } from "../deadlines/postpone-deadlines.ts";
import { type Draft, evidenceOf } from "../draft.ts";
import type { OpenRun } from "../memory.ts";
import type { CheckSettings } from "../settings.ts";

/**
 * Evaluates what was due by the old settings; then the new ones apply. An up check waits for the first slot after its last
 * ping, as if it had had the new schedule then, so it may be overdue at once.
 */
export function applyEdit(draft: Draft, edit: { at: Instant; settings: CheckSettings }): void {
  const { memory } = draft;
  const at = Math.max(edit.at, memory.evaluatedAt);
  evaluateUpTo(draft, at);
  memory.evaluatedAt = at;
  const before = draft.settings;
  draft.settings = edit.settings;
  limitRuns(draft);
  const sameSchedule = isSameSchedule(before.schedule, edit.settings.schedule);
  if (!sameSchedule || draft.state.status === "new")
    memory.slotAt = slotAfterEdit(draft, { at, schedule: before.schedule, sameSchedule });
  if (!sameSchedule) {
    delete memory.shared;
    delete memory.passed;
    delete memory.drawnMs;
    delete memory.drawnFrom;
    delete memory.beforePause;
    evaluateOverdue(draft, at);
  }
  if (edit.settings.tolerance === null) memory.verdicts = [];
  draft.effects.push({ kind: "notice", at, notice: "edited", evidence: evidenceOf(draft, {}) });
}

type Before = { at: Instant; schedule: Schedule; sameSchedule: boolean };

function slotAfterEdit(draft: Draft, { at, schedule, sameSchedule }: Before): Instant | null {
  const { state, memory, settings } = draft;
  switch (state.status) {
    case "paused":
      return null;
    case "new":
      if (!settings.alertBeforeFirstPing || memory.openRuns.length > 0) return null;
      return sameSchedule && memory.slotAt !== null ? memory.slotAt : nextAfter(settings.schedule, at);
    case "down":
      return memory.slotAt === null ? null : nextAfter(settings.schedule, at);
    case "up":
      return nextAfter(settings.schedule, countedFrom(draft, schedule) ?? at);
  }
}

/** The instant that the awaited slot was counted from. */
function countedFrom({ state, memory }: Draft, before: Schedule): Instant | null {
  const intervalMs = everyMs(before);
  if (intervalMs !== null && memory.slotAt !== null) return memory.slotAt - intervalMs;
  const lastAt = state.lastPingAt ?? memory.verdictAt;
  return lastAt === null ? null : Math.max(lastAt, memory.lastSlot?.dueAt ?? lastAt);
}

/** Writes one missed slot if the check is overdue by the new schedule; the other slots of the past are not written. */
function evaluateOverdue(draft: Draft, at: Instant): void {
  const { memory, settings } = draft;
  const now = Math.min(at, draft.knownUntil);
  if (memory.slotAt === null || slotDeadline(settings, memory.outages, memory.slotAt) > now) return;
  evaluateSlot(draft, memory.slotAt);
  memory.slotAt = nextAfter(settings.schedule, at);
}

/** Whether two schedules have the same due times. The order of their keys does not matter: JSONB does not keep it. */
function isSameSchedule(one: Schedule, other: Schedule): boolean {
  return sortedTimes(one) === sortedTimes(other);
}

/** The set-up of a scheduler moves no due time; neither does the scheduler of an interval. */
function sortedTimes({ setup: _setup, ...times }: Schedule): string {
  const schedule = times.kind === "interval" ? { ...times, scheduler: undefined } : times;
  return JSON.stringify(schedule, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Evaluates what was due by the old windows, then sets the new ones and postpones the deadlines of open runs by them. */
export function applyMaintenance(
  draft: Draft,
  { at, windows }: { at: Instant; windows: readonly MaintenanceWindow[] },
): void {
  const { memory } = draft;
  evaluateUpTo(draft, Math.max(at, memory.evaluatedAt));
  const { maintenance: _, ...settings } = draft.settings;
  draft.settings = windows.length === 0 ? settings : { ...settings, maintenance: windows };
  limitRuns(draft);
}

/** Gives open runs, and those that were open before a pause, the limit of the new settings. */
function limitRuns(draft: Draft): void {
  const { memory } = draft;
  const limitRun = (run: OpenRun) => (run.overlong ? run : { ...run, deadlineAt: runDeadline(draft, run) });
  memory.openRuns = memory.openRuns.map(limitRun);
  const before = memory.beforePause;
  if (before === undefined) return;
  const openRuns = before.memory.openRuns.map(limitRun);
  memory.beforePause = { ...before, memory: { ...before.memory, openRuns } };
}
