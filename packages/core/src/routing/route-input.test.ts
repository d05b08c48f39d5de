import { expect, test } from "vitest";
import { RouteInput, RoutePatch } from "./route-input.ts";

const RUNS = { changes: false, failures: false, runs: true, notices: false };
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

test("a route is accepted with hears, the old name of notifyOn", () => {
  const parsed = RouteInput.parse({ ...route, hears: { changes: false, runs: true } });
  expect(parsed.notifyOn).toEqual(RUNS);
  expect(parsed).not.toHaveProperty("hears");
});

test("an edit is accepted with hears, the old name of notifyOn", () => {
  expect(RoutePatch.parse({ hears: { changes: false, runs: true } })).toEqual({ notifyOn: RUNS });
});

test("an edit that says nothing of what a route notifies of leaves that as it is", () => {
  expect(RoutePatch.parse({ name: "Night" })).toEqual({ name: "Night" });
});
