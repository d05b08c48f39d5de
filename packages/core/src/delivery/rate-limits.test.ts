import { expect, test } from "vitest";

import { planTurns, type Turn } from "./rate-limits.ts";

const CHAT = { perSecond: 1, perSecondInAll: 25 };
const turn = (id: string, channelId: string): Turn => ({ id, channelId, channelKind: "chat", limit: CHAT });

test.each<[string, Turn[], Record<string, number>, Record<string, number>]>([
  [
    "the first turn of a channel is taken, the next one waits",
    [turn("1", "a"), turn("2", "a")],
    {},
    { 2: 1_000 },
  ],
  [
    "a turn of another channel waits for the limit of their kind",
    [turn("1", "a"), turn("2", "b")],
    {},
    { 2: 40 },
  ],
  [
    "those that wait get one turn after the other",
    [turn("1", "a"), turn("2", "b"), turn("3", "c"), turn("4", "a")],
    {},
    { 2: 40, 3: 80, 4: 1_000 },
  ],
  [
    "a turn waits for those that another process has taken",
    [turn("1", "a")],
    { a: 700, chat: 10 },
    { 1: 700 },
  ],
  ["a turn that comes a moment early is taken", [turn("1", "a")], { a: 2 }, {}],
  [
    "a receiver without a limit never waits",
    [
      { ...turn("1", "h"), limit: null },
      { ...turn("2", "h"), limit: null },
    ],
    {},
    {},
  ],
])("%s", (_, turns, before, later) => {
  expect(Object.fromEntries(planTurns(turns, new Map(Object.entries(before))).later)).toEqual(later);
});

test("only those that go move the waits on", () => {
  const { waits } = planTurns([turn("1", "a"), turn("2", "b")], new Map());
  expect(Object.fromEntries(waits)).toEqual({ a: 1_000, chat: 40 });
});
