import fc from "fast-check";
import { expect, test } from "vitest";

import { decodeRecords, encodeRecord } from "./records.ts";

const contents = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 8 });
const textsOf = (buffers: readonly Uint8Array[]) =>
  buffers.map((buffer) => Buffer.from(buffer).toString("hex"));

function spoolOf(written: readonly Uint8Array[]): Buffer {
  return Buffer.concat(written.map((content) => encodeRecord(Buffer.from(content))));
}

test("a spool that was cut anywhere is read up to its last whole record", () => {
  fc.assert(
    fc.property(contents, (written) => {
      const spool = spoolOf(written);
      let end = 0;
      const ends = written.map((content) => (end += encodeRecord(Buffer.from(content)).length));
      for (let cut = 0; cut <= spool.length; cut += 1) {
        const whole = ends.filter((each) => each <= cut).length;
        const decoded = decodeRecords(spool.subarray(0, cut), 0, true);
        expect(textsOf(decoded.contents)).toEqual(textsOf(written.slice(0, whole)));
      }
    }),
    { numRuns: 40 },
  );
});

test("a flipped bit costs the record that it is in, and no other", () => {
  fc.assert(
    fc.property(contents, fc.nat(), fc.integer({ min: 0, max: 7 }), (written, place, bit) => {
      const spool = spoolOf(written);
      const at = place % spool.length;
      spool[at] = (spool[at] ?? 0) ^ (1 << bit);
      const { contents: read } = decodeRecords(spool, 0, true);
      const left = textsOf(written);
      // Each record that is read was written, in that order, and all but one are read.
      for (const text of textsOf(read)) {
        const found = left.indexOf(text);
        expect(found).toBeGreaterThanOrEqual(0);
        left.splice(0, found + 1);
      }
      expect(read.length).toBeGreaterThanOrEqual(written.length - 1);
    }),
    { numRuns: 3_000 },
  );
});

test("what comes in pieces is read once each, wherever the pieces end", () => {
  fc.assert(
    fc.property(contents, fc.array(fc.nat(), { maxLength: 5 }), (written, cuts) => {
      const spool = spoolOf(written);
      const ends = [...cuts.map((cut) => cut % spool.length).toSorted((a, b) => a - b), spool.length];
      const read: Buffer[] = [];
      let next = 0;
      for (const end of ends) {
        const decoded = decodeRecords(spool.subarray(0, end), next, end === spool.length);
        read.push(...decoded.contents);
        next = decoded.next;
      }
      expect(textsOf(read)).toEqual(textsOf(written));
    }),
  );
});

test("bytes that no spool has written are skipped, however many they are", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
      const { contents: read, skipped } = decodeRecords(Buffer.from(bytes), 0, true);
      expect({ read: read.length, skipped }).toEqual({ read: 0, skipped: bytes.length });
    }),
  );
});

test("a mark with nothing but zeros behind it, as a dying machine leaves it, is no record", () => {
  fc.assert(
    fc.property(contents, fc.integer({ min: 0, max: 5_000 }), contents, (before, zeros, after) => {
      const mark = encodeRecord(Buffer.from("x")).subarray(0, 4);
      const spool = Buffer.concat([spoolOf(before), mark, Buffer.alloc(zeros), spoolOf(after)]);
      const { contents: read, skipped } = decodeRecords(spool, 0, true);
      expect(textsOf(read)).toEqual(textsOf([...before, ...after]));
      expect(skipped).toBe(mark.length + zeros);
    }),
  );
});

test("nothing is written as a record without content, since none would be read", () => {
  expect(() => encodeRecord(Buffer.alloc(0))).toThrow("A record of the spool needs a content.");
});
