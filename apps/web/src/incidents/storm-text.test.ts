import { expect, test } from "vitest";

import { openText, stormTitle } from "./storm-text.ts";

const ID = "0199a1b2-0000-7000-8000-000000000000";

test.each([
  [12, { kind: "host", value: "db1", name: null }, "12 incidents on host db1"],
  [2, { kind: "address", value: "203.0.113.7", name: null }, "2 incidents from 203.0.113.7"],
  [2, { kind: "tag", value: "prod", name: null }, "2 incidents with the tag prod"],
  [2, { kind: "dependency", value: ID, name: "storage" }, "2 incidents that depend on storage"],
  [2, { kind: "dependency", value: ID, name: null }, "2 incidents that depend on one check"],
  [6, null, "6 incidents at once"],
  [1, { kind: "host", value: "db1", name: null }, "1 incident on host db1"],
] as const)("%i that share %o are called: %s", (incidents, shared, title) => {
  expect(stormTitle({ incidents, shared })).toBe(title);
});

test.each([
  [12, 12, "All are open"],
  [12, 3, "3 of 12 are open"],
  [12, 0, "All are over"],
])("of %i incidents %i are open: %s", (incidents, open, text) => {
  expect(openText({ incidents, open })).toBe(text);
});
