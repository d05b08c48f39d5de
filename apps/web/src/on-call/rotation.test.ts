import { expect, test } from "vitest";

import { type RotationDraft, rotationText } from "./on-call-queries.ts";

const people = new Map([
  ["a", "Ada"],
  ["b", "Bob"],
]);
const weekly: RotationDraft = {
  name: "Primary",
  timezone: "Europe/Berlin",
  every: "week",
  startsOn: "2026-11-23",
  handOverAt: "09:00",
  personIds: ["a", "b"],
  overrides: [],
};

test.each<[Partial<RotationDraft>, string]>([
  [{}, "Ada, then Bob, a week each; they hand over on Mondays at 09:00 (Europe/Berlin)."],
  [
    { startsOn: "2026-11-22" },
    "Ada, then Bob, a week each; they hand over on Sundays at 09:00 (Europe/Berlin).",
  ],
  [{ every: "day" }, "Ada, then Bob, a day each; they hand over every day at 09:00 (Europe/Berlin)."],
  [{ personIds: ["b"] }, "Always Bob."],
  [{ personIds: [] }, "Nobody takes turns yet."],
  [{ personIds: ["x"] }, "Always a removed person."],
])("a rotation with %j reads: %s", (change, text) => {
  expect(rotationText({ ...weekly, ...change }, people)).toBe(text);
});
