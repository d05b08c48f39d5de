import { randomBytes } from "node:crypto";

import type { AppContext } from "../http/context.ts";
import { pagePolicy } from "../http/headers.ts";
import { ApiError } from "../http/problem.ts";
import type { Site, SiteFile } from "./manifest.ts";

const YEAR_SECONDS = 31_536_000;
const NONCE = "__CSP_NONCE__";
// What programs ask for is never answered with a page.
const NOT_PAGES = /^\/(?:v1|api|ping|health|metrics|badge)(?:\/|$)|\.[a-z0-9]+$/i;

/** Serves the built web app: its files by name, and its one page for every address that a person opens. */
export function siteHandler(site: Site): (c: AppContext) => Response {
  return (c) => {
    const file = site?.files.get(c.req.path);
    if (file !== undefined) return fileAnswer(c, file);
    if (!isNavigation(c)) throw new ApiError("not_found", "There is nothing at this address.");
    if (site === null)
      return c.text("The web app has not been built yet: run npm start, or npm run build.", 503);
    return page(c, site.indexHtml);
  };
}

function isNavigation(c: AppContext): boolean {
  return !NOT_PAGES.test(c.req.path) && (c.req.header("accept") ?? "").includes("text/html");
}

function page(c: AppContext, html: string): Response {
  const nonce = randomBytes(16).toString("base64");
  c.header("content-security-policy", pagePolicy(nonce));
  c.header("cache-control", "no-store");
  return c.html(html.replaceAll(NONCE, nonce));
}

function fileAnswer(c: AppContext, file: SiteFile): Response {
  c.header("content-type", file.type);
  c.header("etag", file.etag);
  c.header("vary", "accept-encoding");
  c.header("cache-control", file.isImmutable ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache");
  if (c.req.header("if-none-match") === file.etag) return c.body(null, 304);
  if (file.gzipped === null || !(c.req.header("accept-encoding") ?? "").includes("gzip")) {
    return c.body(new Uint8Array(file.bytes));
  }
  c.header("content-encoding", "gzip");
  return c.body(new Uint8Array(file.gzipped));
}
