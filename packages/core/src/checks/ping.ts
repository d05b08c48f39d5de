import { judgeUpTo } from "./deadlines.ts";
import type { Draft } from "./draft.ts";
import { foldEnd } from "./end.ts";
import type { Ping } from "./event.ts";
import { foldProgress, foldStart, type Note } from "./start.ts";

/** A ping is numbered, and decides what its kind decides; before that, everything that was due by then. */
export function foldPing(draft: Draft, ping: Ping): void {
  const { state, memory, settings } = draft;
  state.pingCount += 1;
  if (state.status === "paused" && settings.manualResume) {
    draft.effects.push({
      kind: "ping",
      id: ping.id,
      number: state.pingCount,
      stored: "ignored",
      note: "paused",
    });
    return;
  }
  const note = ping.kind === "ignored" ? null : hearPing(draft, ping);
  draft.effects.push({ kind: "ping", id: ping.id, number: state.pingCount, stored: ping.kind, note });
  // One that was accepted earlier than what was judged already: what followed it must hold again.
  if (ping.at < memory.judgedAt) judgeUpTo(draft, memory.judgedAt);
}

function hearPing(draft: Draft, ping: Ping): Note {
  const { memory } = draft;
  judgeUpTo(draft, ping.at);
  memory.judgedAt = Math.max(memory.judgedAt, ping.at);
  memory.heardAt = Math.max(memory.heardAt ?? ping.at, ping.at);
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
