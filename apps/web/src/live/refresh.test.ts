import { expect, test } from "vitest";

import { refreshOf } from "./refresh.ts";

test("many events of one check ask for it once", () => {
  const events = Array.from({ length: 100 }, () => ({ checkId: "a" }));
  expect(refreshOf(events)).toEqual({ checkIds: ["a"], everything: false });
});

test("an event that names no check asks for everything", () => {
  expect(refreshOf([{ checkId: "a" }, { checkId: null }]).everything).toBe(true);
});

test("a storm over many checks reads the list, not each of them", () => {
  const events = Array.from({ length: 13 }, (_, n) => ({ checkId: `c${n}` }));
  expect(refreshOf(events).everything).toBe(true);
});
