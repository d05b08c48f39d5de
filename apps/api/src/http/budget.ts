import type { Context, MiddlewareHandler } from "hono";

import { addressGroup } from "../limits/address-group.ts";
import type { Standing } from "../limits/limits.ts";
import type { Actor, AppContext, AppEnv } from "./context.ts";
import { ApiError } from "./problem.ts";

type Asking = Pick<AppEnv["Variables"], "deps" | "actor">;

/**
 * Counts this request. Who proved who they are is counted by that alone, wherever they come from; all others by their
 * address. @returns whether it is one too many
 */
export async function isOverBudget(c: Context, { deps, actor }: Asking): Promise<boolean> {
  const standing = await deps.limits.request(budgetOf(actor, deps.clientAddress(c)));
  if (standing !== null) c.set("standing", standing);
  return standing?.isRefused ?? false;
}

/** Holds an answer back where the limit is reached. @throws 429 */
export function refuseBeyond(c: AppContext, standing: Standing, sentence: string): void {
  c.set("standing", standing);
  if (!standing.isRefused) return;
  throw new ApiError("too_many_requests", `${sentence} Try again in ${seconds(standing.resetSeconds)}.`);
}

/** Where the request comes from, as limits count it. */
export function groupOf(c: AppContext): string {
  return addressGroup(c.var.deps.clientAddress(c) ?? UNKNOWN);
}

/** Tells every answer's reader how they stand: in the words of the IETF's draft, and in the older ones. */
export const budgetHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const standing = c.get("standing");
  if (standing === undefined) return;
  const { limit, quota, windowSeconds, remaining, resetSeconds } = standing;
  const headers = {
    "ratelimit-policy": `"${limit}";q=${quota};w=${windowSeconds}`,
    ratelimit: `"${limit}";r=${remaining};t=${resetSeconds}`,
    "ratelimit-limit": String(quota),
    "ratelimit-remaining": String(remaining),
    "ratelimit-reset": String(resetSeconds),
    ...(standing.isRefused && { "retry-after": String(resetSeconds) }),
  };
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
};

// Only a socket that has closed meanwhile has no address.
const UNKNOWN = "unknown";

function budgetOf(actor: Actor, address: string | null): string {
  switch (actor.kind) {
    case "key":
      return `key:${actor.keyId}`;
    case "user":
      return `user:${actor.userId}`;
    case "nobody":
      return `address:${addressGroup(address ?? UNKNOWN)}`;
  }
}

function seconds(count: number): string {
  return count === 1 ? "1 second" : `${count} seconds`;
}
