import { expect, test } from "vitest";

import { KeywordScanner } from "./keyword-scanner.ts";

function foundIn(text: string, keywords: string[], size: number): string[] {
  const scanner = new KeywordScanner(keywords);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) scanner.add(bytes.subarray(at, at + size));
  return [...scanner.found].toSorted();
}

test.each([1, 2, 3, 5, 7, 64])("in pieces of %i bytes every keyword is found, and no other", (size) => {
  const text = `${"x".repeat(33)}FATAL: Datenträger voll 💾 ${"y".repeat(40)}ü`;
  const wanted = ["FATAL", "Datenträger voll", "💾 y", "ü"];
  expect(foundIn(text, [...wanted, "fatal", "Datentrager", "z", "ÿ"], size)).toEqual(wanted.toSorted());
});

test("a keyword is found wherever two pieces part", () => {
  const text = "....Übertragung fehlgeschlagen....";
  const bytes = Buffer.from(text);
  for (let at = 0; at <= bytes.length; at += 1) {
    const scanner = new KeywordScanner(["Übertragung", "fehlgeschlagen"]);
    scanner.add(bytes.subarray(0, at));
    scanner.add(bytes.subarray(at));
    expect(scanner.found.size).toBe(2);
  }
});
