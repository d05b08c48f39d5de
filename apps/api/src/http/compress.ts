import { promisify } from "node:util";
import { gzip } from "node:zlib";

import type { MiddlewareHandler } from "hono";
import { etag } from "hono/etag";
import { every } from "hono/combine";

import type { AppEnv } from "./context.ts";

const pack = promisify(gzip);

/** Below this size, packing costs more time than it saves on the way. */
const PACKED_FROM_BYTES = 2_048;
/** The higher levels take several times as long for a few percent. */
const LEVEL = 5;

/**
 * Packs long JSON answers for those who accept gzip. What is streamed or has a version as its ETag is left as it is: a
 * strong ETag names the very bytes, and an edit sends it back.
 */
export const compressJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const { headers, status, body } = c.res;
  if (body === null || status !== 200 || !acceptsGzip(c.req.header("accept-encoding"))) return;
  if (!(headers.get("content-type") ?? "").startsWith("application/json")) return;
  if (headers.has("content-encoding") || /^"/.test(headers.get("etag") ?? "")) return;
  const bytes = Buffer.from(await c.res.arrayBuffer());
  const isPacked = bytes.length >= PACKED_FROM_BYTES;
  const sent = isPacked ? await pack(bytes, { level: LEVEL }) : bytes;
  const answer = new Response(new Uint8Array(sent), { status, headers });
  answer.headers.append("vary", "accept-encoding");
  if (isPacked) answer.headers.set("content-encoding", "gzip");
  answer.headers.delete("content-length");
  // Hono would add the headers of the answer before to those of the new one.
  c.res = undefined;
  c.res = answer;
};

/** For an answer that pages ask for again and again: who has it already is told so, without its content (304). */
export const revalidated: MiddlewareHandler<AppEnv> = every(
  async function allowRevalidation(c, next) {
    await next();
    c.res.headers.set("cache-control", "private, no-cache");
  },
  etag({ weak: true }),
);

/** "gzip;q=0" is a refusal. */
function acceptsGzip(header = ""): boolean {
  return header.split(",").some((part) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(part));
}
