import { expect, test } from "vitest";

import { newRouteValues, type RouteDraft, routeDraft, routeField, routeValues } from "./route-values.ts";

const night: RouteDraft = {
  name: "Night",
  match: { tags: ["prod"], reasons: ["missed"], severities: ["critical"], checkIds: ["c1"] },
  notifyOn: { changes: true, failures: true, runs: false, notices: false },
  steps: [
    { afterMinutes: 0, targets: [{ kind: "channel", channelId: "ops" }], ifUnacknowledged: true },
    { afterMinutes: 15, targets: [{ kind: "on-call", rotationId: "primary" }], ifUnacknowledged: false },
  ],
  repeatMinutes: 90,
  hours: {
    timezone: "Europe/Berlin",
    weekdays: [6, 7],
    from: "20:00",
    to: "06:00",
    outside: { kind: "instead", targets: [{ kind: "person", personId: "ada" }] },
  },
  recovery: false,
};

test("a route passes through its form unchanged", () => {
  expect(routeDraft(routeValues(night, "UTC"))).toEqual(night);
});

test("a route without hours and reminders passes through its form unchanged", () => {
  const plain = { ...night, hours: null, repeatMinutes: null };
  expect(routeDraft(routeValues(plain, "UTC"))).toEqual(plain);
});

test("a new route is for any check, immediately, and notifies nobody yet", () => {
  expect(routeDraft(newRouteValues("UTC"))).toMatchObject({
    match: { tags: [], reasons: [], severities: [], checkIds: [] },
    steps: [{ afterMinutes: 0, targets: [], ifUnacknowledged: true }],
    repeatMinutes: null,
    hours: null,
  });
});

test.each([
  ["name", "name"],
  ["match.tags.0", "tags"],
  ["match.checkIds", "checkIds"],
  ["steps.1.afterMinutes", "steps.1.after"],
  ["steps.0.targets", "steps.0.targets"],
  ["steps.0.targets.2.channelId", "steps.0.targets"],
  ["hours.from", "hours.from"],
  ["hours.outside.targets", "hours.instead"],
  ["repeatMinutes", "repeat"],
  ["notifyOn", "notifyOn"],
])("what is refused about %s is shown at the field %s", (field, place) => {
  expect(routeField(field)).toBe(place);
});

test("what is refused about the steps as a whole belongs to no single field", () => {
  expect(routeField("steps")).toBeNull();
});
