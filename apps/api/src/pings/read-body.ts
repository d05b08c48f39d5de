import type { Readable } from "node:stream";

/** The part of a body that is kept, and how much there was. */
export type KeptBody = { kept: Buffer | null; bytes: number; complete: boolean };

/** Past this many times the limit, and at least so many bytes, the rest is left unread and the connection closed. */
const READ_ON = 10;
const READ_ON_BYTES = 4_000_000;

/**
 * Reads a body to its end but keeps only the first `limit` bytes, so that a long log is cut and never refused.
 * Whoever sends more than ten times the limit and 4 MB (Healthchecks reads 2.6) is not listened to any further.
 */
export async function readBody(
  body: Readable | ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<KeptBody> {
  if (body === null) return { kept: null, bytes: 0, complete: true };
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    if (bytes < limit) parts.push(part.subarray(0, limit - bytes));
    bytes += part.length;
    if (bytes > Math.max(limit * READ_ON, READ_ON_BYTES))
      return { kept: keptOf(parts), bytes, complete: false };
  }
  return { kept: keptOf(parts), bytes, complete: true };
}

function keptOf(parts: readonly Uint8Array[]): Buffer | null {
  return parts.every((part) => part.length === 0) ? null : Buffer.concat(parts);
}
