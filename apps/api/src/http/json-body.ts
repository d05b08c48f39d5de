import { cacheHolidays } from "@overdue/schedules";
import type { Context, MiddlewareHandler } from "hono";

import {
  checkShape,
  type FileContent,
  type FileText,
  InvalidBody,
  parseJsonBody,
  readFileContent,
} from "./body-content.ts";
import type { AppEnv } from "./context.ts";
import { heavyTask } from "./heavy-task.ts";
import { ApiError } from "./problem.ts";
import type { WorkerPool } from "../workers/worker-pool.ts";

/**
 * Lets another thread compute the holidays that schedules in a body need, so that reading, explaining and storing these
 * schedules costs this thread next to nothing. A body without holidays costs nothing.
 * @throws 400 if that takes too long, 503 while too many requests wait for it
 */
async function precomputeHolidays(c: Context<AppEnv>, json: string): Promise<void> {
  if (!json.includes('"holidays"')) return;
  const schedules = schedulesIn(JSON.parse(json));
  if (schedules.length === 0) return;
  const { workers, now } = c.var.deps;
  const owner = c.req.param("projectId") ?? c.var.deps.clientAddress(c) ?? "";
  const task = workers.run("precomputeHolidays", { schedules, now: now() }, owner);
  cacheHolidays(
    await heavyTask(task, {
      tooHeavy: ["invalid_input", HOLIDAYS_TOO_HEAVY],
      overloaded: HOLIDAYS_OVERLOADED,
    }),
  );
}

const HOLIDAYS_TOO_HEAVY =
  "Finding the days that the exceptions leave takes too long: name fewer holiday calendars, or use a schedule that runs more often.";
const HOLIDAYS_OVERLOADED =
  "Other schedules with holidays are being checked: send this again in a few seconds.";

/** Every object in a body that needs holidays, under whatever name; each once. */
function schedulesIn(root: unknown): unknown[] {
  const found = new Map<string, unknown>();
  const open = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (needsHolidays(value)) found.set(JSON.stringify(value), value);
    open.push(...Object.values(value).filter((inner) => inner !== undefined));
  }
  return [...found.values()];
}

function needsHolidays(value: object): boolean {
  const { except } = value as { except?: unknown };
  const { holidays } = (typeof except === "object" && except !== null ? except : {}) as {
    holidays?: unknown;
  };
  return Array.isArray(holidays) && holidays.length > 0;
}

const REQUEST_MAX = { bytes: 64 * 1024, fields: 1_000, name: "64 kB" };
/** A configuration file, which describes a whole project. */
const FILE_MAX = { bytes: 2 * 1024 * 1024, name: "2 MB" };
/** A request of a provider such as Slack, which repeats a chat message with its surroundings. */
const CALLBACK_MAX = { bytes: 512 * 1024, name: "512 kB" };
const YAML = /^(?:application|text)\/(?:x-)?yaml\b/i;
type Bounds = { bytes: number; name: string };
/** A file up to this size is read on the main thread, where it costs no more than any request. */
const SMALL_FILE_CHARS_MAX = 16 * 1024;

/** Reads and bounds a JSON body before any schema sees it. */
export const readJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  checkType(c.req.header("content-type"));
  const text = await readBounded(c.req.raw, REQUEST_MAX);
  if (text !== "") withBodyErrors(() => checkShape(parseJsonBody(text), REQUEST_MAX.fields));
  await precomputeHolidays(c, text);
  const { url, method, headers } = c.req.raw;
  c.req.raw = new Request(url, { method, headers, ...(text !== "" && { body: text }) });
  await next();
};

/** Reads and bounds a file in YAML or JSON; later middleware gets JSON. */
export const readYamlOrJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  const isYaml = YAML.test(c.req.header("content-type") ?? "");
  if (!isYaml)
    checkType(
      c.req.header("content-type"),
      "Send YAML or JSON, with Content-Type: application/yaml or application/json.",
    );
  const text = await readBounded(c.req.raw, FILE_MAX);
  const owner = c.req.param("projectId") ?? "";
  const content = await readContent({ text, isYaml }, { workers: c.var.deps.workers, owner });
  if ("problem" in content) throw invalidBody(content);
  await precomputeHolidays(c, content.json);
  const { url, method } = c.req.raw;
  const headers = new Headers(c.req.raw.headers);
  headers.set("content-type", "application/json");
  headers.delete("content-length");
  c.req.raw = new Request(url, { method, headers, body: content.json });
  await next();
};

/** Reads a body unchanged, so that its signature can be checked. @throws 413 beyond 512 kB, 400 if it is not UTF-8 */
export function readRawBody(request: Request): Promise<string> {
  return readBounded(request, CALLBACK_MAX);
}

/** Reads the fields of a form that a page without scripts sends. @throws 413 beyond 64 kB, 400 if it is not UTF-8 */
export async function readForm(request: Request): Promise<URLSearchParams> {
  return new URLSearchParams(await readBounded(request, REQUEST_MAX));
}

async function readContent(
  file: FileText,
  { workers, owner }: { workers: WorkerPool; owner: string },
): Promise<FileContent> {
  if (!file.isYaml && file.text.length <= SMALL_FILE_CHARS_MAX) return await readFileContent(file);
  const task = workers.run("readConfigFile", file, owner);
  return await heavyTask(task, { tooHeavy: ["malformed", TOO_HEAVY], overloaded: OVERLOADED });
}

const TOO_HEAVY =
  "Reading the file takes more time or memory than a file may: leave out anchors, aliases and deep nesting, or send it as JSON.";
const OVERLOADED = "Other files are being read: send this one again in a few seconds.";

const SEND_JSON = "Send JSON, with the header Content-Type: application/json.";

function checkType(type: string | undefined, message = SEND_JSON): void {
  if (type !== undefined && /^application\/(?:[\w.-]+\+)?json\b/i.test(type)) return;
  throw new ApiError("unsupported_media_type", message);
}

/** Reads a body and counts its bytes, since a chunked body declares no length. @throws 413 beyond `bounds`, 400 if it is not UTF-8 */
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

/** Turns `InvalidBody` into a response. @throws 400 if the body is malformed */
function withBodyErrors(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof InvalidBody)) throw error;
    throw invalidBody({ problem: error.message, field: error.field }, error);
  }
}

function invalidBody({ problem, field }: { problem: string; field: string }, cause?: unknown): ApiError {
  if (field !== "") return ApiError.invalid(field, problem);
  return new ApiError("malformed", problem, { errors: [{ field, message: problem }], cause });
}
