import { expect, test } from "vitest";

import { differences } from "./conflict.tsx";

test("only what somebody else changed is named, with what it was and is", () => {
  const before = [
    ["Name", "Backup"],
    ["Grace", "1 hour"],
  ] as const;
  const after = [
    ["Name", "Backup"],
    ["Grace", "2 hours"],
  ] as const;
  expect(differences(before, after)).toEqual([{ label: "Grace", before: "1 hour", after: "2 hours" }]);
});

test("what was empty or is missing is called nothing", () => {
  const changes = differences([["Tags", "prod"]], [["Description", "Call Ada"]]);
  expect(changes).toEqual([
    { label: "Tags", before: "prod", after: "nothing" },
    { label: "Description", before: "nothing", after: "Call Ada" },
  ]);
});

test("nothing is named where nothing differs", () => {
  expect(differences([["Name", ""]], [["Name", ""]])).toEqual([]);
});
