import { expect, test } from "vitest";

import { countedDayOptions, exceptionsInput, exceptionValues, NO_EXCEPTIONS } from "./exception-values.ts";

test("stored exceptions pass through the form unchanged", () => {
  const except = {
    dates: ["2026-12-24..2027-01-06"],
    holidays: ["DE-BY"],
    onlyOn: [
      { nth: 2, day: "working day" as const },
      { nth: -7, day: "Friday" as const },
    ],
  };
  expect(exceptionsInput(exceptionValues(except))).toEqual(except);
});

test("a form without exceptions sends none", () => {
  expect(exceptionsInput(NO_EXCEPTIONS)).toBeUndefined();
  expect(exceptionsInput(exceptionValues(undefined))).toBeUndefined();
});

test("counted days are offered in words, including a rare one that is already chosen", () => {
  const options = new Map(countedDayOptions(["-7 Friday"]).map(({ value, label }) => [value, label]));
  expect(options.get("2 working day")).toBe("second working day");
  expect(options.get("-1 Friday")).toBe("last Friday");
  expect(options.get("4 Monday")).toBe("4th Monday");
  expect(options.get("-7 Friday")).toBe("7th last Friday");
});
