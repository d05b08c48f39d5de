import { expect, test } from "vitest";

import { exitMeaning, pingNoteText, refusedPingText } from "./ping-text.ts";

test("a reason is a sentence with the way out, and a note is words", () => {
  expect(refusedPingText("unknown-slug")).toMatch(/^No check .*\?create=1/);
  expect(pingNoteText("body-broken-off")).toBe("the connection broke off in the body");
  expect(pingNoteText("something new")).toBe("something new");
});

test.each([
  [0, /^0$/],
  [1, /^1$/],
  [3, /^3$/],
  [127, /^127 \(.*not found.*\)$/],
  [143, /^143 \(.*SIGTERM.*\)$/],
])("exit status %i", (status, shown) => {
  expect(exitMeaning(status)).toMatch(shown);
});
