/** Rules 6a, 9 and 10a: pings in their order. */

import type { Instant } from "@overdue/schedules";
import type { DeferredPing } from "../memory.ts";
import { evaluateUpTo } from "../deadlines/evaluate-deadlines.ts";
import { nextEvaluationAt } from "../deadlines/next-deadline.ts";
import type { Draft } from "../draft.ts";
import { applyEnd } from "./end.ts";
import type { Effect, Ping } from "../event.ts";
import { applyProgress, applyStart, type Note } from "./start.ts";

const DEFERRED_MAX = 32;
const KEPT_FOR_UNDO_MAX = 64;

/** Numbers a ping, evaluates the deadlines up to it, and applies it. */
export function receivePing(draft: Draft, ping: Ping): void {
  const { state, settings } = draft;
  state.pingCount += 1;
  const numbered = { ping, number: state.pingCount };
  if (state.status === "paused") keepForUndo(draft, numbered);
  if (state.status === "paused" && settings.manualResume) recordPing(draft, numbered, "paused");
  else if (ping.kind === "ignored") recordPing(draft, numbered, null);
  else applyInTurn(draft, numbered);
}

/** The pings of a paused check are applied if the pause is undone. After too many of them it cannot be undone any more. */
function keepForUndo({ memory }: Draft, numbered: DeferredPing): void {
  const before = memory.beforePause;
  if (before === undefined || numbered.ping.kind === "ignored") return;
  if (before.pings.length < KEPT_FOR_UNDO_MAX)
    memory.beforePause = { ...before, pings: [...before.pings, numbered] };
  else delete memory.beforePause;
}

/** Applies the deferred pings up to `until`, as far as all deadlines before them can be evaluated by now. */
export function applyDeferred(draft: Draft, until: Instant = Infinity): void {
  const { memory } = draft;
  for (let first = memory.deferred[0]; first !== undefined; first = memory.deferred[0]) {
    if (first.ping.at > until) return;
    evaluateUpTo(draft, first.ping.at);
    if (hasOpenDeadline(draft, first.ping.at)) return;
    memory.deferred = memory.deferred.slice(1);
    applyPing(draft, first);
  }
}

/** Defers a ping that follows a deadline which cannot be evaluated yet: a ping in time for it may still come. */
function applyInTurn(draft: Draft, next: DeferredPing): void {
  const { memory } = draft;
  const { at } = next.ping;
  evaluateUpTo(draft, at);
  const mustWait = hasOpenDeadline(draft, at) || memory.deferred.some(({ ping }) => ping.at <= at);
  if (mustWait && memory.deferred.length < DEFERRED_MAX) {
    memory.deferred = [...memory.deferred, next].toSorted((one, other) => one.ping.at - other.ping.at);
    recordPing(draft, next, null);
  } else {
    recordPing(draft, next, applyPing(draft, next));
  }
}

function applyPing(draft: Draft, { ping, number }: DeferredPing): Note {
  const { memory } = draft;
  const isLate = ping.at < memory.evaluatedAt;
  memory.evaluatedAt = Math.max(memory.evaluatedAt, ping.at);
  memory.receivedAt = Math.max(memory.receivedAt ?? ping.at, ping.at);
  draft.pingNumber = number;
  const note = applyKind(draft, ping);
  // It was accepted before deadlines that are evaluated already, and may have brought new ones that have passed.
  if (isLate) evaluateUpTo(draft, memory.evaluatedAt);
  return note;
}

function applyKind(draft: Draft, ping: Ping): Note {
  switch (ping.kind) {
    case "start":
      return applyStart(draft, ping);
    case "success":
    case "fail":
      return applyEnd(draft, ping);
    case "log":
    case "ignored":
      applyProgress(draft, ping);
      return null;
  }
}

/** Whether a deadline lies before this instant but after the watermark. */
function hasOpenDeadline({ settings, memory, knownUntil }: Draft, at: Instant): boolean {
  if (knownUntil >= at) return false;
  const deadlineAt = nextEvaluationAt(settings, memory);
  return deadlineAt !== null && deadlineAt <= at && deadlineAt > knownUntil;
}

type PingNote = Extract<Effect, { kind: "ping" }>["note"];

function recordPing(draft: Draft, { ping, number }: DeferredPing, note: PingNote): void {
  const stored = note === "paused" ? "ignored" : ping.kind;
  draft.effects.push({ kind: "ping", id: ping.id, number, stored, note });
}
