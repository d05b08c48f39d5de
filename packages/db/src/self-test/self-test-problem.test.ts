import { expect, test } from "vitest";
import { selfTestProblem } from "./self-test.ts";

const well = { arrivedAgoSeconds: 200, knownForSeconds: 9_000, deliveryWaitSeconds: 0 };

test.each([
  ["alerts arrive", well, /^well$/],
  [
    "it is new and nothing has missed yet",
    { ...well, arrivedAgoSeconds: null, knownForSeconds: 300 },
    /^well$/,
  ],
  ["nothing ever arrived", { ...well, arrivedAgoSeconds: null }, /self-test.*9000 s/],
  ["nothing arrives any more", { ...well, arrivedAgoSeconds: 900 }, /self-test.*900 s/],
  ["deliveries wait", { ...well, deliveryWaitSeconds: 300 }, /due for 300 s/],
])("while %s", (_, watch, expected) => {
  expect(selfTestProblem(watch) ?? "well").toMatch(expected);
});
