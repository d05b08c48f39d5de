import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("the table of scaling.md is what `npm run scaling` prints", () => {
  const printed = execFileSync(process.execPath, ["bench/scaling.ts"], { encoding: "utf8" });
  expect(rows(printed)).toHaveLength(8);
  expect(rows(readFileSync("docs/operating/scaling.md", "utf8"))).toEqual(
    expect.arrayContaining(rows(printed).slice(2)),
  );
});

/** The rows of its tables, however wide their columns are. */
function rows(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) => line.replaceAll(/ +/g, " "));
}
