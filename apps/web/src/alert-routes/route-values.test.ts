import { expect, test } from "vitest";

import { newRouteValues, type RouteDraft, routeDraft, routeErrors, routeValues } from "./route-values.ts";

const night: RouteDraft = {
  name: "Night",
  match: { tags: ["prod"], reasons: ["missed"], severities: ["critical"], checkIds: ["c1"] },
  hears: { changes: true, failures: true, runs: false, notices: false },
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

test("a route goes through its form unchanged", () => {
  expect(routeDraft(routeValues(night, "UTC"))).toEqual(night);
});

test("one without hours and repeats too", () => {
  const plain = { ...night, hours: null, repeatMinutes: null };
  expect(routeDraft(routeValues(plain, "UTC"))).toEqual(plain);
});

test("a new route is for any check, at once, and tells nobody yet", () => {
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
  ["hears", "hears"],
])("what is said of %s stands at %s", (field, place) => {
  expect(routeErrors([{ field, message: "No." }])).toEqual({ fields: { [place]: "No." }, rest: [] });
});

test("what is said of no field stands below", () => {
  expect(routeErrors([{ field: "steps", message: "A route needs at least one step." }])).toEqual({
    fields: {},
    rest: ["A route needs at least one step."],
  });
});
