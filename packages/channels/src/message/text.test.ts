import { expect, test } from "vitest";

import {
  clipBytes,
  clipEnd,
  clipStart,
  escapeAngles,
  escapeMarkdown,
  escapeTailWithin,
  escapeXml,
  fenceCode,
  fencedByThree,
  oneLine,
  sanitise,
} from "./text.ts";

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
  [
    "no such room !abcdefghijklmnopqrstuvwxyz0123456789abcdefg",
    "no such room !abcdefghijklmnopqrstuvwxyz0123456789abcdefg",
  ],
  ["<html>\n<body>\u0000Bad Gateway", "<html> <body>\\u0000Bad Gateway"],
])("the answer %j is stored as %j", (answer, expected) => {
  expect(sanitise(answer)).toBe(expected);
});

test.each([
  ["a *b* _c_ ~d~ `e`", "a \\*b\\* \\_c\\_ \\~d\\~ \\`e\\`"],
  ["[a](https://evil.example)", "\\[a\\](https://evil.example)"],
  ["# a\n- b\n1. c", "\\# a\n\\- b\n1\\. c"],
  ["2026-11-20 (01:30)", "2026-11-20 (01:30)"],
  ["<@123> @everyone", "\\<@\u200b123\\> @\u200beveryone"],
])("%j in Markdown is %j", (text, expected) => {
  expect(escapeMarkdown(text)).toBe(expected);
});

test.each(["a", "```", "a ````` b", "`"])("%j cannot leave a fence", (text) => {
  const [fence = ""] = fenceCode(text).split("\n");
  expect(text).not.toContain(fence);
  expect(fencedByThree(text).slice(3, -3)).not.toContain("```");
});

test.each([3, 4, 5, 8])("clipping to %i bytes never splits a character", (limit) => {
  const cut = clipBytes("€€€€€", limit);
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit);
  expect(cut).toMatch(/^€*…$/);
});

test("XML keeps quotes out of attributes", () => {
  expect(escapeXml(`<a b="c" d='e'>&`)).toBe("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
});
