import { expect, test } from "vitest";

import { visibleText } from "./plain-text.ts";

test.each([
  ["plain\ttext\nand lines", "plain\ttext\nand lines"],
  ["one\r\ntwo", "one\ntwo"],
  ["50 %\r100 %", "50 %⟨000D⟩100 %"],
  ["\u001b[31mred\u001b[0m", "red"],
  ["bell\u0007", "bell⟨0007⟩"],
  ["safe\u202Egnp.exe", "safe⟨202E⟩gnp.exe"],
  ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
])("the text %j is shown as %j", (body, shown) => {
  expect(visibleText(body)).toBe(shown);
});
