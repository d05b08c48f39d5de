import type { MiddlewareHandler } from "hono";

import type { AppEnv } from "./context.ts";
import { ApiError } from "./problem.ts";

const MAX_DEPTH = 20;
/** What a request may weigh, and a file that says how a whole project should be. */
const REQUEST: Bounds = { bytes: 64 * 1024, keys: 1_000, name: "64 kB" };
const FILE: Bounds = { bytes: 2 * 1024 * 1024, keys: 100_000, name: "2 MB" };
/** What another's program sends to us, which repeats a chat message and what stands around it. */
const CALLBACK: Bounds = { bytes: 512 * 1024, keys: 10_000, name: "512 kB" };
const YAML = /^(?:application|text)\/(?:x-)?yaml\b/i;
type Bounds = { bytes: number; keys: number; name: string };
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** Reads and bounds a JSON body before any schema sees it. */
export const readJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  checkType(c.req.header("content-type"));
  const text = await readBounded(c.req.raw, REQUEST);
  if (text !== "") checkShape(parse(text), REQUEST);
  const { url, method, headers } = c.req.raw;
  c.req.raw = new Request(url, { method, headers, ...(text !== "" && { body: text }) });
  await next();
};

/** Reads and bounds a file in YAML or JSON; what comes after sees JSON. */
export const readFile: MiddlewareHandler<AppEnv> = async (c, next) => {
  const isYaml = YAML.test(c.req.header("content-type") ?? "");
  if (!isYaml)
    checkType(
      c.req.header("content-type"),
      "Send YAML or JSON, with Content-Type: application/yaml or application/json.",
    );
  const text = await readBounded(c.req.raw, FILE);
  const content = isYaml ? await parseYaml(text) : parse(text);
  checkShape(content, FILE);
  const { url, method } = c.req.raw;
  const headers = new Headers(c.req.raw.headers);
  headers.set("content-type", "application/json");
  headers.delete("content-length");
  c.req.raw = new Request(url, { method, headers, body: JSON.stringify(content) });
  await next();
};

/** A body as it came, such as its sender has signed it. @throws 413 beyond 512 kB, 400 where it is not UTF-8. */
export function readRaw(request: Request): Promise<string> {
  return readBounded(request, CALLBACK);
}

// Loaded when the first file comes.
async function parseYaml(text: string): Promise<unknown> {
  const yaml = await import("yaml");
  try {
    return yaml.parse(text, { maxAliasCount: 100 }) ?? {};
  } catch (cause) {
    const message = `The file is not YAML: ${cause instanceof Error ? cause.message.split("\n")[0] : ""}`;
    throw new ApiError("malformed", message, { errors: [{ field: "", message }], cause });
  }
}

const SEND_JSON = "Send JSON, with the header Content-Type: application/json.";

function checkType(type: string | undefined, message = SEND_JSON): void {
  if (type !== undefined && /^application\/(?:[\w.-]+\+)?json\b/i.test(type)) return;
  throw new ApiError("unsupported_media_type", message);
}

/** Counts what arrives, since a chunked body names no length. @throws 413 beyond it, 400 where it is not UTF-8. */
async function readBounded(request: Request, bounds: Bounds): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bounds.bytes) throw new ApiError("too_large", `The body is larger than ${bounds.name}.`);
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
function checkShape(root: unknown, bounds: Bounds): void {
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
    if (keys > bounds.keys)
      throw new ApiError("malformed", `The body has more than ${bounds.keys.toLocaleString("en")} fields.`);
  }
}

/** What no PostgreSQL can store. @throws 400 */
function checkText(text: string): void {
  if (!text.includes("\0") && text.isWellFormed()) return;
  throw new ApiError("malformed", "Text may hold neither NUL characters nor half of a surrogate pair.");
}
