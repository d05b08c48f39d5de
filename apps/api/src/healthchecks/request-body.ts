import { FaceError } from "./face-error.ts";

const MAX_BYTES = 256 * 1024;

export type JsonObject = Record<string, unknown>;

/**
 * Reads the body of a POST: nothing stands for `{}`. A number that is not written as a whole one, such as 3600.0,
 * becomes NaN, for Healthchecks takes only whole ones. Where none is needed, `null` and what is no JSON stand for `{}` too.
 * @throws FaceError 400 where it is not UTF-8, not JSON or not an object, 413 beyond 256 kB.
 */
export async function readObject(request: Request, { needed }: { needed: boolean }): Promise<JsonObject> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return {};
  const value = needed ? parse(bytes) : parseOrNull(bytes);
  if (value === null && !needed) return {};
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw FaceError.of(400, "json validation error: value is not an object");
}

async function readBytes(request: Request): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.body ?? []) {
    bytes += part.byteLength;
    if (bytes > MAX_BYTES) throw FaceError.of(413, "request body is larger than 256 kB");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function parseOrNull(bytes: Buffer): unknown {
  try {
    return parse(bytes);
  } catch (error) {
    if (error instanceof FaceError) return null;
    throw error;
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), wholeNumbers);
  } catch {
    throw FaceError.of(400, "could not parse request body");
  }
}

// The third parameter is in the language since 2025, and not yet in TypeScript's library.
function wholeNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" && !/^-?\d+$/.test(context?.source ?? "") ? Number.NaN : value;
}
