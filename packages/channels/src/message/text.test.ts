import { expect, test } from "vitest";

import { clipEnd, clipStart, escapeAngles, escapeTailWithin, oneLine, sanitised, visible } from "./text.ts";

test.each([
  ["\u0000\u001b[31m", "␀␛[31m"],
  ["a\r\nb\tc", "a\nb\tc"],
  ["over\u202ewrite", "over\\u202ewrite"],
  ["\ud800x", "\ufffdx"],
  ["\u0085", "\\u0085"],
])("%j is shown as %j", (text, expected) => {
  expect(visible(text)).toBe(expected);
});

test("one line stays one line", () => {
  expect(oneLine("a\r\nBcc: b\n", 100)).toBe("a Bcc: b");
});

test.each([1, 2, 3, 4, 5, 6])("clipping to %i units never splits a code point", (limit) => {
  expect(clipEnd("😀😀😀", limit).isWellFormed()).toBe(true);
  expect(clipStart("😀😀😀", limit).isWellFormed()).toBe(true);
  expect(clipEnd("😀😀😀", limit).length).toBeLessThanOrEqual(limit);
});

test.each([1, 4, 5, 6, 9, 10])("escaped text of %i units never ends inside an entity", (limit) => {
  expect(escapeTailWithin("<&<&", limit, escapeAngles).replaceAll(/&(lt|amp);/g, "")).toBe("");
});

test.each([
  ["no service for https://hooks.slack.com/services/T1/B2/abc", "no service for [address]"],
  ["bot123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw failed", "bot[token] failed"],
  ["<html>\n<body>\u0000Bad Gateway", "<html> <body>␀Bad Gateway"],
])("the answer %j is stored as %j", (answer, expected) => {
  expect(sanitised(answer)).toBe(expected);
});
