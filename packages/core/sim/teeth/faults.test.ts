import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { planted } from "./faults.ts";

test.each(planted)("a line of the code can still be made wrong so: $name", ({ file, line }) => {
  const code = readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8");
  expect(code.split(line)).toHaveLength(2);
});
