import { crc32 } from "node:zlib";

/** Begins every record, so that a reader finds the next one behind a damaged one. */
const MARK = Buffer.from("\u0001OVD", "latin1");
/** The mark, the length of the content and its checksum, each of four bytes. */
const HEAD_BYTES = MARK.length + 8;
/** No ping is longer: its body is bounded, and so is every other part. */
const CONTENT_BYTES_MAX = 64_000_000;

/** Encodes one record of a spool: a head with mark, length and checksum, then the content. @throws Error for an empty content */
export function encodeRecord(content: Buffer): Buffer {
  if (content.length === 0) throw new Error("A record of the spool needs a content.");
  const head = Buffer.alloc(HEAD_BYTES);
  MARK.copy(head);
  head.writeUInt32LE(content.length, MARK.length);
  head.writeUInt32LE(checksum(content), MARK.length + 4);
  return Buffer.concat([head, content]);
}

/** `ends`: where each content's record ends; `next`: where to read on once more bytes are there; `skipped`: bytes that belong to no whole record. */
export type DecodedRecords = { contents: Buffer[]; ends: number[]; next: number; skipped: number };

/**
 * Decodes the whole records of `bytes` from `start` on. Whatever is damaged is skipped up to the next whole record. What is cut
 * off at the end is left for the next call, unless `isEnd` says that nothing follows. It never returns a content that was not
 * written, but for one whose change leaves the checksum as it is.
 */
export function decodeRecords(bytes: Buffer, start: number, isEnd: boolean): DecodedRecords {
  const decoded: DecodedRecords = { contents: [], ends: [], next: start, skipped: 0 };
  while (decoded.next < bytes.length) {
    const content = contentAt(bytes, decoded.next);
    if (Buffer.isBuffer(content)) {
      decoded.contents.push(content);
      decoded.next += HEAD_BYTES + content.length;
      decoded.ends.push(decoded.next);
      continue;
    }
    if (content === "cut off" && !isEnd) break;
    const from = decoded.next;
    const mark = bytes.indexOf(MARK, from + 1);
    decoded.next = mark < 0 ? bytes.length : mark;
    decoded.skipped += decoded.next - from;
  }
  return decoded;
}

function contentAt(bytes: Buffer, at: number): Buffer | "cut off" | "damaged" {
  const head = bytes.subarray(at, at + HEAD_BYTES);
  if (!head.subarray(0, MARK.length).equals(MARK.subarray(0, Math.min(MARK.length, head.length))))
    return "damaged";
  if (head.length < HEAD_BYTES) return "cut off";
  const length = head.readUInt32LE(MARK.length);
  // A machine that dies may leave zeros behind a mark, which would fit as the length and checksum of nothing.
  if (length === 0 || length > CONTENT_BYTES_MAX) return "damaged";
  const content = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
  if (content.length < length) return "cut off";
  return checksum(content) === head.readUInt32LE(MARK.length + 4) ? content : "damaged";
}

/** The length is part of it, so that a record with a changed length is not taken for a whole one. */
function checksum(content: Buffer): number {
  return crc32(content, content.length);
}
