import { expect, test } from "vitest";

import { countedDayOptions, exceptionsOf, exceptionValues, NO_EXCEPTIONS } from "./exception-values.ts";

test("what was stored is shown and sent back as it was", () => {
  const except = {
    dates: ["2026-12-24..2027-01-06"],
    holidays: ["DE-BY"],
    onlyOn: [
      { nth: 2, day: "working day" as const },
      { nth: -7, day: "Friday" as const },
    ],
  };
  expect(exceptionsOf(exceptionValues(except))).toEqual(except);
});

test("no exceptions are sent as none", () => {
  expect(exceptionsOf(NO_EXCEPTIONS)).toBeUndefined();
  expect(exceptionsOf(exceptionValues(undefined))).toBeUndefined();
});

test("days are offered in words, and a rare one that is chosen stays choosable", () => {
  const options = new Map(countedDayOptions(["-7 Friday"]).map(({ value, label }) => [value, label]));
  expect(options.get("2 working day")).toBe("second working day");
  expect(options.get("-1 Friday")).toBe("last Friday");
  expect(options.get("4 Monday")).toBe("4th Monday");
  expect(options.get("-7 Friday")).toBe("7th last Friday");
});
