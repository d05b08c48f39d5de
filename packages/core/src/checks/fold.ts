/** Rules 2, 3 and 10a: what every event does before and after its own work. */

import { type Instant, isReadable, SECOND_MS } from "@overdue/schedules";
import type { Check, DisplayStatus } from "./check.ts";
import { evaluateUpTo } from "./deadlines/evaluate-deadlines.ts";
import { nextAt, nextDeadline } from "./deadlines/next-deadline.ts";
import { applyOutage } from "./deadlines/postpone-deadlines.ts";
import { type Draft, expectedBy, openDraft, seal } from "./draft.ts";
import type { Effect, Event, Transition } from "./event.ts";
import { resetBaseline } from "./learning/learn-durations.ts";
import { applyDeferred, receivePing } from "./runs/receive-ping.ts";
import { applyClockSetBack } from "./state/clock-set-back.ts";
import { applyEdit, applyMaintenance } from "./state/edit.ts";
import { applyPause, applyResume, applyUndoPause } from "./state/pause.ts";

const NOTHING: readonly Effect[] = [];

/**
 * The state machine of a check: takes a check and one event, and returns the changed check and the effects to store. Pure:
 * the given check is not changed, and is returned itself if nothing changed. The rules are in README.md beside this file.
 */
export function fold(check: Check, event: Event): Transition<Check> {
  if (event.kind === "time" && !hasPassed(check, event.now))
    return { check, effects: NOTHING, nextAt: nextAt(check) };
  const draft = openDraft(check, knownUntil(event));
  applyDeferred(draft, evaluatedUntil(event));
  apply(draft, event);
  applyDeferred(draft);
  if (event.kind === "time") evaluateUpTo(draft, event.now);
  else if (event.kind === "undo-pause") evaluateUpTo(draft, event.at);
  return seal(check, draft);
}

function apply(draft: Draft, event: Event): void {
  switch (event.kind) {
    case "ping":
      return receivePing(draft, event.ping);
    case "time":
      return;
    case "pause":
      return applyPause(draft, event.at);
    case "resume":
      return applyResume(draft, event.at);
    case "undo-pause":
      return applyUndoPause(draft, event.at);
    case "edit":
      return applyEdit(draft, event);
    case "outage":
      return applyOutage(draft, event);
    case "maintenance":
      return applyMaintenance(draft, event);
    case "clock-set-back":
      return applyClockSetBack(draft, event.at);
    case "baseline-reset":
      resetBaseline(draft);
  }
}

/** The instant up to which deferred pings are applied before the event itself. */
function evaluatedUntil(event: Event): Instant {
  switch (event.kind) {
    case "ping":
      return event.ping.at;
    case "pause":
    case "resume":
    case "undo-pause":
    case "edit":
    case "maintenance":
      return event.at;
    case "time":
    case "outage":
    case "clock-set-back":
    case "baseline-reset":
      return -Infinity;
  }
}

/**
 * The watermark that an event brings. A ping says nothing about later ones of its own receiver, which may still have to store
 * what it kept, however far the others are. An outage, a clock set back or a baseline reset tells nothing about received pings.
 */
function knownUntil(event: Event): Instant {
  switch (event.kind) {
    case "time":
      return event.now;
    case "outage":
    case "clock-set-back":
    case "baseline-reset":
      return -Infinity;
    case "ping":
      return Math.min(event.knownUntil ?? Infinity, event.ping.at);
    case "pause":
    case "resume":
    case "undo-pause":
    case "edit":
    case "maintenance":
      return event.knownUntil ?? Infinity;
  }
}

function hasPassed(check: Check, now: Instant): boolean {
  const deadlineAt = nextDeadline(check);
  return deadlineAt !== null && deadlineAt <= now;
}

/** When the next slot is expected at the latest, also while the check is down; null if none is waited for. */
export function nextExpectedAt({ settings, state }: Check): Instant | null {
  if (state.status !== "down") return state.expectedAt;
  return isReadable(settings.schedule) ? expectedBy(settings, state.memory.slotAt) : null;
}

/**
 * The status to show at `now`, even if the deadlines up to then have not been evaluated yet. "grace" is only shown, never
 * stored. Of a check whose schedule cannot be read any more, so that nothing can be evaluated: the status that was stored.
 */
export function displayStatus(check: Check, now: Instant): DisplayStatus {
  if (!isReadable(check.settings.schedule)) return check.state.status;
  const { settings, state } = fold(check, { kind: "time", now }).check;
  if (state.status !== "up" || state.expectedAt === null) return state.status;
  return now >= state.expectedAt + settings.jitterSeconds * SECOND_MS ? "grace" : "up";
}
