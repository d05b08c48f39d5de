import { expect, test } from "vitest";
import { RouteInput, RoutePatch } from "./route-input.ts";

const CHANGES = { changes: true, failures: false, runs: false, notices: false };
const route = {
  name: "Office",
  steps: [
    { afterMinutes: 0, targets: [{ kind: "channel", channelId: "0199a1b2-0000-7000-8000-000000000001" }] },
  ],
};

test("a route notifies of changes where nothing else is sent", () => {
  expect(RouteInput.parse(route).notifyOn).toEqual(CHANGES);
});

test("an edit that says nothing of what a route notifies of leaves that as it is", () => {
  expect(RoutePatch.parse({ name: "Night" })).toEqual({ name: "Night" });
});
