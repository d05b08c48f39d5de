import { expect, test } from "vitest";

import { escapeHidden, visibleText } from "./visible-text.ts";

test.each([
  ["plain\ttext\nand lines", "plain\ttext\nand lines"],
  ["one\r\ntwo", "one\ntwo"],
  ["50 %\r100 %", "50 %\\u000d100 %"],
  ["\u001b[31mred\u001b[0m", "red"],
  ["\u0000bell\u0007", "\\u0000bell\\u0007"],
  ["safe\u202Egnp.exe", "safe\\u202egnp.exe"],
  ["\u0085", "\\u0085"],
  ["\u2028", "\\u2028"],
  ["\ufeffa\u200bb", "\\ufeffa\\u200bb"],
  ["\u{e0041}", "\\udb40\\udc41"],
  ["\ud800x", "\ufffdx"],
  ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ["Ä\t日本\nשלום 🎉", "Ä\t日本\nשלום 🎉"],
])("the text %j is shown as %j", (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test.each(["\u001b[31mred\u001b]0;title\u0007", "\u009b2J\u007f", "bad\rgood", "\u202egpj.exe\u{e0041}"])(
  "a string of JSON with %j stays the same, with its hidden characters escaped",
  (text) => {
    const line = `{"message":"${text}"}`;
    expect(escapeHidden(line)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(escapeHidden(line))).toEqual({ message: text });
  },
);
