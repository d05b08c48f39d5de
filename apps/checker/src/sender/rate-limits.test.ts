import { expect, test } from "vitest";

import { limitsOf, sharedLimitOf } from "./rate-limits.ts";

test("senders keep a chat's rate together, and each sends webhooks as it can", () => {
  expect(sharedLimitOf("telegram")).toMatchObject({ perSecond: 1, perSecondInAll: 30 });
  expect(sharedLimitOf("webhook")).toBeNull();
});

test("a kind that this version does not know is sent slowly", () => {
  expect(limitsOf("carrier-pigeon")).toMatchObject({ concurrency: 1, perSecond: 1 });
});
