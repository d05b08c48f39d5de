import { describe, expect, test } from "vitest";

import { aCheck } from "../../test/fixtures.ts";
import { countByStatus, selectChecks, collectTags } from "./check-selection.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");

const checks = [
  aCheck({ name: "web 10", status: "up", tags: ["eu"], expectedAt: "2026-11-20T13:00:00.000Z" }),
  aCheck({ name: "web 9", status: "up", tags: ["eu", "db"], expectedAt: "2026-11-20T11:59:00.000Z" }),
  aCheck({ name: "Backup", status: "down", tags: ["db"], description: "to the cellar" }),
  aCheck({ name: "", slug: "report", status: "paused" }),
  aCheck({ name: "Fresh", status: "new" }),
];
const names = (selection: Parameters<typeof selectChecks>[1]) =>
  selectChecks(checks, selection, NOW).map(({ name, slug }) => name || slug);

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
    ["a check without a name by its slug", { q: "report" }, ["report"]],
    ["checks that have all tags", { tag: ["eu", "db"] }, ["web 9"]],
    ["a check as late by the clock although it is stored as up", { status: "grace" }, ["web 9"]],
    ["no check where none matches", { q: "x", status: "down" }, []],
  ] as const)("%s", (_, selection, expected) => {
    expect(names(selection)).toEqual(expected);
  });
});

test("the counts follow the clock too, and include every status", () => {
  expect([...countByStatus(checks, NOW)]).toEqual([
    ["down", 1],
    ["grace", 1],
    ["new", 1],
    ["up", 1],
    ["paused", 1],
  ]);
});

test("every tag is offered once", () => {
  expect(collectTags(checks)).toEqual(["db", "eu"]);
});
