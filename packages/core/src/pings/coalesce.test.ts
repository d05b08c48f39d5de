import { expect, test } from "vitest";

import { defaultSettings } from "../checks/settings.ts";
import { newCheck } from "../checks/new-check.ts";
import { fold } from "../checks/fold.ts";
import type { PingKind } from "../checks/event.ts";
import { type CoalescedPings, coalescePing } from "./coalesce.ts";

const T = Date.parse("2026-03-02T12:00:00Z");
type Given = { kind: PingKind; atMs?: number; rid?: string | null };
type Row = { number: number; kind: PingKind; repeats: number };

/** What is stored of these pings, a row each: folded one after the other, 100 ms apart. */
function storedOf(pings: readonly Given[]): { rows: Row[]; flips: string[]; pingCount: number } {
  const settings = { ...defaultSettings, schedule: { kind: "interval", everySeconds: 3_600 } as const };
  let check = newCheck("check", T, settings);
  let coalesced: CoalescedPings | null = null;
  let rows: Row[] = [];
  const flips: string[] = [];
  for (const [i, { kind, atMs = i * 100, rid = null }] of pings.entries()) {
    const ping = { id: `ping-${i}`, kind, at: T + atMs, rid, exitStatus: null, host: null, digest: null };
    const { check: next, effects } = fold(check, { kind: "ping", ping });
    const stored = coalescePing(coalesced, ping.at, effects);
    rows = rows.filter((row) => row.number !== stored.instead?.number);
    rows.push({ number: next.state.pingCount, kind, repeats: stored.repeats });
    flips.push(...effects.flatMap((effect) => (effect.kind === "flip" ? [effect.flip.to] : [])));
    check = next;
    coalesced = stored.coalesced;
  }
  return { rows, flips, pingCount: check.state.pingCount };
}

const times = (count: number, kind: PingKind): Given[] => Array.from({ length: count }, () => ({ kind }));

test.each<[string, Given[], { rows: number; flips: string[] }]>([
  ["sixty are sixty rows", times(60, "success"), { rows: 60, flips: ["up"] }],
  ["six hundred are sixty rows and one", times(600, "success"), { rows: 61, flips: ["up"] }],
  [
    "a fail among them has its row and counts at once, and so has the success after it",
    [...times(100, "success"), { kind: "fail" }, ...times(100, "success")],
    { rows: 63, flips: ["up", "down", "up"] },
  ],
  [
    "each kind has its own shared row",
    [...times(60, "success"), ...times(50, "log"), ...times(50, "success"), ...times(50, "log")],
    { rows: 62, flips: ["up"] },
  ],
  [
    "runs are all kept: a start and its end change something",
    [
      ...times(60, "success"),
      ...Array.from({ length: 40 }, () => [...times(1, "start"), ...times(1, "success")]).flat(),
    ],
    { rows: 140, flips: ["up"] },
  ],
  [
    "ends that carry a run id are runs of their own",
    [
      ...times(60, "success"),
      ...Array.from({ length: 40 }, (_, i): Given => ({ kind: "success", rid: `run-${i}` })),
    ],
    { rows: 100, flips: ["up"] },
  ],
  [
    "the next minute begins anew",
    [...times(300, "success"), ...times(30, "success").map((ping, i) => ({ ...ping, atMs: 60_000 + i }))],
    { rows: 91, flips: ["up"] },
  ],
  [
    "a ping from the minute before counts to this one",
    [
      ...times(60, "log").map((ping, i) => ({ ...ping, atMs: 60_000 + i })),
      { kind: "log", atMs: 59_000 },
      { kind: "log", atMs: 59_001 },
    ],
    { rows: 61, flips: [] },
  ],
])("%s", (_, pings, expected) => {
  const { rows, flips, pingCount } = storedOf(pings);
  expect({ rows: rows.length, flips }).toEqual(expected);
  expect(pingCount).toBe(pings.length);
  expect(rows.reduce((sum, row) => sum + 1 + row.repeats, 0)).toBe(pings.length);
  expect(rows.at(-1)?.number).toBe(pings.length);
});
