import type { AlertFacts, AlertGroup, DeliveryKind } from "@overdue/core";
import { expect, test } from "vitest";

import { composeAlert } from "./compose.ts";
import { plainText } from "./parts.ts";

const NAMES = [
  "backup",
  "invoices",
  "sync",
  "logs",
  "certificates",
  "orders",
  "ledger",
  "mail",
  "caches",
  "index",
];

test("a storm says how many, what they share, why, the first by name, and where all are", () => {
  const counts = [
    { kind: "down" as const, reason: "missed" as const, count: 480 },
    { kind: "down" as const, reason: "too-quick" as const, count: 20 },
  ];
  const text = textOf("down", { counts, first: firstOf("down", NAMES), storm: storm("host db1", 500) });
  expect(text).toBe(`500 checks are down

They share the host db1.

Project: Ops
Reasons: 480 missed, 20 too quick
Down: ${NAMES.join(", ")} and 490 more

https://overdue.example.org/projects/p/storms/s`);
});

test.each<[string, DeliveryKind, number, ReturnType<typeof storm> | null, string]>([
  ["later members", "down", 12, storm("host db1", 13), "In all, 13 checks of this storm are down now."],
  ["a return but for one", "up", 499, storm("host db1", 1), "1 of this storm is still down."],
  ["a return but for two", "up", 498, storm("host db1", 2), "2 of this storm are still down."],
  ["a whole return", "up", 500, storm("tag prod", 0), "They share the tag prod."],
  [
    "what merely came at once",
    "down",
    6,
    storm("", 6),
    "They came at the same time; what else they share is not known.",
  ],
  ["what was collected", "reminder", 2, null, "This is what was collected for this channel."],
])("%s", (_, kind, count, shared, sentence) => {
  const counts = [{ kind, reason: "missed" as const, count }];
  expect(textOf(kind, { counts, first: firstOf(kind, NAMES.slice(0, 2)), storm: shared })).toContain(
    sentence,
  );
});

test("a digest counts each sort, and names each", () => {
  const counts = [
    { kind: "down" as const, reason: "missed" as const, count: 1 },
    { kind: "up" as const, reason: "failed" as const, count: 2 },
    { kind: "reminder" as const, reason: "failed" as const, count: 1 },
  ];
  const first = [...firstOf("down", ["a"]), ...firstOf("up", ["b", "c"]), ...firstOf("reminder", ["d"])];
  const text = textOf("down", { counts, first, storm: null });
  expect(text).toContain("1 down, 2 up again, 1 still down\n");
  expect(text).toContain("Reasons: 1 missed, 3 failed\nDown: a\nUp again: b, c\nStill down: d");
});

test("a return says why they had been down", () => {
  const counts = [{ kind: "up" as const, reason: "never-started" as const, count: 2 }];
  const text = textOf("up", { counts, first: firstOf("up", ["a", "b"]), storm: storm("host db1", 0) });
  expect(text).toContain("They were down: 2 never started\nUp again: a, b");
});

function textOf(kind: DeliveryKind, group: AlertGroup): string {
  return plainText(composeAlert(facts(kind, group), "https://overdue.example.org"));
}

function storm(shared: string, open: number) {
  return { id: "s", shared, open };
}

function firstOf(kind: DeliveryKind, names: readonly string[]): AlertGroup["first"] {
  return names.map((checkName) => ({ kind, checkName, reason: "missed", payload: null }));
}

function facts(kind: DeliveryKind, group: AlertGroup): AlertFacts {
  return {
    deliveryId: "0199a1b2-0000-7000-8000-000000000000",
    kind,
    project: { id: "p", name: "Ops" },
    channel: { id: "c", name: "team" },
    check: {
      id: "k",
      pingUuid: "u",
      name: "backup",
      slug: "backup",
      tags: [],
      timezone: null,
      graceSeconds: 60,
    },
    flip: null,
    incident: null,
    lastPing: null,
    payload: null,
    group,
    writtenAt: 0,
    includesDown: false,
    uncertain: false,
  };
}
