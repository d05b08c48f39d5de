import { findKey, type KeyRow } from "@overdue/db";
import type { MiddlewareHandler } from "hono";

import { type Access, asGuard } from "../http/access.ts";
import { writeEntry } from "../http/audited.ts";
import { isOverBudget } from "../http/budget.ts";
import { RETRY_AFTER_SECONDS, unavailable } from "../http/unavailable.ts";
import { FaceError } from "./face-error.ts";
import type { ApiVersion, Face, FaceContext, FaceEnv } from "./face-env.ts";
import { isCheckField } from "./check-fields.ts";
import { type JsonObject, readObject } from "./request-body.ts";

const KEY_CHARS = 32;

export type FaceAccess = Extract<Access, { auth: "public" | "healthchecks" }>;

/** Lets past who may call the route, in Healthchecks' order of refusals; no other shape of error leaves by it. */
export function faceGuard(access: FaceAccess, headers: Record<string, string>): MiddlewareHandler<FaceEnv> {
  return asGuard(access, async (c: FaceContext, next) => {
    c.set("actor", { kind: "nobody" });
    c.set("role", null);
    const refused = await admit(c, access);
    if (refused === null) await next();
    else c.res = refused;
    await audit(c);
    if (c.error !== undefined) answerPlainly(c, c.error);
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  });
}

/** For what no key is asked for and any method may come. */
export const passing: MiddlewareHandler<FaceEnv> = asGuard(
  { auth: "public" },
  async (_, next) => await next(),
);

/** Runs a handler, turning what it throws for the client into its answer. */
export async function answering(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FaceError) return error.response();
    throw error;
  }
}

async function admit(c: FaceContext, access: FaceAccess): Promise<Response | null> {
  // A router of ours answers HEAD as GET does; Healthchecks refuses it.
  if (c.req.method === "HEAD") return new Response(null, { status: 405 });
  try {
    c.set("face", await counted(c, () => faceOf(c, access)));
    return null;
  } catch (error) {
    if (error instanceof FaceError) return error.response();
    throw error;
  }
}

/** The same count as of our own API, told in Healthchecks' shape. */
async function counted(c: FaceContext, find: () => Promise<Face>): Promise<Face> {
  try {
    return await find();
  } finally {
    await count(c);
  }
}

async function count(c: FaceContext): Promise<void> {
  if (await isOverBudget(c, c.var)) throw FaceError.of(429, "rate limit exceeded");
}

async function faceOf(c: FaceContext, access: FaceAccess): Promise<Face> {
  if (access.auth === "public") return publicFace(c);
  return access.key === "read-only" ? await ofReadOnlyKey(c) : await ofKey(c, access.key);
}

function publicFace(c: FaceContext): Face {
  return { version: versionOf(c), projectId: "", mayWrite: false, body: {} };
}

async function ofKey(c: FaceContext, needed: "read" | "write"): Promise<Face> {
  const body = c.req.method === "POST" ? await bodyOf(c) : {};
  const text = c.req.header("x-api-key") ?? keyIn(body);
  if (text.length !== KEY_CHARS) throw FaceError.of(401, "missing api key");
  const key = await useKey(c, text);
  if (key === null || !allows(key, needed)) throw FaceError.of(401, "wrong api key");
  return { version: versionOf(c), projectId: key.projectId, mayWrite: key.scope === "write", body };
}

/** Pause and resume need no body, and some clients send `null` or what is no JSON: that is no body. */
async function bodyOf(c: FaceContext): Promise<JsonObject> {
  return await readObject(c.req.raw, { needed: !/\/(?:pause|resume)\/?$/.test(c.req.path) });
}

/** Of Prometheus, which sends its key in the path or as a bearer token, and gets by with a status. */
async function ofReadOnlyKey(c: FaceContext): Promise<Face> {
  const text = c.req.param("key") ?? bearer(c);
  if (text.length !== KEY_CHARS) throw new FaceError(400);
  const key = await useKey(c, text);
  if (key?.scope !== "read") throw new FaceError(403);
  return { version: versionOf(c), projectId: key.projectId, mayWrite: false, body: {} };
}

function bearer(c: FaceContext): string {
  const [scheme, token] = (c.req.header("authorization") ?? "").split(/ +/, 2);
  if (scheme?.toLowerCase() !== "bearer" || token === undefined) throw new FaceError(401);
  return token;
}

/** The key, noted as used; null where nobody has it. */
async function useKey(c: FaceContext, text: string): Promise<KeyRow | null> {
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

function versionOf(c: FaceContext): ApiVersion {
  const version = c.req.param("version");
  return version === "v1" || version === "v2" ? version : "v3";
}

/** Who changed a check through this face is written down as for our own API. */
async function audit(c: FaceContext): Promise<void> {
  const touched = c.get("touched");
  if (touched === undefined || !c.res.ok) return;
  const { projectId, body } = c.var.face;
  // What else a client sends is ignored, and may be called anything, even what no database can store.
  const fields = Object.keys(body).filter(isCheckField).toSorted();
  await writeEntry(c, { vars: c.var, projectId, action: `check.${verbOf(c)}`, object: touched, fields });
}

function verbOf(c: FaceContext): string {
  if (c.req.method === "DELETE") return "delete";
  const act = /\/(pause|resume)\/?$/.exec(c.req.path)?.[1];
  return act ?? (c.res.status === 201 ? "create" : "edit");
}

/**
 * What went wrong unforeseen was logged and judged by the application; here only its status is said, and where it
 * passes by itself, a sentence and when to come again.
 */
function answerPlainly(c: FaceContext, error: Error): void {
  const { status } = c.res;
  const passing = unavailable(error);
  c.res = undefined;
  if (passing === null) c.res = new Response(null, { status });
  else {
    c.res = FaceError.of(passing.status, passing.message).response();
    c.res.headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  }
}
