import { expect, test } from "vitest";

import { readFacts } from "./read-facts.ts";

test("names with plain values are read, and whatever else is left out", () => {
  const text = JSON.stringify({
    host: "db1",
    cpuUserMs: 12.5,
    oom: true,
    deep: { a: 1 },
    "bad name": 1,
    none: null,
  });
  expect(readFacts(text)).toEqual({ host: "db1", cpuUserMs: 12.5, oom: true });
});

test("a value is bounded, and the null character that no database takes is dropped", () => {
  expect(readFacts(JSON.stringify({ text: `a\0${"b".repeat(900)}` }))).toEqual({
    text: `a${"b".repeat(499)}`,
  });
});

test.each(["", "{", "[1]", "7", '"text"', "null", "{}", `{"a":"${"x".repeat(9_000)}"}`])(
  "%.20s says nothing",
  (text) => {
    expect(readFacts(text)).toBeNull();
  },
);

test("at most 40 facts are kept", () => {
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`fact${i}`, i]));
  expect(Object.keys(readFacts(JSON.stringify(many)) ?? {})).toHaveLength(40);
});
