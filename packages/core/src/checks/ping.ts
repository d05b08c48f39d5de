import type { Instant } from "@overdue/schedules";
import type { HeldPing } from "./memory.ts";
import { judgeUpTo } from "./deadlines.ts";
import { type Draft, judgedNextAt } from "./draft.ts";
import { foldEnd } from "./end.ts";
import type { Effect, Ping } from "./event.ts";
import { foldProgress, foldStart, type Note } from "./start.ts";

const HELD_MAX = 32;

/** A ping is numbered, and decides what its kind decides; before that, everything that was due by then. */
export function foldPing(draft: Draft, ping: Ping): void {
  const { state, settings } = draft;
  state.pingCount += 1;
  const held = { ping, number: state.pingCount };
  if (state.status === "paused" && settings.manualResume) record(draft, held, "paused");
  else if (ping.kind === "ignored") record(draft, held, null);
  else hearInTurn(draft, held);
}

/** Hears the held pings whose deadlines can be judged by now. */
export function hearHeld(draft: Draft): void {
  const { memory } = draft;
  for (let first = memory.held[0]; first !== undefined; first = memory.held[0]) {
    judgeUpTo(draft, first.ping.at);
    if (isUnjudged(draft, first.ping.at)) return;
    memory.held = memory.held.slice(1);
    hear(draft, first);
  }
}

/** A ping after a deadline that cannot be judged yet has to wait: one that was in time may still come. */
function hearInTurn(draft: Draft, next: HeldPing): void {
  const { memory } = draft;
  const { at } = next.ping;
  judgeUpTo(draft, at);
  const mustWait = isUnjudged(draft, at) || memory.held.some(({ ping }) => ping.at <= at);
  if (mustWait && memory.held.length < HELD_MAX) {
    memory.held = [...memory.held, next].toSorted((one, other) => one.ping.at - other.ping.at);
    record(draft, next, null);
  } else {
    record(draft, next, hear(draft, next));
  }
}

function hear(draft: Draft, { ping, number }: HeldPing): Note {
  const { memory } = draft;
  const isLate = ping.at < memory.judgedAt;
  memory.judgedAt = Math.max(memory.judgedAt, ping.at);
  memory.heardAt = Math.max(memory.heardAt ?? ping.at, ping.at);
  draft.pingNumber = number;
  const note = decide(draft, ping);
  // One that was accepted earlier than what was judged already: what followed it must hold again.
  if (isLate) judgeUpTo(draft, memory.judgedAt);
  return note;
}

function decide(draft: Draft, ping: Ping): Note {
  switch (ping.kind) {
    case "start":
      return foldStart(draft, ping);
    case "success":
    case "fail":
      return foldEnd(draft, ping);
    case "log":
    case "ignored":
      foldProgress(draft, ping);
      return null;
  }
}

/** Whether a deadline lies before this instant, and after what is known. */
function isUnjudged({ settings, memory, knownUntil }: Draft, at: Instant): boolean {
  if (knownUntil >= at) return false;
  const deadlineAt = judgedNextAt(settings, memory);
  return deadlineAt !== null && deadlineAt <= at && deadlineAt > knownUntil;
}

type PingNote = Extract<Effect, { kind: "ping" }>["note"];

function record(draft: Draft, { ping, number }: HeldPing, note: PingNote): void {
  const stored = note === "paused" ? "ignored" : ping.kind;
  draft.effects.push({ kind: "ping", id: ping.id, number, stored, note });
}
