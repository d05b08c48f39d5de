import { expect, test } from "vitest";

import type { RouteDraft } from "./route-values.ts";
import { type Names, routeText } from "./route-text.ts";

const names: Names = {
  checks: new Map([["c1", "nightly backup"]]),
  channels: new Map([
    ["ops", "Ops chat"],
    ["sms", "SMS"],
  ]),
  people: new Map([["ada", "Ada"]]),
  rotations: new Map([["primary", "Primary"]]),
};
const ops = { kind: "channel", channelId: "ops" } as const;
const plain: RouteDraft = {
  name: "Ops",
  match: { tags: [], reasons: [], severities: [], checkIds: [] },
  notifyOn: { changes: true, failures: false, runs: false, notices: false },
  steps: [{ afterMinutes: 0, targets: [ops], ifUnacknowledged: true }],
  repeatMinutes: null,
  hours: null,
  recovery: true,
};

test("the simplest route reads as two sentences", () => {
  expect(routeText(plain, names)).toEqual([
    "When any check goes down, notify Ops chat immediately.",
    "Everyone who was notified is also notified when it is up again.",
  ]);
});

test("an escalation with hours and reminders has a line for each step", () => {
  const route: RouteDraft = {
    ...plain,
    match: { tags: ["prod", "db"], reasons: ["missed", "failed"], severities: ["critical"], checkIds: [] },
    steps: [
      { afterMinutes: 0, targets: [ops], ifUnacknowledged: true },
      { afterMinutes: 15, targets: [{ kind: "on-call", rotationId: "primary" }], ifUnacknowledged: true },
      { afterMinutes: 60, targets: [{ kind: "person", personId: "ada" }, ops], ifUnacknowledged: false },
    ],
    repeatMinutes: 30,
    hours: {
      timezone: "Europe/Berlin",
      weekdays: [1, 2, 3, 4, 5],
      from: "08:00",
      to: "18:00",
      outside: { kind: "instead", targets: [{ kind: "channel", channelId: "sms" }] },
    },
    recovery: false,
  };
  expect(routeText(route, names)).toEqual([
    "When a critical check tagged prod or db goes down (missed or failed):",
    "Immediately: Ops chat.",
    "After 15 minutes, if nobody has acknowledged it by then: the person on call in Primary.",
    "After 1 hour: Ada and Ops chat.",
    "Repeated every 30 minutes until somebody acknowledges it or it recovers.",
    "Only Monday to Friday, 08:00 to 18:00 (Europe/Berlin); outside these hours SMS instead.",
    "Nobody is notified when it is up again.",
  ]);
});

test("status changes and failures read as two sentences, and recovery belongs to the first", () => {
  const notifyOn = { changes: true, failures: true, runs: false, notices: false };
  expect(routeText({ ...plain, notifyOn }, names)).toEqual([
    "When any check goes down, notify Ops chat immediately.",
    "When any check fails, notify Ops chat immediately.",
    "Everyone who was notified is also notified when it is up again.",
  ]);
});

test.each<[string, Partial<RouteDraft>, string]>([
  [
    "each run of one check",
    {
      match: { ...plain.match, checkIds: ["c1"] },
      notifyOn: { changes: false, failures: false, runs: true, notices: false },
    },
    "When nightly backup ends a run, good or bad, notify Ops chat immediately.",
  ],
  [
    "failures and notices of a deleted check",
    {
      match: { ...plain.match, checkIds: ["gone"], severities: ["info"] },
      notifyOn: { changes: false, failures: true, runs: false, notices: true },
    },
    "When a deleted check, if it is info fails or has a notice, such as a run far from the baseline, notify Ops chat immediately.",
  ],
  [
    "runs, which go to the first step only",
    {
      notifyOn: { changes: false, failures: false, runs: true, notices: false },
      steps: [
        { afterMinutes: 0, targets: [ops], ifUnacknowledged: true },
        { afterMinutes: 5, targets: [{ kind: "channel", channelId: "sms" }], ifUnacknowledged: true },
      ],
      repeatMinutes: 30,
    },
    "When any check ends a run, good or bad, notify Ops chat immediately.",
  ],
  [
    "two steps in a sentence",
    {
      steps: [
        { afterMinutes: 0, targets: [ops], ifUnacknowledged: true },
        { afterMinutes: 60, targets: [{ kind: "person", personId: "ada" }], ifUnacknowledged: true },
      ],
    },
    "When any check goes down, notify Ops chat immediately; then after 1 hour, if nobody has acknowledged it by then, notify Ada.",
  ],
  [
    "a first step that waits",
    { steps: [{ afterMinutes: 5, targets: [], ifUnacknowledged: true }] },
    "When any check goes down, after 5 minutes, if nobody has acknowledged it by then, notify nobody.",
  ],
])("the sentence about %s", (_, change, sentence) => {
  expect(routeText({ ...plain, ...change }, names)[0]).toBe(sentence);
});
