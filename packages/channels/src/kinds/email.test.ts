import { expect, test } from "vitest";

import { parseSettings } from "../registry.ts";

test.each([
  "anna@example.org",
  "a+b.c@sub.example.co.uk",
  "root@localhost",
  " anna@example.org ",
  "ops@münchen.test",
  "ops@xn--mnchen-3ya.test",
  "jürgen@bücher.example",
  "чай@пример.рф",
  "通知@例え.テスト",
])("%j is taken as an address, and shown as it was typed", (to) => {
  expect(parseSettings("email", { to })).toMatchObject({
    ok: true,
    settings: { to: to.trim() },
    hint: to.trim(),
  });
});

test.each([
  "a@x.org\r\nBcc: b@x.org",
  '"a@evil.org x"@corp.org',
  "a@b@c.org",
  "a(comment)@x.org",
  "a@x.org, b@x.org",
  "<a@x.org>",
  "Anna <a@x.org>",
  "a@-x.org",
  "a@x..org",
  "a b@x.org",
  "a\u0000@x.org",
  "a\u202eb@x.org",
  "a@x\u200b.org",
  "a@mün chen.test",
  "a@münchen.test/x",
  "a@münchen.test:25",
  "a@１２７.0.0.1%2f",
  `${"a".repeat(65)}@x.org`,
])("%j is refused with the way out", (to) => {
  expect(parseSettings("email", { to })).toEqual({
    ok: false,
    problems: [{ field: "to", message: "Give one e-mail address, such as anna@example.org." }],
  });
});

test("a setting that does not exist is named", () => {
  expect(parseSettings("email", { to: "a@x.org", cc: "b@x.org" })).toEqual({
    ok: false,
    problems: [{ field: "cc", message: "There is no such setting for this kind of channel." }],
  });
});
