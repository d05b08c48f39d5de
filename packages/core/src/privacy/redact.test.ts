import { describe, expect, test } from "vitest";

import { redact, type Redaction, REDACTIONS, shortAddress } from "./redact.ts";

const redactText = (text: string, kinds: readonly Redaction[] = REDACTIONS, words: string[] = []) =>
  redact(Buffer.from(text), kinds, words).toString();

describe("what a body shows no more", () => {
  test.each<[Redaction, string, string]>([
    ["tokens", "Authorization: Bearer abc.def-ghi123", "abc.def"],
    ["tokens", "key ghp_0123456789abcdefghij used", "ghp_0123456789abcdefghij"],
    ["tokens", "jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl", "eyJzdWIi"],
    ["cloud-keys", "AKIAABCDEFGHIJKLMNOP", "ABCDEFGHIJ"],
    ["cloud-keys", "aws_secret_access_key = abcdefghijklmnopqrstuvwxyz0123", "klmnop"],
    ["passwords", "postgres://app:hunter2@db/x", "hunter2"],
    ["passwords", 'password="two words" ok', "two words"],
    ["passwords", "API_KEY=hunter2&x=1", "hunter2"],
    ["private-keys", "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "abc"],
    ["emails", "sent to ada+x@mail.example.org.", "ada"],
    ["ip-addresses", "from 203.0.113.7:80", "203.0.113"],
    ["ip-addresses", "from 2001:db8:1:2:3:4:5:6 ok", "2001:db8"],
  ])("%s: %s", (kind, text, secret) => {
    const shown = redactText(text, [kind]);
    expect(shown).not.toContain(secret);
    expect(shown).toHaveLength(text.length);
    expect(redactText(text, [])).toBe(text);
  });

  test("a word of one's own, in any case, whatever letters it has, and nothing but the word", () => {
    expect(redactText("ACME and acme; Müller", [], ["Acme", "müller", "Müller"])).toBe(
      "**** and ****; *******",
    );
    expect(redactText("a.c abc", [], ["a.c"])).toBe("*** abc");
  });
});

test.each(["saved 12 GB at 03:04:05", "version 1.2.3", "rows: 1204", "exit status 1", "ok"])(
  "“%s” stays as it is",
  (text) => {
    expect(redactText(text)).toBe(text);
  },
);

test("bytes that are no text stay as they are", () => {
  const bytes = Buffer.from([0, 255, 254, 128, 10]);
  expect(redact(bytes, REDACTIONS, ["x"])).toEqual(bytes);
});

test.each(["eyJ", "-----BEGIN PRIVATE KEY-----", "a@a.", "password=", "://a:", "1:", "Bearer "])(
  "100 kB of “%s” take no longer than any other body",
  (piece) => {
    const body = Buffer.from(piece.repeat(Math.ceil(100_000 / piece.length)));
    const startedAt = process.cpuUsage().user;
    redact(body, REDACTIONS, ["word"]);
    expect(process.cpuUsage().user - startedAt).toBeLessThan(500_000);
  },
);

test.each([
  ["203.0.113.77", "203.0.113.0"],
  ["2001:db8:1:2::7", "2001:db8:1::"],
  ["2001:db8::7", "2001:db8:0::"],
  ["::1", "0:0:0::"],
  ["::ffff:203.0.113.77", "203.0.113.0"],
  ["db-7", "db-7"],
])("the address %s is kept as %s", (address, short) => {
  expect(shortAddress(address)).toBe(short);
});
