import { expect, test } from "vitest";

import type { RouteDraft } from "./route.ts";
import { newRouteValues, routeDraft, routeValues } from "./route-values.ts";

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
