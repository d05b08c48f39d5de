import { describe, expect, test } from "vitest";

import { lastNight, localInstant } from "./asked-span.ts";

const at = (text: string) => Date.parse(text);

describe("last night is from 18:00 to 8:00 before the day of the question", () => {
  test.each([
    ["in the morning", "2026-12-01T09:00:00Z", "UTC", "2026-11-30T18:00:00Z", "2026-12-01T08:00:00Z"],
    ["in the evening", "2026-12-01T22:00:00Z", "UTC", "2026-11-30T18:00:00Z", "2026-12-01T08:00:00Z"],
    ["while it lasts", "2026-12-01T03:00:00Z", "UTC", "2026-11-30T18:00:00Z", "2026-12-01T03:00:00Z"],
    [
      "on the zone's clock",
      "2026-12-01T03:00:00Z",
      "Asia/Tokyo",
      "2026-11-30T09:00:00Z",
      "2026-11-30T23:00:00Z",
    ],
    [
      "an hour longer when the clock is set back",
      "2026-10-25T12:00:00Z",
      "Europe/Berlin",
      "2026-10-24T16:00:00Z",
      "2026-10-25T07:00:00Z",
    ],
  ])("%s", (_, now, zone, from, until) => {
    expect(lastNight(at(now), zone)).toEqual({ from: at(from), until: at(until) });
  });
});

describe("a written time is read by the clock of its zone", () => {
  test.each([
    ["2026-11-30 22:00", "from", "Europe/Berlin", "2026-11-30T21:00:00Z"],
    ["2026-11-30T22:00:30", "from", "UTC", "2026-11-30T22:00:30Z"],
    ["2026-11-30", "from", "Europe/Berlin", "2026-11-29T23:00:00Z"],
    ["2026-11-30", "until", "Europe/Berlin", "2026-11-30T23:00:00Z"],
    // The hour from 2:00 comes twice.
    ["2026-10-25 02:30", "from", "Europe/Berlin", "2026-10-25T00:30:00Z"],
    ["2026-10-25 02:30", "until", "Europe/Berlin", "2026-10-25T01:30:00Z"],
  ] as const)("%s as %s in %s", (text, edge, zone, expected) => {
    expect(localInstant(text, edge, zone)).toBe(at(expected));
  });

  test.each(["yesterday", "2026-13-01", "2026-11-30 25:00", "30.11.2026", ""])("%j is none", (text) => {
    expect(localInstant(text, "from", "UTC")).toBeNull();
  });
});
