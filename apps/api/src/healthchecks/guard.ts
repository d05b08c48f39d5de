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
import { enterProject, mayUseFrom } from "../http/guard.ts";
import { countRequest } from "../http/rate-limits.ts";

const BYTES_MAX = 256 * 1024;

export type JsonObject = Record<string, unknown>;

/**
 * Reads the body of a POST; an empty one counts as `{}`. A number that is not written as a whole number, such as 3600.0,
 * becomes NaN, because Healthchecks accepts only whole numbers. If no body is needed, `null` and broken JSON also count as
 * `{}`. @throws HealthchecksError 400 if it is not UTF-8, not JSON or not an object, 413 beyond 256 kB
 */
async function readObject(
  request: Request,
  { isBodyNeeded }: { isBodyNeeded: boolean },
): Promise<JsonObject> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return {};
  const value = isBodyNeeded ? parse(bytes) : parseOrNull(bytes);
  if (value === null && !isBodyNeeded) return {};
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw HealthchecksError.withJson(400, "json validation error: value is not an object");
}

async function readBytes(request: Request): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.body ?? []) {
    bytes += part.byteLength;
    if (bytes > BYTES_MAX) throw HealthchecksError.withJson(413, "request body is larger than 256 kB");
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
    throw HealthchecksError.withJson(400, "could not parse request body");
  }
}

// TypeScript's library does not have the third parameter yet, which the language has since 2025.
function wholeNumbers(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === "number" && !/^-?\d+$/.test(context?.source ?? "") ? Number.NaN : value;
}

const KEY_CHARS = 32;

export type HealthchecksAccess = Extract<Access, { auth: "public" | "healthchecks" }>;

/** Middleware that checks who may call a route. It refuses in Healthchecks' order, and gives every error Healthchecks' form. */
export function healthchecksGuard(
  access: HealthchecksAccess,
  headers: Record<string, string>,
): MiddlewareHandler<HealthchecksEnv> {
  return markAsGuard(access, async (c: HealthchecksContext, next) => {
    c.set("actor", { kind: "nobody" });
    c.set("role", null);
    const refused = await authorize(c, access);
    if (refused !== null) c.res = refused;
    else if (c.req.method === "GET") await next();
    else await inAuditedTransaction(c, { vars: c.var, next, entry: () => Promise.resolve(auditEntry(c)) });
    if (c.error !== undefined) hideErrorDetails(c, c.error);
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  });
}

/** For routes that need no key and take any method. */
export const publicGuard: MiddlewareHandler<HealthchecksEnv> = markAsGuard(
  { auth: "public" },
  async (_, next) => await next(),
);

/** Runs a handler. A `HealthchecksError` that it throws becomes the response. */
export async function withHealthchecksErrors(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HealthchecksError) return error.response();
    throw error;
  }
}

/** Finds out who calls; returns the response of a refusal, or null. */
async function authorize(c: HealthchecksContext, access: HealthchecksAccess): Promise<Response | null> {
  // Our router would answer HEAD as GET; Healthchecks refuses it.
  if (c.req.method === "HEAD") return new Response(null, { status: 405 });
  try {
    const call = await withRateLimit(c, () => readCall(c, access));
    c.set("call", call);
    if (call.projectId !== "") enterProject(c, c.var.deps, call.projectId);
    return null;
  } catch (error) {
    if (error instanceof HealthchecksError) return error.response();
    throw error;
  }
}

/**
 * Applies the rate limit of our own API, with a refusal in Healthchecks' form. It counts the request after `find`, since the
 * limit is per key, and also if that refuses it; beyond the limit, 429 replaces any other refusal.
 */
async function withRateLimit(
  c: HealthchecksContext,
  find: () => Promise<HealthchecksCall>,
): Promise<HealthchecksCall> {
  try {
    return await find();
  } finally {
    await refuseIfRateLimited(c);
  }
}

async function refuseIfRateLimited(c: HealthchecksContext): Promise<void> {
  const isTooMany = await countRequest(c, c.var);
  if (isTooMany) throw HealthchecksError.withJson(429, "rate limit exceeded");
}

async function readCall(c: HealthchecksContext, access: HealthchecksAccess): Promise<HealthchecksCall> {
  if (access.auth === "public") return publicCall(c);
  return access.key === "read-only" ? await callWithReadOnlyKey(c) : await callWithKey(c, access.key);
}

