import { expect, test } from "vitest";

import { troubleOf } from "./health-queries.ts";

test("the banner says what the server said", () => {
  expect(troubleOf({ status: "unready", reason: "The checker last judged 43 s ago." })).toBe(
    "The checker last judged 43 s ago.",
  );
});

test.each([[null], ["<html>"], [{}], [{ reason: 7 }]])("the answer %j still makes a sentence", (answer) => {
  expect(troubleOf(answer)).toMatch(/^Overdue is not ready/);
});
