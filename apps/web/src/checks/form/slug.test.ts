import { expect, test } from "vitest";

import { slugOf } from "./slug.ts";

test.each([
  ["nightly backup", "nightly-backup"],
  ["Nächtliches Backup!", "nachtliches-backup"],
  ["  db_1 / EU  ", "db_1-eu"],
  ["Straße", "strasse"],
  ["日本語", ""],
  ["x".repeat(120), "x".repeat(100)],
])("%j makes the slug %j", (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});
