import { expect, test } from "vitest";

import { exitMeaning } from "./exit-meaning.ts";

test.each([
  [0, /^0$/],
  [1, /^1$/],
  [3, /^3$/],
  [127, /^127 \(.*not found.*\)$/],
  [143, /^143 \(.*SIGTERM.*\)$/],
])("exit status %i", (status, shown) => {
  expect(exitMeaning(status)).toMatch(shown);
});
