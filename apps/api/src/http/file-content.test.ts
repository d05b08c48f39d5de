import { expect, test } from "vitest";

import { readFileContent } from "./body-content.ts";

const yaml = (text: string) => readFileContent({ text, isYaml: true });
const aliases = Array.from({ length: 101 }, () => "- *a").join("\n");
const expanding = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join("\n");

test.each([
  ["flow lists within lists", "[".repeat(30_000) + "]".repeat(30_000), /nests deeper than 20/],
  ["flow lists without an end", "[".repeat(30_000), /nests deeper than 20/],
  ["lists within lists on one line", `${"- ".repeat(30_000)}a`, /nests deeper than 20/],
  [
    "maps within maps by their indentation",
    Array.from({ length: 500 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
    /nests deeper than 20/,
  ],
  ["many aliases", `first: &a x\nlist:\n${aliases}`, /more than 100 aliases/],
  ["aliases of aliases", `a0: &a0 x\n${expanding}`, /not YAML: Excessive alias count/],
  ["a list of many entries", `[${"1,".repeat(400_000)}]`, /more than 100,000 fields/],
  ["a name that stands twice", "a: 1\nb: 2\na: 3", /“a” occurs twice/],
  ["a name that stands twice further in", "a:\n  b: {c: 1, c: 2}", /“c” occurs twice/],
  ["an alias of nothing", "a: *nobody", /not YAML/],
  ["what has no end", "a: [1, 2", /not YAML/],
])("%s: refused with a sentence", async (_, text, sentence) => {
  expect(await yaml(text)).toMatchObject({ problem: expect.stringMatching(sentence) });
});

test("an empty file, anchors, merged texts and many fields are read", async () => {
  expect(await yaml("")).toEqual({ json: "{}" });
  expect(await yaml("a: &x {b: 1}\nc: *x")).toEqual({ json: '{"a":{"b":1},"c":{"b":1}}' });
  expect(await yaml("text: |\n  one\n  two\n")).toEqual({ json: '{"text":"one\\ntwo\\n"}' });
  expect(await yaml(Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join("\n"))).toHaveProperty("json");
});
