import { expect, test } from "vitest";

import { escapeControls } from "./escape-controls.ts";

test.each([
  ["colours and titles", "\u001b[31mred\u001b]0;title\u0007", "\\u001b[31mred\\u001b]0;title\\u0007"],
  ["the one-character forms of these", "\u009b2J", "\\u009b2J"],
  ["a return that overwrites a line", "bad\rgood", "bad\\u000dgood"],
  ["text that runs the other way", "\u202egpj.exe", "\\u202egpj.exe"],
  ["words of any language, lines and tabs", "Ä\t日本\nשלום 🎉", "Ä\t日本\nשלום 🎉"],
])("a terminal obeys nothing in %s", (_, text, shown) => {
  expect(escapeControls(text)).toBe(shown);
});

test("a line of JSON stays one", () => {
  const line = `{"msg":"\u009b2J\u007f"}`;
  expect(JSON.parse(escapeControls(line))).toEqual(JSON.parse(line));
});
