import { expect, test } from "vitest";

import { KeywordScanner } from "./read-body.ts";

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

test.each([
  ["Latin-1", Buffer.from("die Übertragung brach ab", "latin1"), "Übertragung"],
  ["UTF-16, little endian", Buffer.from("\ufeffFATAL: Übertragung", "utf16le"), "FATAL: Ü"],
  ["UTF-16, big endian", Buffer.from("\ufeffFATAL: Übertragung", "utf16le").swap16(), "FATAL: Ü"],
  ["accents apart from their letters", Buffer.from("die Übertragung".normalize("NFD")), "Übertragung"],
])("a keyword is found in %s", (_, text, keyword) => {
  for (let at = 0; at <= text.length; at += 1) {
    const scanner = new KeywordScanner([keyword, "none"]);
    scanner.add(text.subarray(0, at));
    scanner.add(text.subarray(at));
    expect([...scanner.found]).toEqual([keyword]);
  }
});

test.each([
  ["Ä", "Łódź und Ąńż"],
  ["§ 5", "ça 5, français ç 5"],
  ["失", "1Y und Y1"],
  ["Ã¼", "über"],
])("%s is not found in “%s”, whose bytes are like it in another encoding", (keyword, text) => {
  expect(foundIn(text, [keyword], 64)).toEqual([]);
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
