import { INCIDENT_KINDS, PROGRAM_KINDS } from "@overdue/core";
import { expect, test } from "vitest";

import { channelKinds, isKindName } from "./registry.ts";

const kinds = Object.keys(channelKinds).filter(isKindName);

test("the kinds that routing sends each alert by itself are those that programs read", () => {
  expect(kinds.filter((kind) => channelKinds[kind].forMachines).toSorted()).toEqual(PROGRAM_KINDS.toSorted());
});

test("the kinds that routing sends the end of every incident are those of on-call providers", () => {
  expect(kinds.filter((kind) => channelKinds[kind].group === "on-call").toSorted()).toEqual(
    INCIDENT_KINDS.toSorted(),
  );
});
