import { onCallAt } from "@overdue/core";

import { parseWallClock, wallClockText } from "../time/zones.ts";
import type { RotationDraft } from "./rotation.ts";

/** Who is on call for how long: epoch milliseconds; null for nobody. */
export type Turn = { personId: string | null; from: number; until: number };

/** A week of the picture: its days begin at `days[0]` … `days[6]` and end at `until`. */
export type Week = { days: number[]; until: number; turns: Turn[] };

const DAY_MS = 86_400_000;
const TURNS_MAX = 500;

/** Who is on call in the next `count` weeks, from the beginning of today by the rotation's own clock. */
export function weeksFrom(rotation: RotationDraft, now: number, count: number): Week[] {
  const days = daysFrom(rotation.timezone, now, count * 7 + 1);
  const turns = turnsBetween(rotation, days[0] ?? now, days.at(-1) ?? now);
  return Array.from({ length: count }, (_, week) => {
    const first = days[week * 7] ?? now;
    const until = days[week * 7 + 7] ?? now;
    return { days: days.slice(week * 7, week * 7 + 7), until, turns: cut(turns, first, until) };
  });
}

/** The instants at which days begin in a zone, from today's on. */
function daysFrom(timezone: string, now: number, count: number): number[] {
  const today = Date.parse(`${wallClockText(now, timezone).slice(0, 10)}T00:00Z`);
  return Array.from({ length: count }, (_, day) => {
    const wall = new Date(today + day * DAY_MS).toISOString().slice(0, 16);
    return parseWallClock(wall, timezone) ?? today + day * DAY_MS;
  });
}

function turnsBetween(draft: RotationDraft, from: number, until: number): Turn[] {
  const overrides = draft.overrides.map((one) => ({
    personId: one.personId,
    from: Date.parse(one.from),
    until: Date.parse(one.until),
  }));
  const rotation = { ...draft, id: "", overrides };
  const turns: Turn[] = [];
  for (let at = from; at < until && turns.length < TURNS_MAX;) {
    const found = onCallAt(rotation, at) ?? { personId: null, until };
    turns.push({ personId: found.personId, from: at, until: Math.min(found.until, until) });
    at = found.until;
  }
  return turns;
}

function cut(turns: readonly Turn[], from: number, until: number): Turn[] {
  return turns
    .filter((turn) => turn.from < until && turn.until > from)
    .map((turn) => ({ ...turn, from: Math.max(turn.from, from), until: Math.min(turn.until, until) }));
}
