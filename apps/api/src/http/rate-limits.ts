import type { Context, MiddlewareHandler } from "hono";

import { addressGroup, type RateLimitState } from "../limits/limits.ts";
import type { Actor, AppContext, AppEnv } from "./context.ts";
import { ApiError } from "./problem.ts";

type Caller = Pick<AppEnv["Variables"], "deps" | "actor">;

/**
 * Counts this request: for the person or key that sent it, from whatever address; an anonymous one for its address.
 * @returns whether it is one too many
 */
export async function countRequest(c: Context, { deps, actor }: Caller): Promise<boolean> {
  const state = await deps.limits.request(rateLimitKey(actor, deps.clientAddress(c)));
  if (state !== null) c.set("rateLimit", state);
  return state?.isRefused ?? false;
}

/** Refuses the request if the limit is reached. @throws 429 */
export function refuseIfLimited(c: AppContext, state: RateLimitState, sentence: string): void {
  c.set("rateLimit", state);
  if (!state.isRefused) return;
  throw new ApiError("too_many_requests", `${sentence} Try again in ${seconds(state.resetSeconds)}.`);
}

/** The client's address, grouped as rate limits count it. */
export function clientAddressGroup(c: AppContext): string {
  return addressGroup(c.var.deps.clientAddress(c) ?? UNKNOWN);
}

/** Adds the state of the rate limit to every response, in the headers of the IETF's draft and in the older ones. */
export const rateLimitHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  const state = c.get("rateLimit");
  if (state === undefined) return;
  const { limit, quota, windowSeconds, remaining, resetSeconds } = state;
  const headers = {
    "ratelimit-policy": `"${limit}";q=${quota};w=${windowSeconds}`,
    ratelimit: `"${limit}";r=${remaining};t=${resetSeconds}`,
    "ratelimit-limit": String(quota),
    "ratelimit-remaining": String(remaining),
    "ratelimit-reset": String(resetSeconds),
    ...(state.isRefused && { "retry-after": String(resetSeconds) }),
  };
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
};

// A socket without an address has closed meanwhile.
const UNKNOWN = "unknown";

function rateLimitKey(actor: Actor, address: string | null): string {
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
