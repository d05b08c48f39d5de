import { isAllowed, parseNetworks } from "@overdue/config";
import { isUuid } from "@overdue/core";
import { findKey, findOrganizationRole, findRole, isAtLeast, notifyChanges, openDb } from "@overdue/db";
import type { Context, MiddlewareHandler } from "hono";

import type { Deps } from "../deps.ts";
import { type Access, markAsGuard, type Role } from "./access.ts";
import { isOtherPerson } from "./trusted-header.ts";
import { countRequest } from "./rate-limits.ts";
import type { Actor, AppContext, AppEnv } from "./context.ts";
import { ApiError } from "./problem.ts";

/**
 * Refuses cross-site request forgery: a change with a session cookie must come from our own pages. A browser always sends the
 * Origin of a POST; without one, its Sec-Fetch-Site must at least be same-origin.
 * @throws 403
 */
function checkOrigin(c: AppContext): void {
  if (c.req.method === "GET" || c.req.method === "HEAD") return;
  const origin = c.req.header("origin");
  const ours = origin === undefined ? c.req.header("sec-fetch-site") === "same-origin" : isOurs(c, origin);
  if (!ours) throw new ApiError("forbidden", "This request did not come from Overdue's own pages.");
}

function isOurs(c: AppContext, origin: string): boolean {
  return c.var.deps.settings.origins.includes(origin);
}

/** Who is calling: the API key if one was sent, else the person of the session cookie. @throws 401 for a bad key */
async function findActor(c: AppContext): Promise<Actor> {
  const key = sentKey(c.req.raw.headers);
  return key === null ? await sessionActor(c) : await keyActor(c, key);
}

async function keyActor(c: AppContext, key: string): Promise<Actor> {
  const { db, now, keyUse } = c.var.deps;
  const found = await findKey(db, key, now());
  if (found === null) throw new ApiError("unauthorized", "This API key is unknown, expired or revoked.");
  const address = c.var.deps.clientAddress(c);
  if (!mayUseFrom(found, address)) throw new ApiError("forbidden", elsewhereSentence(address));
  keyUse.note(found.id, address);
  return { kind: "key", keyId: found.id, projectId: found.projectId, scope: found.scope };
}

async function sessionActor(c: AppContext): Promise<Actor> {
  const session = await c.var.deps.sessions.find(c.req.raw.headers);
  if (session === null || isOtherPerson(c, session)) return { kind: "nobody" };
  for (const cookie of session.setCookies) c.header("set-cookie", cookie, { append: true });
  const { userId, sessionId, verifiedAt } = session;
  return { kind: "user", userId, sessionId, verifiedAt };
}

/** Whether a key may be used from an address; null: the address is not known. */
export function mayUseFrom({ networks }: { networks: readonly string[] }, address: string | null): boolean {
  return networks.length === 0 || (address !== null && isAllowed(address, parseNetworks(networks)));
}

function elsewhereSentence(address: string | null): string {
  return `This API key may be used from its own networks alone, and this request came from ${address ?? "an unknown address"}: use it there, or make a key for this network.`;
}

/** Refuses a key in the address, which logs, histories and other sites get to know. @throws 400 */
function refuseKeyInQuery(c: AppContext): void {
  const { search } = new URL(c.req.url);
  if (search === "" || !(KEY_PARAMETER.test(search) || KEY_IN_QUERY.test(search))) return;
  throw new ApiError("malformed", KEY_IN_ADDRESS);
}

const KEY_PARAMETER = /[?&](?:api[_-]?key|access[_-]?token)=/i;
const KEY_IN_QUERY = /(?:hc[wr]|ov[bpo])_\w{28}/;
const KEY_IN_ADDRESS =
  "Send the API key in the header Authorization: Bearer … or X-Api-Key: …, not in the address, which is written to logs. If this was a real key, revoke it and make another one.";

function sentKey(headers: Headers): string | null {
  const bearer = /^Bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer ?? headers.get("x-api-key");
}

type OwnAccess = Exclude<Access, { auth: "healthchecks" }>;

/** Middleware that refuses a request from anybody who may not call the route. @throws 401, 403, 404, 429 */
export function guard(access: OwnAccess): MiddlewareHandler<AppEnv> {
  return markAsGuard(access, async (c: AppContext, next) => {
    await authorize(c, access);
    await next();
    if (access.auth === "project" && hasChangedSomething(c)) notifyPages(c);
  });
}

async function authorize(c: AppContext, access: OwnAccess): Promise<void> {
  if (access.auth === "self-checked") return;
  if (/%00/.test(c.req.url)) throw new ApiError("malformed", "A URL may not contain NUL characters.");
  c.set("role", null);
  refuseKeyInQuery(c);
  if (access.auth === "public") return await authorizeAnyone(c, access);
  const actor = await identify(c);
  if (actor.kind === "nobody") throw new ApiError("unauthorized", "Sign in, or send an API key.");
  if (actor.kind === "user") checkOrigin(c);
  if (access.auth === "project") await authorizeInProject(c, access);
  if (access.auth === "organization") await authorizeInOrganization(c, access);
  if (actor.kind === "key") checkScope(actor, access.key);
}

