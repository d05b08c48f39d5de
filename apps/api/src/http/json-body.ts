import type { MiddlewareHandler } from "hono";

import type { AppEnv } from "./context.ts";
import { ApiError } from "./problem.ts";

const MAX_BYTES = 64 * 1024;
const MAX_DEPTH = 20;
const MAX_KEYS = 1_000;
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** Reads and bounds a JSON body before any schema sees it. */
export const readJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  checkType(c.req.header("content-type"));
  const text = await readBounded(c.req.raw);
  if (text !== "") checkShape(parse(text));
  const { url, method, headers } = c.req.raw;
  c.req.raw = new Request(url, { method, headers, ...(text !== "" && { body: text }) });
  await next();
};

function checkType(type: string | undefined): void {
  if (type !== undefined && /^application\/(?:[\w.-]+\+)?json\b/i.test(type)) return;
  throw new ApiError("unsupported_media_type", "Send JSON, with the header Content-Type: application/json.");
}

/** Counts what arrives, since a chunked body names no length. @throws 413 beyond 64 kB, 400 where it is not UTF-8. */
async function readBounded(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new ApiError("too_large", "The body is larger than 64 kB.");
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new ApiError("malformed", "The body is not UTF-8.", { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `The body is not JSON${place(text, String(cause))}.`;
    throw new ApiError("malformed", message, { errors: [{ field: "", message }], cause });
  }
}

function place(text: string, complaint: string): string {
  const known = /position (\d+)/.exec(complaint)?.[1];
  if (known === undefined && !complaint.includes("end of JSON")) return "";
  const before = text.slice(0, Number(known ?? text.length)).split("\n");
  return `: it breaks off at line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
}

// Walks without recursion: a body may nest deeper than the stack.
function checkShape(root: unknown): void {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  let keys = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value === "string") checkText(next.value);
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth > MAX_DEPTH) throw new ApiError("malformed", "The body nests deeper than 20 levels.");
    for (const [key, value] of Object.entries(next.value)) {
      if (FORBIDDEN.has(key)) throw ApiError.invalid(key, "This name cannot be used.");
      open.push({ value, depth: next.depth + 1 });
      keys += 1;
    }
    if (keys > MAX_KEYS) throw new ApiError("malformed", "The body has more than 1,000 fields.");
  }
}

/** What no PostgreSQL can store. @throws 400 */
function checkText(text: string): void {
  if (!text.includes("\0") && text.isWellFormed()) return;
  throw new ApiError("malformed", "Text may hold neither NUL characters nor half of a surrogate pair.");
}
