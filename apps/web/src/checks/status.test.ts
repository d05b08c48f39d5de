import { describe, expect, test } from "vitest";

import { anOverview } from "../../test/fixtures.ts";
import { countdownText, statusAt, statusSentence, type CheckTiming } from "./status.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const MINUTE = 60_000;
const timing = (check: Partial<CheckTiming>): CheckTiming => ({
  status: "up",
  runningSince: null,
  expectedAt: null,
  deadlineAt: null,
  jitterMs: 0,
  ...check,
});

describe("the status of a check follows the clock, and is", () => {
  test.each([
    ["up before its time", { status: "up", expectedAt: NOW + 1 }, "up"],
    ["late from its very time", { status: "up", expectedAt: NOW }, "grace"],
    ["up within its jitter", { status: "up", expectedAt: NOW - MINUTE + 1, jitterMs: MINUTE }, "up"],
    ["late after its jitter", { status: "up", expectedAt: NOW - MINUTE, jitterMs: MINUTE }, "grace"],
    ["late until the server says down", { status: "grace", expectedAt: NOW - 90 * MINUTE }, "grace"],
    ["up again after an edit", { status: "grace", expectedAt: NOW + MINUTE }, "up"],
    ["down stays down", { status: "down", expectedAt: NOW + MINUTE }, "down"],
    ["paused stays paused", { status: "paused", expectedAt: NOW - MINUTE }, "paused"],
    ["up without anything to wait for", { status: "up" }, "up"],
    [
      "up while its run, begun on time, may still end",
      { status: "grace", expectedAt: NOW - 90_000, runningSince: NOW - 80_000, deadlineAt: NOW + MINUTE },
      "up",
    ],
    [
      "late where only the run before is still open",
      { status: "up", expectedAt: NOW - MINUTE, runningSince: NOW - 90 * MINUTE, deadlineAt: NOW + MINUTE },
      "grace",
    ],
  ] as const)("%s", (_, check, status) => {
    expect(statusAt(timing(check), NOW)).toBe(status);
  });
});

describe("the countdown of a check says what it waits for, if it is", () => {
  test.each([
    ["new", { status: "new" }, "waiting for the first ping"],
    ["new with a schedule", { status: "new", expectedAt: NOW + 5 * MINUTE }, "first ping in 5 min"],
    ["due soon", { expectedAt: NOW + 42_000 }, "due in 42 s"],
    ["due later", { expectedAt: NOW + 192 * MINUTE }, "due in 3 h 12 min"],
    ["due this second", { expectedAt: NOW, jitterMs: 1 }, "due now"],
    ["due while jitter lasts", { expectedAt: NOW - 1, jitterMs: MINUTE }, "due now"],
    [
      "late",
      { expectedAt: NOW - 3 * MINUTE, deadlineAt: NOW + 57 * MINUTE },
      "late by 3 min, down in 57 min",
    ],
    [
      "late, about to be evaluated",
      { expectedAt: NOW - 3 * MINUTE, deadlineAt: NOW },
      "late by 3 min, down now",
    ],
    [
      "running",
      { runningSince: NOW - 130_000, expectedAt: NOW + MINUTE, deadlineAt: NOW + 10 * MINUTE },
      "running for 2 min 10 s, must end in 10 min",
    ],
    ["overdue", { status: "down", expectedAt: NOW - 123 * MINUTE }, "overdue for 2 h 3 min"],
    ["failed, next one due", { status: "down", expectedAt: NOW + MINUTE }, "due in 1 min"],
    ["down with nothing expected", { status: "down" }, "waiting for a ping"],
    ["paused", { status: "paused", expectedAt: NOW + MINUTE }, "paused"],
    ["up with nothing expected", {}, "no ping expected"],
  ] as const)("%s", (_, check, text) => {
    expect(countdownText(timing(check), NOW)).toBe(text);
  });
});

describe("a row says why, since when and how bad, of a check that", () => {
  const at = (ms: number) => new Date(NOW + ms).toISOString();
  const failed = { id: "i1", reason: "failed" as const, openedAt: at(-50 * MINUTE) };
  test.each([
    ["failed", { status: "down", incident: { ...failed, exitStatus: 1 } }, "Failed 50 min ago, exit 1"],
    ["failed by a ping without a status", { status: "down", incident: failed }, "Failed 50 min ago"],
    [
      "was missed some hours ago",
      { status: "down", incident: { ...failed, reason: "missed", openedAt: at(-187 * MINUTE) } },
      "Missed 3 h ago",
    ],
    [
      "reports a number beyond its limit",
      {
        status: "down",
        incident: { id: "i1", reason: "metric-limit", openedAt: at(-120 * MINUTE), exitStatus: 0 },
        metric: { name: "depth", value: 1_400, isGood: false },
      },
      "depth 1.4k for 2 h",
    ],
    [
      "reported no number that it must",
      {
        status: "down",
        incident: { id: "i1", reason: "metric-limit", openedAt: at(-120 * MINUTE), exitStatus: 0 },
      },
      "Beyond limit 2 h ago",
    ],
    ["is late", { status: "up", expectedAt: at(-3 * MINUTE) }, "Late by 3 min"],
    ["is running", { status: "up", runningSince: at(-4 * MINUTE), usualMs: 3 * MINUTE }, "Running for 4 min"],
    [
      "runs far longer than usual",
      { status: "up", runningSince: at(-57 * MINUTE), usualMs: 4 * MINUTE },
      "Running for 57 min, usually 4 min",
    ],
    [
      "is in a maintenance window",
      { status: "up", maintenanceUntil: at(42 * MINUTE) },
      "Maintenance, 42 min left",
    ],
    ["is up", { status: "up", expectedAt: at(MINUTE) }, "Up"],
    ["has never sent a ping", { status: "new" }, "New, no ping yet"],
    ["is paused", { status: "paused" }, "Paused"],
  ] as const)("%s", (_, check, text) => {
    expect(statusSentence(anOverview(check), NOW)).toBe(text);
  });
});
