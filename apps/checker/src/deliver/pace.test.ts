import { expect, test } from "vitest";

import { paceOf, shareOf } from "./pace.ts";

test("several checkers together send a provider no more than it takes", () => {
  const { perSecond, inAllPerSecond } = shareOf(paceOf("telegram"), 3);
  expect(perSecond * 3).toBeCloseTo(paceOf("telegram").perSecond);
  expect(inAllPerSecond * 3).toBeCloseTo(paceOf("telegram").inAllPerSecond);
});

test("a kind that this version does not know is sent slowly", () => {
  expect(paceOf("carrier-pigeon")).toMatchObject({ atOnce: 1, perSecond: 1 });
});
