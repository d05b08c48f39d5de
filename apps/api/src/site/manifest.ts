import { createHash } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";

export type SiteFile = {
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
