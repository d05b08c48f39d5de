import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

import type { MiddlewareHandler } from "hono";

import type { AppEnv } from "./context.ts";

const YEAR_SECONDS = 31_536_000;

/**
 * What every answer but a ping's carries: nothing of ours is framed, sniffed, cached or referred to by others, unless
 * the answer itself said so.
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
    if (!c.res.headers.has("content-security-policy")) c.res.headers.set("content-security-policy", NOTHING);
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  };
}

// For data that a browser should show as a page on no account.
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/** What a page of the web app may load: its own files, and style tags that carry this answer's nonce. */
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

/** What the service worker may do: it asks this server, and nothing else. */
export const WORKER_POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'";

const pack = promisify(gzip);

/** Below this size, packing costs more time than it saves on the way. */
const PACKED_FROM_BYTES = 2_048;
/** The higher levels take several times as long for a few percent. */
const LEVEL = 5;

/** Packs an answer that is kept for many readers. */
export async function gzipped(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await pack(bytes, { level: LEVEL }));
}

/** The `cache-control` of an answer that pages ask for again and again: it is sent only once it has changed. */
export const REVALIDATED = "private, no-cache";

/**
 * Packs long JSON answers for those who accept gzip, and sends none (304) where the answer is `REVALIDATED` and known
 * already. What is streamed or has a version as its ETag is left as it is: that ETag is what an edit sends back.
 */
export const compressJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  if (!isPackable(c.res)) return;
  const bytes = Buffer.from(await c.res.arrayBuffer());
  const headers = new Headers(c.res.headers);
  headers.delete("content-length");
  headers.append("vary", "accept-encoding");
  if (headers.get("cache-control") === REVALIDATED) headers.set("etag", weakTag(bytes));
  const { status } = c.res;
  // Without this, Hono adds the headers of the answer before to those of the new one.
  c.res = undefined;
  if ((c.req.header("if-none-match") ?? "") === headers.get("etag")) {
    c.res = new Response(null, { status: 304, headers });
    return;
  }
  const isPacked = bytes.length >= PACKED_FROM_BYTES && acceptsGzip(c.req.header("accept-encoding"));
  if (isPacked) headers.set("content-encoding", "gzip");
  const sent = isPacked ? await pack(bytes, { level: LEVEL }) : bytes;
  c.res = new Response(new Uint8Array(sent), { status, headers });
};

function isPackable({ status, body, headers }: Response): boolean {
  const isJson = (headers.get("content-type") ?? "").startsWith("application/json");
  return body !== null && status === 200 && isJson && !headers.has("etag");
}

/** Weak, because the packed answer has other bytes. */
function weakTag(bytes: Buffer): string {
  return `W/"${createHash("sha256").update(bytes).digest("base64url").slice(0, 20)}"`;
}

/** Whether `accept-encoding` takes gzip; "gzip;q=0" is a refusal. */
export function acceptsGzip(header = ""): boolean {
  return header.split(",").some((part) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(part));
}
