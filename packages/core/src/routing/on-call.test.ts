import { describe, expect, test } from "vitest";
import { onCallAt, type Rotation } from "./on-call.ts";

// Berlin: the clock goes from 02:00 to 03:00 on 2026-03-29, and from 03:00 back to 02:00 on 2026-10-25.
const weekly: Rotation = {
  id: "ops",
  name: "ops",
  timezone: "Europe/Berlin",
  every: "week",
  startsOn: "2026-03-02",
  handOverAt: "09:00",
  personIds: ["anna", "bob", "carol"],
  overrides: [],
};
const daily: Rotation = { ...weekly, every: "day", handOverAt: "02:30" };

describe("turns", () => {
  test.each([
    ["the first turn begins", weekly, "2026-03-02T08:00Z", "anna until 2026-03-09T08:00Z"],
    [
      "just before it the order is continued backwards",
      weekly,
      "2026-03-02T07:59Z",
      "carol until 2026-03-02T08:00Z",
    ],
    ["the second week", weekly, "2026-03-12T00:00Z", "bob until 2026-03-16T08:00Z"],
    [
      "a week in which the clock goes forward ends an hour sooner",
      weekly,
      "2026-03-23T08:00Z",
      "anna until 2026-03-30T07:00Z",
    ],
    [
      "a week in which it goes back ends an hour later",
      weekly,
      "2026-10-19T07:00Z",
      "anna until 2026-10-26T08:00Z",
    ],
    ["a day in winter", daily, "2026-03-28T01:30Z", "carol until 2026-03-29T01:00Z"],
    [
      "a hand-over that the clock skips comes with the change",
      daily,
      "2026-03-29T01:00Z",
      "anna until 2026-03-30T00:30Z",
    ],
    [
      "one that it shows twice comes the first time",
      daily,
      "2026-10-25T00:30Z",
      "anna until 2026-10-26T01:30Z",
    ],
    ["not the second time", daily, "2026-10-25T01:30Z", "anna until 2026-10-26T01:30Z"],
    ["years later", weekly, "2036-03-03T08:00Z", "anna until 2036-03-10T08:00Z"],
    [
      "alone, always oneself",
      { ...weekly, personIds: ["anna"] },
      "2026-05-05T00:00Z",
      "anna until 2026-05-11T07:00Z",
    ],
    ["nobody", { ...weekly, personIds: [] }, "2026-05-05T00:00Z", "nobody"],
  ])("%s", (_, rotation, at, answer) => {
    expect(onCallText(rotation, at)).toBe(answer);
  });
});

describe("overrides", () => {
  const overrides = [
    { personId: "dave", from: at("2026-03-10T12:00Z"), until: at("2026-03-11T12:00Z") },
    { personId: "erin", from: at("2026-03-11T06:00Z"), until: at("2026-03-11T08:00Z") },
  ];
  const covered = { ...weekly, overrides };
  test.each([
    ["before one, until it begins", "2026-03-10T00:00Z", "bob until 2026-03-10T12:00Z"],
    ["at its begin, until a later named one begins", "2026-03-10T12:00Z", "dave until 2026-03-11T06:00Z"],
    ["of two the later named", "2026-03-11T07:00Z", "erin until 2026-03-11T08:00Z"],
    ["then the other goes on", "2026-03-11T08:00Z", "dave until 2026-03-11T12:00Z"],
    ["at its end the turn goes on", "2026-03-11T12:00Z", "bob until 2026-03-16T08:00Z"],
  ])("%s", (_, instant, answer) => {
    expect(onCallText(covered, instant)).toBe(answer);
  });
});

test("every hand-over of ten years is at nine o'clock, and hands over to the next in turn", () => {
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/Berlin",
    hour: "2-digit",
    minute: "2-digit",
  });
  const order = ["anna", "bob", "carol"];
  let instant = at("2026-03-02T08:00Z");
  for (let turn = 0; turn < 520; turn += 1) {
    const onCall = onCallAt(weekly, instant);
    expect(onCall?.personId).toBe(order[turn % 3]);
    expect(clock.format(onCall?.until)).toBe("09:00");
    instant = onCall?.until ?? 0;
  }
});

function onCallText(rotation: Rotation, instant: string): string {
  const onCall = onCallAt(rotation, at(instant));
  if (onCall === null) return "nobody";
  return `${onCall.personId} until ${iso(onCall.until)}`;
}

function at(text: string): number {
  return Date.parse(text);
}

function iso(instant: number): string {
  return new Date(instant).toISOString().replace(":00.000Z", "Z");
}
