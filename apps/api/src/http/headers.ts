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