async function authorizeAnyone(c: AppContext, access: Access & { auth: "public" }): Promise<void> {
  c.set("actor", { kind: "nobody" });
  if (access.isRateLimitExempt !== true) await refuseOneTooMany(c);
  checkOrigin(c);
}

/** Finds who is calling, and counts the request for them; one with a wrong key counts for its address. @throws 401, 429 */
async function identify(c: AppContext): Promise<Actor> {
  c.set("actor", { kind: "nobody" });
  try {
    c.set("actor", await findActor(c));
  } finally {
    await refuseOneTooMany(c);
  }
  return c.var.actor;
}

/** Counts the request for its sender. @throws 429 */
async function refuseOneTooMany(c: AppContext): Promise<void> {
  const isTooMany = await countRequest(c, c.var);
  if (!isTooMany) return;
  throw new ApiError("too_many_requests", "Too many requests: wait as long as Retry-After says.");
}

async function authorizeInProject(c: AppContext, access: Access & { auth: "project" }): Promise<void> {
  const projectId = c.req.param("projectId") ?? "";
  const { actor } = c.var;
  if (actor.kind === "key" && actor.projectId !== projectId.toLowerCase()) throw ApiError.notFound("project");
  if (actor.kind === "user") await requireRole(c, { projectId, userId: actor.userId, needed: access.role });
  // Where a request sees other projects too, its queries alone keep to those that the person may see.
  if (access.seesOthers !== true) enterProject(c, c.var.deps, projectId);
}

/** From here on, the statements of the request see this project alone, whatever they ask for. */
export function enterProject(c: Context, deps: Deps, projectId: string): void {
  const pool = deps.rowSecurity.poolOf(projectId);
  const reads = deps.rowSecurity.poolOf(projectId, deps.longReads.pool);
  c.set("deps", { ...deps, pool, db: openDb(pool), longReads: { pool: reads, db: openDb(reads) } });
}

async function requireRole(
  c: AppContext,
  { projectId, userId, needed }: { projectId: string; userId: string; needed: Role },
): Promise<void> {
  const role = isUuid(projectId.toLowerCase()) ? await findRole(c.var.deps.db, { projectId, userId }) : null;
  if (role === null) throw ApiError.notFound("project");
  c.set("role", role);
  if (isAtLeast(role, needed)) return;
  throw new ApiError("forbidden", `Your role in this project is ${role}; this needs ${needed}.`);
}

async function authorizeInOrganization(
  c: AppContext,
  access: Access & { auth: "organization" },
): Promise<void> {
  const { actor, deps } = c.var;
  if (actor.kind !== "user") return;
  const organizationId = c.req.param("organizationId")?.toLowerCase() ?? "";
  const role = isUuid(organizationId)
    ? await findOrganizationRole(deps.db, { organizationId, userId: actor.userId })
    : null;
  if (role === null) throw ApiError.notFound("organization");
  c.set("role", role);
  if (isAtLeast(role, access.role)) return;
  throw new ApiError("forbidden", `Your role in this organization is ${role}; this needs ${access.role}.`);
}

/** A key may do all that a key of a lower rank may do. */
const KEY_RANK = { ping: 0, overview: 1, read: 2, "read:bodies": 3, write: 4 };

function checkScope(key: Actor & { kind: "key" }, needed: keyof typeof KEY_RANK | null): void {
  if (needed === null) throw new ApiError("forbidden", "An API key cannot do this: sign in as a person.");
  if (KEY_RANK[key.scope] >= KEY_RANK[needed]) return;
  throw new ApiError(
    "forbidden",
    `This needs a key with the scope ${needed}; this key's scope is ${key.scope}.`,
  );
}

const FRESH_MS = 600_000;

/**
 * Middleware that refuses a person whose last proof of who they are is more than ten minutes old. `when`: always, or only if
 * the body has one of these fields. @throws 403
 */
export function requireFresh(when: true | readonly string[]): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { actor, deps } = c.var;
    if (actor.kind === "user" && deps.now() - actor.verifiedAt > FRESH_MS && (await concerns(c, when)))
      throw new ApiError(
        "fresh_sign_in_needed",
        "Prove again who you are: this needs a sign-in, or POST /api/auth/verify, within the last ten minutes.",
      );
    await next();
  };
}

async function concerns(c: AppContext, when: true | readonly string[]): Promise<boolean> {
  if (when === true) return true;
  const sent: unknown = await c.req.json().catch(() => null);
  return typeof sent === "object" && sent !== null && when.some((field) => field in sent);
}

function hasChangedSomething(c: AppContext): boolean {
  return c.req.method !== "GET" && c.req.method !== "HEAD" && c.res.status < 400;
}

// The request does not wait for this: a page that misses a change reads everything when it reconnects.
function notifyPages(c: AppContext): void {
  const { pool, log } = c.var.deps;
  const { projectId = "", checkId = null } = c.req.param() as Record<string, string | undefined>;
  notifyChanges(pool, [{ projectId, checkId }]).catch((err: unknown) => {
    log.warn({ err }, "Open pages could not be notified of a change.");
  });
}
