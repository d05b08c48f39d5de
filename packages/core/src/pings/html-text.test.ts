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
  ["&Uuml;bertragung &auml;&szlig; &eacute;&ccedil;&ntilde;", "Übertragung äß éçñ"],
  ["&euro;5 &hellip; &ldquo;a&rdquo; &mdash; &check; &NotEqualTilde;", "€5 … “a” — ✓ ≂̸"],
  ["&Uuml without an end, &ampersand", "Ü without an end, &ersand"],
  ["&#220;ber &#xDC;ber &#128;", "Über Über €"],
  ["U&#776;ber &Uuml;ber&shy;tra&zwnj;gung", "Über Übertragung"],
  ["&lt;b&gt; is no tag, &amp;lt; is no bracket", "<b> is no tag, &lt; is no bracket"],
  ["&#9999999;", "\ufffd"],
  ["", ""],
])("%j reads as %j", (html, text) => {
  expect(textOfHtml(html)).toBe(text);
});

test("a keyword of several words is found across a line and a no-break space", () => {
  expect(textOfHtml("Fehler&nbsp;bei\r\n  der &Uuml;bertragung")).toBe("Fehler bei der Übertragung");
});

test("half a megabyte of opened tags is read in one walk", () => {
  expect(textOfHtml("<script></".repeat(50_000))).toBe("");
  expect(textOfHtml("<".repeat(500_000))).toHaveLength(500_000);
  expect(textOfHtml("&amp;".repeat(100_000))).toHaveLength(100_000);
});
