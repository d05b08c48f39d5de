import type { MiddlewareHandler } from "hono";

export type Role = "viewer" | "editor" | "owner";

/** Who may call a route. `key`: the least scope an API key needs, null where only a person may. */
export type Access =
  /** `uncounted`: no rate limit applies, because a monitor of this instance asks, or a page loads its files. */
  | { auth: "public"; uncounted?: true }
  /** The secret in the path is the permission. */
  | { auth: "self-checked" }
  | { auth: "signed-in"; key: "read" | "write" | null }
  /** `{projectId}` in the path: a member with at least this role, or a key of that project. */
  | { auth: "project"; role: Role; key: "overview" | "read" | "write" | null }
  /** A key of Healthchecks' kind, which says the project; another project's check is answered with 403. */
  | { auth: "healthchecks"; key: "read" | "write" | "read-only" };

/** A member may look, and any key that reads: also one that opens nothing else, for a screen on a wall. */
export const READ_OVERVIEW = { auth: "project", role: "viewer", key: "overview" } as const;
/** A member may look, and a key that reads. */
export const READ = { auth: "project", role: "viewer", key: "read" } as const;
/**
 * A member may look, but of keys only one that writes: people put read-only keys on public dashboards, and what jobs sent,
 * addresses, and what people wrote is not for there.
 */
export const READ_DETAILS = { auth: "project", role: "viewer", key: "write" } as const;
/** Editors and owners change, and a key that writes. */
export const WRITE = { auth: "project", role: "editor", key: "write" } as const;
/** Owners change, and a key that writes. */
export const OWN = { auth: "project", role: "owner", key: "write" } as const;
/** An owner who signed in: no key can do it. */
export const OWNER_IN_PERSON = { auth: "project", role: "owner", key: null } as const;
/** A member who signed in: no key can do it. */
export const MEMBER_IN_PERSON = { auth: "project", role: "viewer", key: null } as const;

const guards = new WeakMap<object, Access>();

/** Marks a middleware as the guard of its route. */
export function markAsGuard(access: Access, middleware: MiddlewareHandler): MiddlewareHandler {
  guards.set(middleware, access);
  return middleware;
}

export type RegisteredRoute = { method: string; path: string; access: Access };
type HonoRoute = { method: string; path: string; handler: object };

/**
 * Every route with who may call it, read from the router itself, so that the list cannot part from what is served.
 * @throws where a route is reachable before its guard.
 */
export function registeredRoutes(routes: readonly HonoRoute[]): RegisteredRoute[] {
  const first = new Map<string, HonoRoute>();
  for (const route of routes) {
    const name = `${route.method} ${route.path}`;
    if (!isGlobal(route) && !first.has(name)) first.set(name, route);
  }
  return [...first.values()].map(({ method, path, handler }) => {
    const access = guards.get(handler);
    if (access === undefined)
      throw new Error(`${method} ${path} is not guarded: register it through route().`);
    return { method, path, access };
  });
}

function isGlobal(route: HonoRoute): boolean {
  return route.method === "ALL" && route.path === "/*";
}
