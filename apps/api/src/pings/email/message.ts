import type { Readable } from "node:stream";

import { type MailText, textOfHtml } from "@overdue/core";
import PostalMime from "postal-mime";

/** A message's source, and whether its body is needed besides its subject. */
export type MailSource = { source: Uint8Array; wantsBody: boolean };

/** The decoder writes it for bytes that do not exist in the declared charset. */
const UNKNOWN = "\uFFFD";
const NESTING_MAX = 20;
const HEADER_BYTES_MAX = 64 * 1024;

/**
 * Returns the parts of a message in which keywords are looked for. A message that is made to be slow costs seconds, so call
 * it on a thread of its own.
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

/** Returns the source of a message that cannot be parsed, so that a keyword in plain text is still found. */
export function rawText(source: Uint8Array): MailText {
  const plain = new TextDecoder().decode(source);
  return { subject: subjectIn(plain.slice(0, HEADER_BYTES_MAX)), plain, html: "" };
}

function subjectIn(text: string): string {
  return (/^subject:(.*)$/im.exec(text)?.[1] ?? "").trim();
}

/** Decodes bytes as Latin-1: old programs send letters such as Ü as single bytes without declaring it. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function headerOf(source: Uint8Array): Uint8Array {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const ends = ["\r\n\r\n", "\n\n"].map((blank) => bytes.indexOf(blank)).filter((at) => at !== -1);
  return bytes.subarray(0, Math.min(...ends, HEADER_BYTES_MAX));
}

/** A message as it was received: its beginning, its end and its length in bytes. */
export type Message = {
  head: Buffer;
  /** The last bytes, without those that are in `head`. */
  tail: Buffer;
  /** Whether anything between the two was dropped. */
  isCut: boolean;
  bytes: number;
};

/** Reads a message to its end, but keeps only the first and the last `keep` bytes. @throws if the stream breaks off */
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

/** The kept parts of a message as one source, cut between two lines so that its encoding stays intact. */
export function sourceOf({ head, tail, isCut }: Message): Buffer {
  if (!isCut) return Buffer.concat([head, tail]);
  const lastLine = head.lastIndexOf("\n");
  const firstLine = tail.indexOf("\n");
  return Buffer.concat([
    lastLine === -1 ? head : head.subarray(0, lastLine + 1),
    tail.subarray(firstLine + 1),
  ]);
}
