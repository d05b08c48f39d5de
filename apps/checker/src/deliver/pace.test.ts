import { expect, test } from "vitest";

import { paceOf, sharedLimitOf } from "./pace.ts";

test("checkers keep a chat's pace together, and each sends webhooks as it can", () => {
  expect(sharedLimitOf("telegram")).toMatchObject({ perSecond: 1, perSecondInAll: 30 });
  expect(sharedLimitOf("webhook")).toBeNull();
});

test("a kind that this version does not know is sent slowly", () => {
  expect(paceOf("carrier-pigeon")).toMatchObject({ concurrency: 1, perSecond: 1 });
});
