import { groupByStorm } from "./incident-list.tsx";
import { expect, test } from "vitest";

import {
  acknowledgementText,
  openText,
  snoozeText,
  sortByNeed,
  stormTitle,
  timelineText,
} from "./incident-text.ts";
import type { TimelineItem } from "./incident-queries.ts";

const NOW = Date.parse("2026-11-20T21:00:00Z");
const nothing = { acknowledgedAt: null, acknowledgedBy: null, snoozedUntil: null };
const ada = { ...nothing, acknowledgedAt: "2026-11-20T20:00:00Z", acknowledgedBy: "Ada" };

test.each([
  [nothing, "Nobody has acknowledged it yet."],
  [ada, "Acknowledged by Ada."],
  [{ ...nothing, snoozedUntil: "recovery" }, "Snoozed until it recovers."],
  [{ ...ada, snoozedUntil: "recovery" }, "Acknowledged by Ada. Snoozed until it recovers."],
  [{ ...nothing, snoozedUntil: "2026-11-20T20:30:00Z" }, "Nobody has acknowledged it yet."],
])("the incident %j reads: %s", (incident, text) => {
  expect(acknowledgementText(incident, NOW)).toBe(text);
});

test("a snooze names its end together with the zone", () => {
  expect(snoozeText("2026-11-21T08:00:00Z")).toMatch(/^until Sat 21 Nov, \d\d:\d\d \S+$/);
});

const at = "2026-11-20T21:00:00Z";
const flip = { kind: "flip", id: "f", at, from: "up", detectedAt: at } as const;
const delivery = {
  kind: "delivery",
  id: "d",
  at,
  channelId: "c",
  channelName: "Ops chat",
  channelKind: "slack",
  finishedAt: at,
} as const;

test.each<[TimelineItem, string]>([
  [{ ...flip, to: "down", reason: "failed" }, "Down: the job failed"],
  [{ ...flip, to: "up", reason: null }, "Up again"],
  [
    { ...delivery, deliveryKind: "down", state: "sent", attempts: 1, lastError: null },
    "Down alert to Ops chat: accepted",
  ],
  [
    { ...delivery, deliveryKind: "up", state: "failed", attempts: 3, lastError: "404 no such hook" },
    "Recovery to Ops chat: given up after 3 attempts (404 no such hook)",
  ],
  [{ kind: "acknowledged", id: "e", at, by: "Ada", text: "" }, "Ada acknowledged it"],
  [{ kind: "snoozed", id: "e", at, by: "Ada", text: "infinity" }, "Ada snoozed it until it recovers"],
  [
    { kind: "maintenance", id: "w", at, until: at, by: "Ada", text: "deploy" },
    "Maintenance window “deploy”, created by Ada",
  ],
  [{ kind: "note", id: "e", at, by: "Ada", text: "disk was full" }, "Ada: disk was full"],
])("the timeline entry %j reads: %s", (item, text) => {
  expect(timelineText(item)).toBe(text);
});

const ID = "0199a1b2-0000-7000-8000-000000000000";

test.each([
  [12, { kind: "host", value: "db1", name: null }, "12 incidents on host db1"],
  [2, { kind: "address", value: "203.0.113.7", name: null }, "2 incidents from 203.0.113.7"],
  [2, { kind: "tag", value: "prod", name: null }, "2 incidents with the tag prod"],
  [2, { kind: "dependency", value: ID, name: "storage" }, "2 incidents that depend on storage"],
  [2, { kind: "dependency", value: ID, name: null }, "2 incidents that depend on one check"],
  [6, null, "6 incidents at once"],
  [1, { kind: "host", value: "db1", name: null }, "1 incident on host db1"],
] as const)("a storm of %i incidents that share %o is titled: %s", (incidents, shared, title) => {
  expect(stormTitle({ incidents, shared })).toBe(title);
});

test.each([
  [12, 12, "All are open"],
  [12, 3, "3 of 12 are open"],
  [12, 0, "All are resolved"],
])("of %i incidents %i are open: %s", (incidents, open, text) => {
  expect(openText({ incidents, open })).toBe(text);
});

test("incidents of one storm stand together, at the place of its first, and all others alone", () => {
  const incident = (id: string, stormId: string | null) => ({ id, stormId });
  const list = [incident("a", "s"), incident("b", null), incident("c", "s"), incident("d", null)];
  expect(groupByStorm(list).map((group) => group.map(({ id }) => id))).toEqual([["a", "c"], ["b"], ["d"]]);
});

test("open incidents that nobody handles come first, critical ones above all, and the oldest of a severity first", () => {
  const now = Date.parse("2026-11-20T12:00:00Z");
  const incident = (id: string, given: object) => ({
    id,
    severity: "warning" as const,
    openedAt: "2026-11-20T11:00:00Z",
    acknowledgedAt: null,
    snoozedUntil: null,
    ...given,
  });
  const sorted = sortByNeed(
    [
      incident("info", { severity: "info" }),
      incident("acknowledged", { severity: "critical", acknowledgedAt: "2026-11-20T11:30:00Z" }),
      incident("newer", {}),
      incident("snoozed", { severity: "critical", snoozedUntil: "recovery" }),
      incident("no longer snoozed", {
        snoozedUntil: "2026-11-20T11:59:00Z",
        openedAt: "2026-11-20T10:00:00Z",
      }),
      incident("critical", { severity: "critical", openedAt: "2026-11-20T11:59:00Z" }),
    ],
    now,
  );
  expect(sorted.map(({ id }) => id)).toEqual([
    "critical",
    "no longer snoozed",
    "newer",
    "info",
    "acknowledged",
    "snoozed",
  ]);
});
