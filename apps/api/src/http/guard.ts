import type { MiddlewareHandler } from "hono";

import { type Access, asGuard, type Role } from "./access.ts";
import { findActor } from "./actor.ts";
import type { Actor, AppContext, AppEnv } from "./context.ts";
import { checkOrigin } from "./origin.ts";
import { ApiError } from "./problem.ts";
import { findRole } from "@overdue/db";

const RANK: Record<Role, number> = { viewer: 1, editor: 2, owner: 3 };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Lets nobody past who may not call the route. */
export function guard(access: Access): MiddlewareHandler<AppEnv> {
  return asGuard(access, async (c: AppContext, next) => {
    if (access.auth !== "ping") {
      const actor = await findActor(c);
      if (actor.kind !== "key") checkOrigin(c);
      c.set("actor", actor);
      c.set("role", null);
      await admit(c, access);
    }
    await next();
  });
}

async function admit(c: AppContext, access: Access): Promise<void> {
  if (access.auth === "public" || access.auth === "ping") return;
  const { actor } = c.var;
  if (actor.kind === "nobody") throw new ApiError("unauthorized", "Sign in, or send an API key.");
  if (access.auth === "project") await admitToProject(c, access);
  if (actor.kind === "key") checkScope(actor, access.key);
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
