import { expect, test } from "vitest";

import { listDifferences } from "./conflict.tsx";

test("only the settings that somebody else changed are listed, with their old and new values", () => {
  const before = [
    ["Name", "Backup"],
    ["Grace", "1 hour"],
  ] as const;
  const after = [
    ["Name", "Backup"],
    ["Grace", "2 hours"],
  ] as const;
  expect(listDifferences(before, after)).toEqual([{ label: "Grace", before: "1 hour", after: "2 hours" }]);
});

test("an empty or missing setting is listed as nothing", () => {
  const changes = listDifferences([["Tags", "prod"]], [["Description", "Call Ada"]]);
  expect(changes).toEqual([
    { label: "Tags", before: "prod", after: "nothing" },
    { label: "Description", before: "nothing", after: "Call Ada" },
  ]);
});

test("equal versions have no differences", () => {
  expect(listDifferences([["Name", ""]], [["Name", ""]])).toEqual([]);
});
