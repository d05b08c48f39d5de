import type { Readable } from "node:stream";

import { type MailText, textOfHtml } from "@overdue/core";
import PostalMime from "postal-mime";

/** A message's source, and whether more than its subject is asked for. */
export type MailSource = { source: Uint8Array; wantsBody: boolean };

/** What stands for bytes that are none of the charset that was named. */
const UNKNOWN = "\uFFFD";
const NESTING_MAX = 20;
const HEADER_BYTES_MAX = 64 * 1024;

/**
 * What a message says where keywords are looked for. Costs seconds where a message is made for it, so it belongs on a
 * thread of its own.
 */
export async function textOfMail({ source, wantsBody }: MailSource): Promise<MailText> {
  try {
    const options = { maxNestingDepth: NESTING_MAX, maxHeadersSize: HEADER_BYTES_MAX };
    const read = wantsBody ? source : headerOf(source);
    const { subject = "", text = "", html = "" } = await PostalMime.parse(read, options);
    const plain = text.includes(UNKNOWN)
      ? `${text}\n${latin1(source.subarray(headerOf(source).length))}`
      : text;
    return {
      subject: (subject.includes(UNKNOWN) ? subjectIn(latin1(headerOf(source))) : subject).normalize("NFC"),
      plain: plain.normalize("NFC"),
      html: textOfHtml(html),
    };
  } catch {
    return rawText(source);
  }
}

/** A message that cannot be taken apart, as it stands: a keyword in plain words is found all the same. */
export function rawText(source: Uint8Array): MailText {
  const plain = new TextDecoder().decode(source);
  return { subject: subjectIn(plain.slice(0, HEADER_BYTES_MAX)), plain, html: "" };
}

function subjectIn(text: string): string {
  return (/^subject:(.*)$/im.exec(text)?.[1] ?? "").trim();
}

/** Old programs send letters such as Ü as single bytes without saying so. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function headerOf(source: Uint8Array): Uint8Array {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const ends = ["\r\n\r\n", "\n\n"].map((blank) => bytes.indexOf(blank)).filter((at) => at !== -1);
  return bytes.subarray(0, Math.min(...ends, HEADER_BYTES_MAX));
}

/** A message as it came over the line: its beginning and its end, and how much there was in all. */
export type Message = {
  head: Buffer;
  /** What came last, where that is not in the head. */
  tail: Buffer;
  /** Whether anything between the two was dropped. */
  isCut: boolean;
  bytes: number;
};

/** Reads a message to its end, but holds only the first and the last `keep` bytes. @throws where it breaks off */
export async function readMessage(stream: Readable, keep: number): Promise<Message> {
  const head: Buffer[] = [];
  let tail = Buffer.alloc(0);
  let bytes = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    const room = Math.max(keep - bytes, 0);
    if (room > 0) head.push(part.subarray(0, room));
    const rest = part.subarray(room);
    if (rest.length > 0)
      tail = Buffer.concat([tail.subarray(Math.max(tail.length + rest.length - keep, 0)), rest]).subarray(
        -keep,
      );
    bytes += part.length;
  }
  return { head: Buffer.concat(head), tail, isCut: bytes > 2 * keep, bytes };
}

/** What is kept of a message as one that can be read: cut between two lines, so that its encoding stays whole. */
export function sourceOf({ head, tail, isCut }: Message): Buffer {
  if (!isCut) return Buffer.concat([head, tail]);
  const lastLine = head.lastIndexOf("\n");
  const firstLine = tail.indexOf("\n");
  return Buffer.concat([
    lastLine === -1 ? head : head.subarray(0, lastLine + 1),
    tail.subarray(firstLine + 1),
  ]);
}
