import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

import { ConfigError } from "./config-error.ts";
import { readConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "overdue-plans-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const path = join(folder, "plans.yaml");
  writeFileSync(path, text);
  return readConfig({ PLANS: path });
}

function problem(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replace(folder, "…");
    throw error;
  }
  return "none";
}

test("without PLANS there are no plans", () => {
  expect(readConfig({})).toMatchObject({ plans: null });
});

test("a file of plans is read as YAML or JSON; a limit that is left out is none, and the name makes the title", () => {
  const expected = {
    defaultPlan: "free",
    contact: null,
    plans: [{ name: "free", title: "Free", checks: 20, members: null, bodyBytes: null }],
  };
  expect(read("default: free\nplans:\n  free:\n    checks: 20\n").plans).toMatchObject(expected);
  expect(read('{ "default": "free", "plans": { "free": { "checks": 20 } } }').plans).toMatchObject(expected);
});

test.each([
  [
    "default: free\nplans:\n  free:\n    checks: many\n",
    "plans.free.checks must be a whole number from 1 on",
  ],
  ["default: free\nplans:\n  free:\n    checks: 0\n", "plans.free.checks must be a whole number from 1 on"],
  ["default: free\nplans:\n  free:\n    cheks: 5\n", "plans.free.cheks is no field of it"],
  ["default: free\nplans:\n  Free Plan: {}\n", "plans.Free Plan must have at most 40 lower-case letters"],
  ["default: gold\nplans:\n  free: {}\n", "default must be the name of a plan below, and gold is none"],
  ["default: free\nplans:\n  free:\n", "plans.free must hold fields with their values"],
  ["", "must have default and plans"],
  ["default: [\n", "must be YAML or JSON: "],
])("a mistake is named with the file, the plan and the field: %j", (text, sentence) => {
  expect(problem(text)).toContain("PLANS …/plans.yaml");
  expect(problem(text)).toContain(sentence);
});

test("a file that is not there is named", () => {
  expect(() => readConfig({ PLANS: "/nowhere/plans.yaml" })).toThrow(
    "PLANS /nowhere/plans.yaml must be a file that can be read.",
  );
});