function publicCall(c: HealthchecksContext): HealthchecksCall {
  return { version: apiVersion(c), projectId: "", canWrite: false, body: {} };
}

async function callWithKey(c: HealthchecksContext, needed: "read" | "write"): Promise<HealthchecksCall> {
  const body = c.req.method === "POST" ? await readPostBody(c) : {};
  const text = c.req.header("x-api-key") ?? keyIn(body);
  if (text.length !== KEY_CHARS) throw HealthchecksError.withJson(401, "missing api key");
  const key = await useKey(c, text);
  if (key === null || !allows(key, needed)) throw HealthchecksError.withJson(401, "wrong api key");
  return { version: apiVersion(c), projectId: key.projectId, canWrite: key.scope === "write", body };
}

/** Pause and resume need no body. Some clients send `null` or broken JSON there, which counts as no body. */
async function readPostBody(c: HealthchecksContext): Promise<JsonObject> {
  return await readObject(c.req.raw, { isBodyNeeded: !/\/(?:pause|resume)\/?$/.test(c.req.path) });
}

/** A call by Prometheus, which sends the key in the path or as a bearer token. Errors are a bare status code, without a body. */
async function callWithReadOnlyKey(c: HealthchecksContext): Promise<HealthchecksCall> {
  const text = c.req.param("key") ?? bearer(c);
  if (text.length !== KEY_CHARS) throw new HealthchecksError(400);
  const key = await useKey(c, text);
  if (key?.scope !== "read") throw new HealthchecksError(403);
  return { version: apiVersion(c), projectId: key.projectId, canWrite: false, body: {} };
}

function bearer(c: HealthchecksContext): string {
  const [scheme, token] = (c.req.header("authorization") ?? "").split(/ +/, 2);
  if (scheme?.toLowerCase() !== "bearer" || token === undefined) throw new HealthchecksError(401);
  return token;
}

/** Finds the key and records its use; null if there is none that may be used from here. */
async function useKey(c: HealthchecksContext, text: string): Promise<KeyRow | null> {
  const { db, now, keyUse, clientAddress } = c.var.deps;
  const found = await findKey(db, text, now());
  const address = clientAddress(c);
  if (found === null || !mayUseFrom(found, address)) return null;
  keyUse.note(found.id, address);
  c.set("actor", { kind: "key", keyId: found.id, projectId: found.projectId, scope: found.scope });
  return found;
}

function keyIn(body: JsonObject): string {
  return typeof body["api_key"] === "string" ? body["api_key"] : "";
}

function allows({ scope }: KeyRow, needed: "read" | "write"): boolean {
  return scope === "write" || (needed === "read" && (scope === "read" || scope === "read:bodies"));
}

function apiVersion(c: HealthchecksContext): ApiVersion {
  const version = c.req.param("version");
  return version === "v1" || version === "v2" ? version : "v3";
}

/** The audit entry of a change, the same as for our own API; null if nothing was changed. */
function auditEntry(c: HealthchecksContext) {
  const changedCheck = c.get("changedCheck");
  if (changedCheck === undefined) return null;
  const { projectId, body } = c.var.call;
  // Other fields are ignored, and their names may even contain characters that the database cannot store.
  const fields = Object.keys(body).filter(isCheckField).toSorted();
  return { place: { projectId }, action: `check.${auditVerb(c)}`, object: changedCheck, fields };
}

function auditVerb(c: HealthchecksContext): string {
  if (c.req.method === "DELETE") return "delete";
  const act = /\/(pause|resume)\/?$/.exec(c.req.path)?.[1];
  return act ?? (c.res.status === 201 ? "create" : "edit");
}

/**
 * Replaces the application's error response, which it has logged already, by its status alone; if the problem passes by
 * itself, with a sentence and a time to try again.
 */
function hideErrorDetails(c: HealthchecksContext, error: Error): void {
  const { status } = c.res;
  const temporaryProblem = databaseProblem(error);
  // Hono merges the headers of the response that is replaced; undefined drops them.
  c.res = undefined;
  if (temporaryProblem === null) c.res = new Response(null, { status });
  else {
    c.res = HealthchecksError.withJson(temporaryProblem.status, temporaryProblem.message).response();
    c.res.headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  }
}
