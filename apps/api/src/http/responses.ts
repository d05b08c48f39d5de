import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

import type { MiddlewareHandler } from "hono";

import type { AppEnv } from "./context.ts";

const YEAR_SECONDS = 31_536_000;

/**
 * The headers of every response but a ping's: unless the response sets them itself, it may not be framed, sniffed or cached,
 * and sends no referrer.
 */
export function securityHeaders(isHttps: boolean): MiddlewareHandler<AppEnv> {
  const headers = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ...(isHttps && { "strict-transport-security": `max-age=${YEAR_SECONDS}` }),
  };
  return async function addSecurityHeaders(c, next) {
    await next();
    for (const [name, value] of Object.entries(headers))
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    if (!c.res.headers.has("content-security-policy"))
      c.res.headers.set("content-security-policy", DATA_POLICY);
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  };
}

// For data that a browser must never show as a page.
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** The policy of a page of the web app: it may load its own files, and style tags with this response's nonce. */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}

/** The policy of the service worker: it may call this server, and nothing else. */
export const WORKER_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'";

const gzipAsync = promisify(gzip);

/** Compressing a smaller response costs more time than it saves. */
const COMPRESSED_BYTES_MIN = 2_048;
/** Higher levels take several times as long for a few percent. */
const GZIP_LEVEL = 5;

/** Compresses a response that is kept for many readers. */
export async function compress(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await gzipAsync(bytes, { level: GZIP_LEVEL }));
}

/** The `cache-control` of a response that pages request again and again: it is sent again only if it has changed. */
export const REVALIDATED = "private, no-cache";

/**
 * Compresses long JSON responses for clients that accept gzip, and answers 304 if a response is `REVALIDATED` and the client
 * has it already. Streams stay as they are, and so do responses with an ETag: an edit sends that back as the version.
 */
export const compressJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  if (!isCompressible(c.res)) return;
  const bytes = Buffer.from(await c.res.arrayBuffer());
  const headers = new Headers(c.res.headers);
  headers.delete("content-length");
  headers.append("vary", "accept-encoding");
  if (headers.get("cache-control") === REVALIDATED) headers.set("etag", weakTag(bytes));
  const { status } = c.res;
  // Without this, Hono adds the headers of the earlier response to those of the new one.
  c.res = undefined;
  if ((c.req.header("if-none-match") ?? "") === headers.get("etag")) {
    c.res = new Response(null, { status: 304, headers });
    return;
  }
  const isCompressed = bytes.length >= COMPRESSED_BYTES_MIN && acceptsGzip(c.req.header("accept-encoding"));
  if (isCompressed) headers.set("content-encoding", "gzip");
  const sent = isCompressed ? await gzipAsync(bytes, { level: GZIP_LEVEL }) : bytes;
  c.res = new Response(new Uint8Array(sent), { status, headers });
};

function isCompressible({ status, body, headers }: Response): boolean {
  const isJson = (headers.get("content-type") ?? "").startsWith("application/json");
  return body !== null && status === 200 && isJson && !headers.has("etag");
}

/** A weak tag, because the compressed response has other bytes. */
function weakTag(bytes: Buffer): string {
  return `W/"${createHash("sha256").update(bytes).digest("base64url").slice(0, 20)}"`;
}

/** Whether `accept-encoding` allows gzip; "gzip;q=0" forbids it. */
export function acceptsGzip(header = ""): boolean {
  return header.split(",").some((part) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(part));
}
