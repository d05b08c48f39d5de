import { MINUTE_MS, type Instant } from "@overdue/schedules";
import type { Effect } from "../checks/event.ts";

/** How many rows the pings of one check have got in the current minute. */
export type CoalescedPings = {
  /** Minutes since the epoch. */
  minute: number;
  rows: number;
  /** Rows that the next ping like them replaces; absent while there are none. */
  rolling?: readonly Rolling[];
};

/** A row that stands for several equal pings: the newest, and the number of those before it. `like`: what they share. */
type Rolling = { like: string; number: number; id: string; repeats: number };

export type CoalescedPing = {
  coalesced: CoalescedPings;
  /** How many earlier pings the new row also stands for. */
  repeats: number;
  /** The row that the new one replaces; null: none. */
  instead: Rolling | null;
};

type PingEffect = Extract<Effect, { kind: "ping" }>;

const ROWS_PER_MINUTE = 60;

/**
 * Decides whether a ping gets a row of its own, or replaces the row of an equal ping before it. `effects` are those of this
 * ping alone. The first 60 pings of a minute each have a row. After them, a ping that changed nothing (no flip, no slot, no
 * notice, no run but itself) shares one row with equal ones, which shows the newest and counts the others. Every ping has
 * been folded and numbered before this, so only rows are dropped, never a signal.
 */
export function coalescePing(
  before: CoalescedPings | null,
  at: Instant,
  effects: readonly Effect[],
): CoalescedPing {
  const minute = Math.floor(at / MINUTE_MS);
  const now = before === null || minute > before.minute ? { minute, rows: 0 } : before;
  const counted = { ...now, rows: now.rows + 1 };
  const ping = effects.find((effect) => effect.kind === "ping");
  if (ping === undefined) return { coalesced: now, repeats: 0, instead: null };
  if (now.rows < ROWS_PER_MINUTE || !changesNothing(ping, effects))
    return { coalesced: counted, repeats: 0, instead: null };
  return shareRow(now, ping);
}

function shareRow(before: CoalescedPings, { id, number, stored, note }: PingEffect): CoalescedPing {
  const like = note === null ? stored : `${stored} ${note}`;
  const rolling = before.rolling ?? [];
  const instead = rolling.find((row) => row.like === like) ?? null;
  const repeats = instead === null ? 0 : instead.repeats + 1;
  const others = rolling.filter((row) => row !== instead);
  return {
    coalesced: {
      ...before,
      rows: before.rows + (instead === null ? 1 : 0),
      rolling: [...others, { like, number, id, repeats }],
    },
    repeats,
    instead,
  };
}

/** An end without a start is a run that adds nothing to its ping, unless it has an id. */
function changesNothing({ id, note }: PingEffect, effects: readonly Effect[]): boolean {
  if (note === "out-of-order") return false;
  return effects.every((effect) => {
    if (effect.kind === "run")
      return effect.run.id === id && effect.run.startedAt === null && effect.run.rid === null;
    return effect.kind === "ping" && effect.id === id;
  });
}
