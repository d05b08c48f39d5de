import { describe, expect, test } from "vitest";

import { anOverview } from "../../test/fixtures.ts";
import { countByFilter, selectChecks, summarise } from "./check-selection.ts";
import { collectTags } from "./list-choices.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");

const checks = [
  anOverview({ name: "web 10", status: "up", tags: ["eu"], expectedAt: "2026-11-20T13:00:00.000Z" }),
  anOverview({ name: "web 9", status: "up", tags: ["eu", "db"], expectedAt: "2026-11-20T11:59:00.000Z" }),
  anOverview({ name: "Backup", status: "down", tags: ["db"], description: "to the cellar" }),
  anOverview({ name: "report", slug: "weekly-report", status: "paused" }),
  anOverview({ name: "Fresh", status: "new" }),
];
type Selection = Parameters<typeof selectChecks>[1];
const names = (selection: Selection, of = checks) => selectChecks(of, selection, NOW).map(({ name }) => name);

describe("the list of checks shows", () => {
  test.each([
    ["checks that need attention first", {}, ["Backup", "web 9", "Fresh", "web 10", "report"]],
    [
      "names in the order in which people count",
      { sort: "name" },
      ["Backup", "Fresh", "report", "web 9", "web 10"],
    ],
    ["the next expected check first", { sort: "next" }, ["web 9", "web 10", "Backup", "Fresh", "report"]],
    ["checks whose name contains a text, in any case", { q: "BACK" }, ["Backup"]],
    ["checks whose description contains a text", { q: "cellar" }, ["Backup"]],
    ["checks that contain every word", { q: "web eu" }, ["web 9", "web 10"]],
    ["a check whose slug contains a text", { q: "weekly" }, ["report"]],
    ["checks that have all tags", { tag: ["eu", "db"] }, ["web 9"]],
    [
      "a check that is late by the clock as late, although it is stored as up",
      { status: "grace" },
      ["web 9"],
    ],
    ["no check where none matches", { q: "x", status: "down" }, []],
  ] as const)("%s", (_, selection, expected) => {
    expect(names(selection)).toEqual(expected);
  });
});

describe("the list of checks that are down begins with", () => {
  const down = (name: string, severity: "critical" | "info", hoursAgo: number, acknowledged?: true) =>
    anOverview({
      name,
      severity,
      status: "down",
      incident: {
        id: name,
        reason: "missed",
        openedAt: new Date(NOW - hoursAgo * 3_600_000).toISOString(),
        ...(acknowledged && { acknowledged }),
      },
    });

  test("critical ones that nobody has acknowledged, the oldest first", () => {
    const list = [
      down("a: seen", "critical", 9, true),
      down("b: info", "info", 6),
      down("c: new", "critical", 1),
      down("d: old", "critical", 6),
    ];
    expect(names({}, list)).toEqual(["d: old", "c: new", "b: info", "a: seen"]);
  });

  test.each([
    ["for a time", new Date(NOW + 60_000).toISOString()],
    ["until it recovers", "recovery"],
  ])("those that are not snoozed %s", (_, later) => {
    const [snoozed, awake] = [down("a", "critical", 2), down("b", "info", 1)];
    const incident = snoozed.incident && { ...snoozed.incident, snoozedUntil: later };
    expect(names({}, [{ ...snoozed, ...(incident && { incident }) }, awake])).toEqual(["b", "a"]);
  });
});

test("the counts follow the clock, and include checks with an open run", () => {
  const running = anOverview({ name: "run", status: "up", runningSince: "2026-11-20T11:59:30.000Z" });
  expect(Object.fromEntries(countByFilter([...checks, running], {}, NOW))).toEqual({
    all: 6,
    down: 1,
    grace: 1,
    running: 1,
    new: 1,
    up: 2,
    paused: 1,
  });
});

test("the counts follow the text and the tags, but not the status that is chosen", () => {
  const counts = countByFilter(checks, { tag: ["eu"], status: "down" }, NOW);
  expect(counts.get("all")).toBe(2);
  expect(counts.get("down")).toBe(0);
  expect(counts.get("up")).toBe(1);
});

test("every tag is offered once", () => {
  expect(collectTags(checks)).toEqual(["db", "eu"]);
});

test("the summary counts the checks in each state, and names the check that is due next", () => {
  expect(summarise(checks, NOW)).toEqual({
    fine: 1,
    down: 1,
    unacknowledged: 1,
    late: 1,
    running: 0,
    waiting: 1,
    paused: 1,
    next: { name: "web 10", text: "in 1 h" },
  });
});
