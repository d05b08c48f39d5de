import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mutations } from "./mutations.ts";

test.each(mutations)("the mutation “$name” still finds its line in core", ({ file, line }) => {
  const code = readFileSync(new URL(`../../../core/src/${file}`, import.meta.url), "utf8");
  expect(code.split(line)).toHaveLength(2);
});
