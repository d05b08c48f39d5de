import { expect, test } from "vitest";

import { type AliasProduct, placeAlias } from "./alias.ts";

test.each<[AliasProduct, string, string]>([
  ["uptime-kuma", "7tRkQ2mLx9VbN4cZ8wYpH3sJ6dFgA1eK", "token 7tRkQ2mLx9VbN4cZ8wYpH3sJ6dFgA1eK"],
  ["dead-mans-snitch", "c2354d53d2", "token c2354d53d2"],
  ["honeybadger", "1MqIo1", "token 1MqIo1"],
  ["oh-dear", "0d210b09", "token 0d210b09"],
  ["checkly", "123E4567-E89B-12D3-A456-426614174000", "token 123e4567-e89b-12d3-a456-426614174000"],
  ["healthchecks", "123e4567-e89b-12d3-a456-426614174000", "token 123e4567-e89b-12d3-a456-426614174000"],
  ["cronitor", "x7Kd2p", "slug x7kd2p"],
  ["opsgenie", "My HB/ü", "slug my-hb-u"],
  ["dead-mans-snitch", "backup", "This is too easy to guess"],
  ["dead-mans-snitch", "a1a1a1a1a1", "This is too easy to guess"],
  ["better-stack", "1234567", "This is too easy to guess"],
  ["uptime-kuma", "a b", "A token has"],
  ["uptime-kuma", "x".repeat(101), "A token has"],
  ["cronitor", "日本", "Give the key"],
])("%s %s: %s", (product, key, expected) => {
  const place = placeAlias({ product, key });
  const said =
    "problem" in place ? place.problem : place.slug === null ? `token ${place.token}` : `slug ${place.slug}`;
  expect(said).toContain(expected);
});
