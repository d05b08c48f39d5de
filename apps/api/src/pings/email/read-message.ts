import type { Readable } from "node:stream";

import { type MailText, textOfHtml } from "@overdue/core";
import PostalMime from "postal-mime";

/** A message as it came over the line: its beginning, in which keywords are looked for, and how much there was. */
export type Message = { beginning: Buffer; bytes: number };

/** Keywords are looked for in this much of a message; what is kept is less. */
const READ_BYTES_MAX = 1_000_000;

/** Reads a message to its end, but holds only its beginning. */
export async function readMessage(stream: Readable): Promise<Message> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    if (bytes < READ_BYTES_MAX) parts.push(part.subarray(0, READ_BYTES_MAX - bytes));
    bytes += part.length;
  }
  return { beginning: Buffer.concat(parts), bytes };
}

/** What a message says; one that cannot be taken apart says nothing, and is a ping all the same. */
export async function textOfMessage({ beginning }: Message): Promise<MailText> {
  try {
    const { subject = "", text = "", html = "" } = await PostalMime.parse(beginning, { maxNestingDepth: 50 });
    return { subject, plain: text, html: textOfHtml(html) };
  } catch {
    return { subject: "", plain: "", html: "" };
  }
}
