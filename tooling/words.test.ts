import { describe, expect, test } from "vitest";

import { readGlossary, refusedWords, wordsIn } from "./words.ts";

test("no file uses a word that the glossary refuses", () => {
  expect(
    refusedWords().map(({ file, line, word, instead }) => `${file}:${line}: "${word}", say ${instead}`),
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
