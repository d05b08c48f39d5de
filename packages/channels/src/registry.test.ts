import { PROVIDER_INCIDENT_KINDS, PROGRAM_KINDS } from "@overdue/core";
import { expect, test } from "vitest";

import { channelKinds, isKindName, sendingLimits, sharedRateLimit } from "./registry.ts";

const kinds = Object.keys(channelKinds).filter(isKindName);

test("the kinds that routing sends each alert by itself are those that programs read", () => {
  expect(kinds.filter((kind) => channelKinds[kind].forMachines).toSorted()).toEqual(PROGRAM_KINDS.toSorted());
});

test("the kinds that routing sends the end of every incident are those of on-call providers", () => {
  expect(kinds.filter((kind) => channelKinds[kind].group === "on-call").toSorted()).toEqual(
    PROVIDER_INCIDENT_KINDS.toSorted(),
  );
});

test("senders keep a chat's rate together, and each sends webhooks as it can", () => {
  expect(sharedRateLimit("telegram")).toMatchObject({ perSecond: 1, perSecondInAll: 30 });
  expect(sharedRateLimit("webhook")).toBeNull();
});

test("a kind that this version does not know is sent slowly", () => {
  expect(sendingLimits("carrier-pigeon")).toMatchObject({ concurrency: 1, perSecond: 1 });
});
