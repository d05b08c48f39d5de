import { expect, test } from "vitest";

import type { RotationDraft } from "./on-call-queries.ts";
import { listWeeks } from "./schedule-picture.tsx";

const weekly: RotationDraft = {
  name: "Primary",
  timezone: "Europe/Berlin",
  every: "week",
  startsOn: "2026-11-23",
  handOverAt: "09:00",
  personIds: ["ada", "bob"],
  overrides: [],
};
const at = (text: string) => Date.parse(text);
const weekTexts = (rotation: RotationDraft, now: string) =>
  listWeeks(rotation, at(now), 2).map(({ turns }) =>
    turns.map(({ personId, from }) => `${personId} ${new Date(from).toISOString().slice(0, 16)}`),
  );

test("the two weeks begin today at midnight in the zone of the rotation, and name who is on call from when", () => {
  expect(weekTexts(weekly, "2026-11-25T12:00:00Z")).toEqual([
    ["ada 2026-11-24T23:00", "bob 2026-11-30T08:00"],
    ["bob 2026-12-01T23:00", "ada 2026-12-07T08:00"],
  ]);
});

test("an override has a turn of its own", () => {
  const overrides = [{ personId: "eve", from: "2026-11-26T08:00:00Z", until: "2026-11-27T08:00:00Z" }];
  expect(weekTexts({ ...weekly, overrides }, "2026-11-25T12:00:00Z")[0]).toEqual([
    "ada 2026-11-24T23:00",
    "eve 2026-11-26T08:00",
    "ada 2026-11-27T08:00",
    "bob 2026-11-30T08:00",
  ]);
});

test("the day on which the clock changes is an hour shorter", () => {
  const [week] = listWeeks(weekly, at("2026-03-29T12:00:00Z"), 1);
  const [sunday = 0, monday = 0] = week?.days ?? [];
  expect(monday - sunday).toBe(23 * 3_600_000);
});

test("a rotation without people has one turn of nobody", () => {
  expect(weekTexts({ ...weekly, personIds: [] }, "2026-11-25T12:00:00Z")[0]).toEqual([
    "null 2026-11-24T23:00",
  ]);
});
