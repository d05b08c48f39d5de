import { expect, test } from "vitest";

import type { CheckPatch } from "./check-queries.ts";
import { editText } from "./check-text.ts";

const nightly = { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" } as const;
const check = {
  schedule: nightly,
  graceSeconds: 1_800,
  maxRuntimeSeconds: null,
  overlap: "allow",
  hostDuplicates: "allow",
} as const;

test.each<[CheckPatch, string[]]>([
  [{ schedule: { ...nightly, timezone: "UTC" } }, ["Time zone: Europe/Berlin, from now on UTC."]],
  [{ schedule: { ...nightly, expression: "5 5 * * 0" } }, ["Schedule: 30 2 * * *, from now on 5 5 * * 0."]],
  [{ graceSeconds: 7_200 }, ["Grace: 30 minutes, from now on 2 hours."]],
  [{ maxRuntimeSeconds: 10_800 }, ["Max runtime: off, from now on 3 hours."]],
  [
    { overlap: "note", hostDuplicates: "note" },
    [
      "Overlap: allowed, from now on recorded as a notice.",
      "Host duplicates: allowed, from now on recorded as a notice.",
    ],
  ],
])("the edit %j reads: %j", (edit, lines) => {
  expect(editText(check, edit)).toEqual(lines);
});
