import { expect, test } from "vitest";

import { exitMeaning, pingNoteText, refusedPingText } from "./ping-text.ts";

test("a refused ping reads as a sentence that says what to do, and a note as a few words", () => {
  expect(refusedPingText("unknown-slug")).toMatch(/^No check .*\?create=1/);
  expect(pingNoteText("body-broken-off")).toBe("the connection was lost during the body");
  expect(pingNoteText("something new")).toBe("something new");
});

test.each([
  [0, /^0$/],
  [1, /^1$/],
  [3, /^3$/],
  [127, /^127 \(.*not found.*\)$/],
  [143, /^143 \(.*SIGTERM.*\)$/],
])("the exit status %i is shown as %s", (status, shown) => {
  expect(exitMeaning(status)).toMatch(shown);
});
