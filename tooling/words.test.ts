import { describe, expect, test } from "vitest";

import { readGlossary, refusedWords, wordsIn } from "./words.ts";

/** How many lines of an area still have refused words. These numbers only go down. */
const LEFT: Record<string, number> = {
  "apps/web": 19,
};

test("no file uses a word that the glossary refuses", () => {
  const found = refusedWords();
  const areas = Map.groupBy(found, ({ file }) => areaOf(file));
  const tooMany = [...areas].filter(([area, words]) => words.length > (LEFT[area] ?? 0));
  expect(
    tooMany.flatMap(([, words]) =>
      words.map(({ file, line, word, instead }) => `${file}:${line}: "${word}", say ${instead}`),
    ),
  ).toEqual([]);
});

describe("a refused word", () => {
  const terms = readGlossary(
    "## Words that went\n\n| refused | instead |\n| --- | --- |\n| `courier`, `judg*`, `insteadOf`, way | sender |\n",
  );

  test.each([
    "const courierPort = 1;",
    "class HTTPCourier {}",
    "the courier's port",
    "COURIER_PORT",
    "judging",
  ])("is found in: %s", (line) => {
    expect(wordsIn(line, terms)).toHaveLength(1);
  });

  test.each(["couriers", "sent instead of", "a way out"])("is not found in: %s", (line) => {
    expect(wordsIn(line, terms)).toEqual([]);
  });
});

function areaOf(file: string): string {
  const [first = "", second] = file.split("/");
  return ["apps", "packages"].includes(first) && second !== undefined ? `${first}/${second}` : first;
}
