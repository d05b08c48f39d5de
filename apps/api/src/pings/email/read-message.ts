import type { Readable } from "node:stream";

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
