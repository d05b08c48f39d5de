import { expect, test } from "vitest";

import { BodyCollector, keepBody } from "./read-body.ts";

function collect(text: string, limit: number, size: number) {
  const collector = new BodyCollector(limit);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) collector.add(bytes.subarray(at, at + size));
  const { kept, cutAt, bytes: length } = collector.result();
  return {
    head: kept?.subarray(0, cutAt ?? kept.length).toString() ?? null,
    tail: cutAt === null ? null : kept?.subarray(cutAt).toString(),
    length,
  };
}

test.each([1, 2, 3, 7, 10, 11, 1_000])("in pieces of %i bytes a long body keeps its two ends", (size) => {
  const text = `first${"x".repeat(500)}last!`;
  expect(collect(text, 5, size)).toEqual({ head: "first", tail: "last!", length: 510 });
});

test.each([1, 4, 100])("in pieces of %i bytes nothing is lost of a body of up to twice the limit", (size) => {
  expect(collect("0123456789", 10, size)).toEqual({ head: "0123456789", tail: null, length: 10 });
  expect(collect("0123456789a", 10, size)).toEqual({ head: "0123456789", tail: "a", length: 11 });
  expect(collect("0123456789abcdefghij", 10, size)).toMatchObject({ tail: "abcdefghij", length: 20 });
  expect(collect("0123456789abcdefghijk", 10, size)).toMatchObject({ tail: "bcdefghijk", length: 21 });
});

test("no character is cut in two, at whichever byte the cut would fall", () => {
  for (let limit = 4; limit < 40; limit += 1) {
    const { head, tail } = collect("ä€💾".repeat(30), limit, 5);
    expect(`${head}${tail}`).not.toContain("\ufffd");
  }
});

test.each([0, 1])("a limit of %i bytes is no problem", (limit) => {
  expect(keepBody(Buffer.from("abc"), limit).bytes).toBe(3);
});

test("no body is null, and bytes that are no text are kept as they are", () => {
  expect(new BodyCollector(10).result()).toEqual({ kept: null, cutAt: null, bytes: 0 });
  const bytes = Buffer.from([0xff, 0x00, 0x80, 0xfe]);
  expect(keepBody(bytes, 10).kept).toEqual(bytes);
});
