import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SCHEDULERS } from "../../packages/schedules/src/schedulers/index.ts";
import { compare } from "./compare.ts";
import { questions } from "./questions.ts";
import { realSchedulers } from "./schedulers.ts";

const VECTORS = "packages/schedules/vectors/schedulers";

describe("the real schedulers", () => {
  test("are at least twelve, in five languages", () => {
    expect(realSchedulers.length).toBeGreaterThan(30);
    expect(new Set(realSchedulers.map(({ language }) => language)).size).toBeGreaterThanOrEqual(5);
  });

  test.each(realSchedulers)(
    "$id is one of ours, and has vectors and an adapter",
    ({ id, language, adapter }) => {
      expect(SCHEDULERS.map((scheduler) => scheduler.id)).toContain(id);
      expect(existsSync(join(VECTORS, `${id}.json`))).toBe(true);
      expect(globSync(`tooling/oracle/drivers/${language}/${adapter}.*`)).not.toEqual([]);
    },
  );

  test.each(realSchedulers)("$id has its packages pinned", ({ packages }) => {
    for (const name of packages) expect(name).toMatch(/[@=:]v?\d/);
  });
});

describe("the questions", () => {
  const first = (seed: number) => [...questions({ line: "five fields" }, { seed, count: 50 })];

  test("are the same for the same seed, and others for another", () => {
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });

  test.each([
    ["five fields", 5],
    ["seconds first", 6],
    ["quartz", 6],
  ] as const)("in the form %s have %s fields, but for macros and a few wrong ones", (form, fields) => {
    const lines = [...questions({ line: form }, { seed: 1, count: 300 })].map(
      ({ expr }) => expr.split(" ").length,
    );
    expect(lines.filter((count) => count === fields).length).toBeGreaterThan(270);
  });
});

describe("a comparison", () => {
  const question = { expr: "0 0 * * *", tz: "UTC", after: "2026-01-01T12:00:00Z", count: 2 };
  const at = (...days: number[]) => ({ next: days.map((day) => `2026-01-0${day}T00:00:00Z`) });
  const refusal = { error: "no" };

  test.each([
    ["same", at(2, 3), at(2, 3)],
    ["different", at(2, 3), at(2, 4)],
    ["neither runs", refusal, refusal],
    ["neither runs", refusal, at()],
    ["only theirs refuses", refusal, at(2, 3)],
    ["only ours refuses", at(2, 3), refusal],
    ["left out", null, at(2, 3)],
    ["left out", at(3, 3), at(3, 4)],
    ["left out", at(1, 2), at(2, 3)],
    ["same", { ...at(2), until: "2026-01-02T12:00:00Z" }, at(2, 3)],
  ] as const)("says %s of %j and %j", (verdict, real, ours) => {
    const copy = <Given>(given: Given) => structuredClone(given) as never;
    expect(compare(question, copy(real), copy(ours))).toBe(verdict);
  });
});
