import { findKey, type KeyRow } from "@overdue/db";
import type { MiddlewareHandler } from "hono";

import { isCheckField } from "./check-fields.ts";
import {
  type ApiVersion,
  type HealthchecksCall,
  type HealthchecksContext,
  type HealthchecksEnv,
  HealthchecksError,
} from "./endpoint.ts";
import { type Access, markAsGuard } from "../http/access.ts";
import { inAuditedTransaction } from "../http/audit.ts";
import { databaseProblem, RETRY_AFTER_SECONDS } from "../http/on-error.ts";
import { isRateLimited } from "../http/rate-limits.ts";

const BYTES_MAX = 256 * 1024;

export type JsonObject = Record<string, unknown>;

/**
 * Reads the body of a POST; an empty one counts as `{}`. A number that is not written as a whole one, such as 3600.0,
 * becomes NaN, for Healthchecks takes only whole ones. Where none is needed, `null` and broken JSON count as `{}`, too.
 * @throws HealthchecksError 400 where it is not UTF-8, not JSON or not an object, 413 beyond 256 kB.
 */
async function readObject(request: Request, { needed }: { needed: boolean }): Promise<JsonObject> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return {};
  const value = needed ? parse(bytes) : parseOrNull(bytes);
  if (value === null && !needed) return {};
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw HealthchecksError.of(400, "json validation error: value is not an object");
}

async function readBytes(request: Request): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.body ?? []) {
    bytes += part.byteLength;
    if (bytes > BYTES_MAX) throw HealthchecksError.of(413, "request body is larger than 256 kB");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function parseOrNull(bytes: Buffer): unknown {
  try {
    return parse(bytes);
  } catch (error) {
    if (error instanceof HealthchecksError) return null;
    throw error;
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), wholeNumbers);
  } catch {
    throw HealthchecksError.of(400, "could not parse request body");
  }
}

// The third parameter is in the language since 2025, and not yet in TypeScript's library.
function wholeNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" && !/^-?\d+$/.test(context?.source ?? "") ? Number.NaN : value;
}

const KEY_CHARS = 32;

export type HealthchecksAccess = Extract<Access, { auth: "public" | "healthchecks" }>;

/** Checks who calls a route. Refuses in Healthchecks' order, and turns every error into Healthchecks' form. */
export function healthchecksGuard(
  access: HealthchecksAccess,
  headers: Record<string, string>,
): MiddlewareHandler<HealthchecksEnv> {
  return markAsGuard(access, async (c: HealthchecksContext, next) => {
    c.set("actor", { kind: "nobody" });
    c.set("role", null);
    const refused = await admit(c, access);
    if (refused !== null) c.res = refused;
    else if (c.req.method === "GET") await next();
    else await inAuditedTransaction(c, { vars: c.var, next, entry: () => Promise.resolve(auditEntry(c)) });
    if (c.error !== undefined) hideErrorDetails(c, c.error);
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  });
}

/** For routes that ask for no key and take any method. */
export const publicGuard: MiddlewareHandler<HealthchecksEnv> = markAsGuard(
  { auth: "public" },
  async (_, next) => await next(),
);

/** Runs a handler, turning what it throws for the client into its answer. */
export async function withHealthchecksErrors(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HealthchecksError) return error.response();
    throw error;
  }
}

async function admit(c: HealthchecksContext, access: HealthchecksAccess): Promise<Response | null> {
  // A router of ours answers HEAD as GET does; Healthchecks refuses it.
  if (c.req.method === "HEAD") return new Response(null, { status: 405 });
  try {
    c.set("call", await withRateLimit(c, () => readCall(c, access)));
    return null;
  } catch (error) {
    if (error instanceof HealthchecksError) return error.response();
    throw error;
  }
}

/** The same rate limit as of our own API, answered in Healthchecks' shape. */
async function withRateLimit(
  c: HealthchecksContext,
  find: () => Promise<HealthchecksCall>,
): Promise<HealthchecksCall> {
  try {
    return await find();
  } finally {
    await count(c);
  }
}

async function count(c: HealthchecksContext): Promise<void> {
  if (await isRateLimited(c, c.var)) throw HealthchecksError.of(429, "rate limit exceeded");
}

