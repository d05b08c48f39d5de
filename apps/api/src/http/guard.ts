import { findRole, notifyChanges } from "@overdue/db";
import type { MiddlewareHandler } from "hono";

import { type Access, asGuard, type Role } from "./access.ts";
import { findActor } from "./actor.ts";
import { isOverBudget } from "./budget.ts";
import type { Actor, AppContext, AppEnv } from "./context.ts";
import { checkOrigin } from "./origin.ts";
import { ApiError } from "./problem.ts";

const RANK: Record<Role, number> = { viewer: 1, editor: 2, owner: 3 };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

type OwnAccess = Exclude<Access, { auth: "healthchecks" }>;

/** Lets nobody past who may not call the route. */
export function guard(access: OwnAccess): MiddlewareHandler<AppEnv> {
  return asGuard(access, async (c: AppContext, next) => {
    await admit(c, access);
    await next();
    if (access.auth === "project" && changed(c)) tellPages(c);
  });
}

async function admit(c: AppContext, access: OwnAccess): Promise<void> {
  if (access.auth === "ping") return;
  if (/%00/.test(c.req.url)) throw new ApiError("malformed", "An address may not hold NUL characters.");
  c.set("role", null);
  if (access.auth === "public") return await admitAnyone(c, access);
  const actor = await identify(c);
  if (actor.kind === "nobody") throw new ApiError("unauthorized", "Sign in, or send an API key.");
  if (actor.kind === "user") checkOrigin(c);
  if (access.auth === "project") await admitToProject(c, access);
  if (actor.kind === "key") checkScope(actor, access.key);
}

async function admitAnyone(c: AppContext, access: Access & { auth: "public" }): Promise<void> {
  c.set("actor", { kind: "nobody" });
  if (access.uncounted !== true) await count(c);
  checkOrigin(c);
}

/** Who is asking, counted as such; a request with a wrong key is counted as nobody's. @throws 401, 429 */
async function identify(c: AppContext): Promise<Actor> {
  c.set("actor", { kind: "nobody" });
  try {
    c.set("actor", await findActor(c));
  } finally {
    await count(c);
  }
  return c.var.actor;
}

async function count(c: AppContext): Promise<void> {
  if (!(await isOverBudget(c, c.var))) return;
  throw new ApiError("too_many_requests", "Too many requests: wait as long as Retry-After says.");
}

async function admitToProject(c: AppContext, access: Access & { auth: "project" }): Promise<void> {
  const projectId = c.req.param("projectId") ?? "";
  const { actor } = c.var;
  if (actor.kind === "key" && actor.projectId !== projectId.toLowerCase()) throw ApiError.notFound("project");
  if (actor.kind !== "user") return;
  const role = UUID.test(projectId)
    ? await findRole(c.var.deps.db, { projectId, userId: actor.userId })
    : null;
  if (role === null) throw ApiError.notFound("project");
  c.set("role", role);
  if (RANK[role] < RANK[access.role]) {
    throw new ApiError("forbidden", `Your role in this project is ${role}; this needs ${access.role}.`);
  }
}

function checkScope(key: Actor & { kind: "key" }, needed: "read" | "write" | null): void {
  if (needed === null) throw new ApiError("forbidden", "An API key cannot do this: sign in as a person.");
  if (key.scope === "write" || (key.scope === "read" && needed === "read")) return;
  throw new ApiError(
    "forbidden",
    `This needs a key with the scope ${needed}; this key's scope is ${key.scope}.`,
  );
}

function changed(c: AppContext): boolean {
  return c.req.method !== "GET" && c.req.method !== "HEAD" && c.res.status < 400;
}

// Nobody waits for it: a page that is not told looks again when it reconnects.
function tellPages(c: AppContext): void {
  const { pool, log } = c.var.deps;
  const { projectId = "", checkId } = c.req.param() as Record<string, string | undefined>;
  notifyChanges(pool, [{ projectId, ...(checkId !== undefined && { checkId }) }]).catch((err: unknown) => {
    log.warn({ err }, "open pages could not be told");
  });
}
