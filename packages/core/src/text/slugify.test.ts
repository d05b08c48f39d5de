import { expect, test } from "vitest";

import { slugify } from "./slugify.ts";

test.each([
  ["nightly backup", "nightly-backup"],
  ["Nächtliches Backup!", "nachtliches-backup"],
  ["  db_1 / EU  ", "db_1-eu"],
  ["Straße", "strasse"],
  ["日本語", ""],
  ["x".repeat(120), "x".repeat(100)],
])("the name %j becomes the slug %j", (name, slug) => {
  expect(slugify(name)).toBe(slug);
});
