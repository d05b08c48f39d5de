import type { Instant } from "@overdue/schedules";
import type { Check } from "./check.ts";
import { foldClockSetBack } from "./clock-set-back.ts";
import { judgeUpTo } from "./deadlines.ts";
import { type Draft, nextAt, nextDeadline, openDraft, seal } from "./draft.ts";
import { foldEdit } from "./edit.ts";
import type { Effect, Event, Transition } from "./event.ts";
import { foldMaintenance } from "./maintenance.ts";
import { foldOutage } from "./outages.ts";
import { foldPause, foldResume } from "./pause.ts";
import { foldPing, hearHeld } from "./ping.ts";
import { forgetUsual } from "./usual.ts";

const NOTHING: readonly Effect[] = [];

/**
 * The state machine of a check: what is known about it, one event, and what follows from that. Pure; the given
 * check is not changed, and is the one answered when nothing changed. The rules: README.md beside this file.
 */
export function fold(check: Check, event: Event): Transition<Check> {
  if (event.kind === "time" && !hasPassed(check, event.now))
    return { check, effects: NOTHING, nextAt: nextAt(check) };
  const draft = openDraft(check, knownUntil(event));
  apply(draft, event);
  hearHeld(draft);
  if (event.kind === "time") judgeUpTo(draft, event.now);
  return seal(check, draft);
}

function apply(draft: Draft, event: Event): void {
  switch (event.kind) {
    case "ping":
      return foldPing(draft, event.ping);
    case "time":
      return;
    case "pause":
      return foldPause(draft, event.at);
    case "resume":
      return foldResume(draft, event.at);
    case "edit":
      return foldEdit(draft, event);
    case "outage":
      return foldOutage(draft, event);
    case "maintenance":
      return foldMaintenance(draft, event);
    case "clock-set-back":
      return foldClockSetBack(draft, event.at);
    case "normal":
      forgetUsual(draft);
  }
}

/** An outage, or what a person thinks normal, says nothing of what was received. */
function knownUntil(event: Event): Instant {
  switch (event.kind) {
    case "time":
      return event.now;
    case "outage":
    case "clock-set-back":
    case "normal":
      return -Infinity;
    case "ping":
    case "pause":
    case "resume":
    case "edit":
    case "maintenance":
      return event.knownUntil ?? Infinity;
  }
}

function hasPassed(check: Check, now: Instant): boolean {
  const deadlineAt = nextDeadline(check);
  return deadlineAt !== null && deadlineAt <= now;
}
