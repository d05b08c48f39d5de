import { createHash, randomBytes } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { pagePolicy, WORKER_POLICY } from "../http/responses.ts";

type SiteFile = {
  bytes: Buffer;
  /** Null where packing does not pay. */
  gzipped: Buffer | null;
  type: string;
  etag: string;
  /** Its name holds a hash of its content, so it never changes. */
  isImmutable: boolean;
};

/** The built web app, by path; `null` where it has not been built. */
export type Site = { files: ReadonlyMap<string, SiteFile>; indexHtml: string } | null;

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
const PACKED = new Set([".js", ".css", ".svg", ".json", ".txt", ".webmanifest"]);

/**
 * Reads the built web app once. Requests are answered from this list and never from the disk, so there is no path
 * that leads anywhere else.
 */
export function readSite(directory: string): Site {
  const names = globSync("**/*", { cwd: directory }).filter((name) =>
    statSync(join(directory, name)).isFile(),
  );
  const files = new Map(names.map((name) => [`/${name.split(sep).join("/")}`, readFile(directory, name)]));
  const index = files.get("/index.html");
  if (index === undefined) return null;
  files.delete("/index.html");
  return { files, indexHtml: index.bytes.toString("utf8") };
}

function readFile(directory: string, name: string): SiteFile {
  const bytes = readFileSync(join(directory, name));
  const extension = extname(name);
  return {
    bytes,
    gzipped: PACKED.has(extension) ? gzipSync(bytes) : null,
    type: TYPES[extension] ?? "application/octet-stream",
    etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 20)}"`,
    isImmutable: name.startsWith(`assets${sep}`),
  };
}

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
  if (c.req.path === "/sw.js") c.header("content-security-policy", WORKER_POLICY);
  c.header("vary", "accept-encoding");
  c.header("cache-control", file.isImmutable ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache");
  if (c.req.header("if-none-match") === file.etag) return c.body(null, 304);
  if (file.gzipped === null || !(c.req.header("accept-encoding") ?? "").includes("gzip")) {
    return c.body(new Uint8Array(file.bytes));
  }
  c.header("content-encoding", "gzip");
  return c.body(new Uint8Array(file.gzipped));
}
