import { expect, test } from "vitest";

import { textOfHtml } from "./html-text.ts";

test.each([
  ["<p>All <b>O</b>K</p>", "All OK"],
  ["<p>one</p><p>two</p>", "onetwo"],
  ["<p>one</p>\n\n  <p>two</p>", "one two"],
  ["<style>.ERROR { color: red }</style>fine<script>var x = '<b>ERROR</b>'</script>", "fine"],
  ["<STYLE media=print>ERROR</STYLE >fine", "fine"],
  ["<!-- ERROR > --> fine", "fine"],
  ["1 &lt; 2 &amp;&amp; &#79;&#x4b;&nbsp;&unknown;", "1 < 2 && OK &unknown;"],
  ["1 < 2 and 3 <= 4", "1 < 2 and 3 <= 4"],
  ["<a href='x'", ""],
  ["<script>never closed ERROR", ""],
  ["&#9999999;", "&#9999999;"],
  ["", ""],
])("%j reads as %j", (html, text) => {
  expect(textOfHtml(html)).toBe(text);
});

test("half a megabyte of opened tags is read in one walk", () => {
  expect(textOfHtml("<script></".repeat(50_000))).toBe("");
  expect(textOfHtml("<".repeat(500_000))).toHaveLength(500_000);
});
