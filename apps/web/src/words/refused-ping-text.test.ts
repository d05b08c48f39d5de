import { expect, test } from "vitest";

import { pingNoteText, refusedPingText } from "./refused-ping-text.ts";

test("a reason is a sentence with the way out, and a note is words", () => {
  expect(refusedPingText("unknown-slug")).toMatch(/^No check .*\?create=1/);
  expect(pingNoteText("body-broken-off")).toBe("the connection broke off in the body");
  expect(pingNoteText("something new")).toBe("something new");
});