async function readCall(c: HealthchecksContext, access: HealthchecksAccess): Promise<HealthchecksCall> {
  if (access.auth === "public") return publicCall(c);
  return access.key === "read-only" ? await callWithReadOnlyKey(c) : await callWithKey(c, access.key);
}

function publicCall(c: HealthchecksContext): HealthchecksCall {
  return { version: versionOf(c), projectId: "", mayWrite: false, body: {} };
}

async function callWithKey(c: HealthchecksContext, needed: "read" | "write"): Promise<HealthchecksCall> {
  const body = c.req.method === "POST" ? await bodyOf(c) : {};
  const text = c.req.header("x-api-key") ?? keyIn(body);
  if (text.length !== KEY_CHARS) throw HealthchecksError.of(401, "missing api key");
  const key = await useKey(c, text);
  if (key === null || !allows(key, needed)) throw HealthchecksError.of(401, "wrong api key");
  return { version: versionOf(c), projectId: key.projectId, mayWrite: key.scope === "write", body };
}

/** Pause and resume need no body. Some clients send `null` or broken JSON there, which counts as no body. */
async function bodyOf(c: HealthchecksContext): Promise<JsonObject> {
  return await readObject(c.req.raw, { needed: !/\/(?:pause|resume)\/?$/.test(c.req.path) });
}

/** A call by Prometheus, which sends the key in the path or as a bearer token, and needs no more than a status. */
async function callWithReadOnlyKey(c: HealthchecksContext): Promise<HealthchecksCall> {
  const text = c.req.param("key") ?? bearer(c);
  if (text.length !== KEY_CHARS) throw new HealthchecksError(400);
  const key = await useKey(c, text);
  if (key?.scope !== "read") throw new HealthchecksError(403);
  return { version: versionOf(c), projectId: key.projectId, mayWrite: false, body: {} };
}

function bearer(c: HealthchecksContext): string {
  const [scheme, token] = (c.req.header("authorization") ?? "").split(/ +/, 2);
  if (scheme?.toLowerCase() !== "bearer" || token === undefined) throw new HealthchecksError(401);
  return token;
}

/** The key, noted as used; null where nobody has it. */
async function useKey(c: HealthchecksContext, text: string): Promise<KeyRow | null> {
  const { db, now, keyUse, clientAddress } = c.var.deps;
  const found = await findKey(db, text, now());
  if (found === null) return null;
  keyUse.note(found.id, clientAddress(c));
  c.set("actor", { kind: "key", keyId: found.id, projectId: found.projectId, scope: found.scope });
  return found;
}

function keyIn(body: JsonObject): string {
  return typeof body["api_key"] === "string" ? body["api_key"] : "";
}

function allows({ scope }: KeyRow, needed: "read" | "write"): boolean {
  return scope === "write" || (scope === "read" && needed === "read");
}

function versionOf(c: HealthchecksContext): ApiVersion {
  const version = c.req.param("version");
  return version === "v1" || version === "v2" ? version : "v3";
}

/** Changes of a check are audited as those through our own API are. */
function auditEntry(c: HealthchecksContext) {
  const changedCheck = c.get("changedCheck");
  if (changedCheck === undefined) return null;
  const { projectId, body } = c.var.call;
  // What else a client sends is ignored, and may be called anything, even what no database can store.
  const fields = Object.keys(body).filter(isCheckField).toSorted();
  return { projectId, action: `check.${auditVerb(c)}`, object: changedCheck, fields };
}

function auditVerb(c: HealthchecksContext): string {
  if (c.req.method === "DELETE") return "delete";
  const act = /\/(pause|resume)\/?$/.exec(c.req.path)?.[1];
  return act ?? (c.res.status === 201 ? "create" : "edit");
}

/**
 * The application has logged the error and given it a status. The answer has only that status, and where the problem
 * passes by itself a sentence and a time to try again.
 */
function hideErrorDetails(c: HealthchecksContext, error: Error): void {
  const { status } = c.res;
  const passing = databaseProblem(error);
  c.res = undefined;
  if (passing === null) c.res = new Response(null, { status });
  else {
    c.res = HealthchecksError.of(passing.status, passing.message).response();
    c.res.headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  }
}
