import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY_MS, HOUR_MS } from "../time.ts";
import { timeZoneOf } from "../timezones/timezones.ts";
import { nextOfPlain, searchOnCalendar } from "./next.ts";
import { parseOnCalendar } from "./parse.ts";

const ZONES = ["Europe/Riga", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC"];
const START = Date.parse("2025-01-01T00:00Z");
const END = Date.parse("2032-01-01T00:00Z");

function field(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  const range = fc
    .tuple(value, value)
    .map(([one, other]) => `${Math.min(one, other)}..${Math.max(one, other)}`);
  const step = fc.tuple(value, fc.integer({ min: 1, max: 20 })).map(([start, by]) => `${start}/${by}`);
  const list = fc.array(fc.oneof(value.map(String), range), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    fc.constant("*"),
    list.map((entries) => entries.join(",")),
    step,
  );
}

const lines = fc
  .record({
    weekdays: fc.constantFrom("", "Mon..Fri ", "Sun ", "Tue,Sat "),
    month: field(1, 12),
    day: field(1, 31),
    hour: field(0, 23),
    minute: field(0, 59),
  })
  .map(({ weekdays, month, day, hour, minute }) => `${weekdays}*-${month}-${day} ${hour}:${minute}`);

test("what is looked up is what systemd's search finds", () => {
  let lookedUp = 0;
  const property = fc.property(
    lines,
    fc.constantFrom(...ZONES),
    fc.integer({ min: START, max: END }),
    (text, timezone, after) => {
      const line = readable(text);
      if (line === null) return;
      const zone = timeZoneOf(timezone);
      const found = nextOfPlain(line, zone, after);
      if (found === null) return;
      lookedUp += 1;
      expect(found).toBe(searchOnCalendar(line, zone, after));
    },
  );
  fc.assert(property, { numRuns: 10_000 });
  expect(lookedUp).toBeGreaterThan(500);
});

test.each(["0/7:*", "0/9:*", "*:0/7", "0/5:30"])(
  "%s, whose step does not fit its unit, is searched at the year's end too",
  (text) => {
    const line = parseOnCalendar(text);
    const after = Date.parse("2031-12-31T22:59Z");
    const zone = timeZoneOf("UTC");
    expect(nextOfPlain(line, zone, after) ?? searchOnCalendar(line, zone, after)).toBe(
      searchOnCalendar(line, zone, after),
    );
  },
);

test("near a clock change, and for lines with seconds, years or open steps of days, nothing is looked up", () => {
  const zone = timeZoneOf("Europe/Riga");
  const change = Date.parse("2026-03-29T01:00Z");
  expect(nextOfPlain(parseOnCalendar("hourly"), zone, change - 20 * HOUR_MS)).toBeNull();
  for (const text of ["*:*:*", "2026-*-* 03:00", "*-*-3/5 03:00", "*-3/5-* 03:00", "*-*~1 03:00"])
    expect([text, nextOfPlain(parseOnCalendar(text), zone, change + 30 * DAY_MS)]).toEqual([text, null]);
});

/** Some made-up steps leave their field, which is refused. */
function readable(text: string): ReturnType<typeof parseOnCalendar> | null {
  try {
    return parseOnCalendar(text);
  } catch {
    return null;
  }
}
