import { expect, test } from "vitest";

import { pingNoteText, refusedPingText } from "./refused-pings.tsx";

test("a refused ping reads as a sentence that says what to do, and a note as a few words", () => {
  expect(refusedPingText("unknown-slug")).toMatch(/^No check .*\?create=1/);
  expect(pingNoteText("body-broken-off")).toBe("the connection was lost during the body");
  expect(pingNoteText("something new")).toBe("something new");
});
