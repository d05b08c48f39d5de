import { createHash } from "node:crypto";

import type { Message } from "./read-message.ts";

const HEADER_CHARS_MAX = 64 * 1024;

/**
 * By what a message is known when a mail server sends it again, because it did not hear that it was taken: its Message-ID,
 * or else the id that the server before us gave it, with its date and all that follows the header. Null where it has
 * neither: such a message is never taken for a repetition. The header itself may differ, since each server on the way adds
 * to it.
 */
export function repeatDigest(message: Message): Buffer | null {
  const { header, headerBytes } = headerOf(message.head);
  const id = field(header, "message-id") ?? queueIdIn(header);
  if (id === null) return null;
  return createHash("sha256")
    .update(
      JSON.stringify([id, field(header, "date"), field(header, "subject"), message.bytes - headerBytes]),
    )
    .update(message.head.subarray(headerBytes))
    .update(message.tail)
    .digest();
}

function headerOf(head: Buffer): { header: string; headerBytes: number } {
  const text = head.subarray(0, HEADER_CHARS_MAX).toString("latin1");
  const end = /\r?\n\r?\n/.exec(text);
  const headerBytes = end === null ? text.length : end.index + end[0].length;
  return { header: text.slice(0, headerBytes).replaceAll(/\r?\n[ \t]+/g, " "), headerBytes };
}

function field(header: string, name: string): string | null {
  const line = header.split(/\r?\n/).find((candidate) => candidate.toLowerCase().startsWith(`${name}:`));
  const value = line?.slice(name.length + 1).trim() ?? "";
  return value === "" ? null : value;
}

/** `Received: from … by … id 1rAbCd-000123-XY; date`: the first one is of the server that speaks to us. */
function queueIdIn(header: string): string | null {
  return /\bid ([\w.-]{6,100})\b/i.exec(field(header, "received") ?? "")?.[1] ?? null;
}
