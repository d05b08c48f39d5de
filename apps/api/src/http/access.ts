import type { MemberRole } from "@overdue/db";
import type { MiddlewareHandler } from "hono";

export type Role = MemberRole;

/**
 * `fresh`: a person must have signed in, or proved again who they are, within the last ten minutes; with names, only if the
 * body has one of these fields. It does not concern API keys.
 */
type MaybeFresh = { fresh?: true | readonly string[] };

/** Who may call a route. `key`: the least scope an API key needs, null where only a person may. */
export type Access =
  /** `isRateLimitExempt`: no rate limit applies, because a monitor of this instance calls it, or a page loads its files. */
  | { auth: "public"; isRateLimitExempt?: true }
  /** The secret in the path is the permission. */
  | { auth: "self-checked" }
  | ({ auth: "signed-in"; key: "read" | "write" | null } & MaybeFresh)
  /** `{projectId}` in the path: a member with at least this role, or a key of that project. */
  | ({
      auth: "project";
      seesOthers?: true;
      role: Role;
      key: "overview" | "read" | "read:bodies" | "write" | null;
    } & MaybeFresh)
  /** `{organizationId}` in the path: somebody with at least this role in the organization; no key belongs to one. */
  | ({ auth: "organization"; role: Role; key: null } & MaybeFresh)
  /** A Healthchecks key, which implies the project; for another project's check the answer is 403. */
  | { auth: "healthchecks"; key: "read" | "write" | "read-only" };

/** For members and every key that reads, even an overview key, which opens nothing else and is meant for a screen on a wall. */
export const READ_OVERVIEW = { auth: "project", role: "viewer", key: "overview" } as const;
/** For members and keys that read. */
export const READ = { auth: "project", role: "viewer", key: "read" } as const;
/**
 * For members, but not for keys that only read: people put those on public dashboards, which must not show what jobs sent,
 * addresses, or what people wrote.
 */
export const READ_DETAILS = { auth: "project", role: "viewer", key: "read:bodies" } as const;
/** For members, admins, owners and keys that write. */
export const WRITE = { auth: "project", role: "member", key: "write" } as const;
/** For members, admins and owners who are signed in; no key may call it. */
const WRITE_IN_PERSON = { auth: "project", role: "member", key: null } as const;
/** The same for what concerns another project too, whose rows the request has to see. */
export const WRITE_IN_BOTH_PROJECTS = { ...WRITE_IN_PERSON, seesOthers: true } as const;
/** For admins, owners and keys that write. */
export const ADMIN = { auth: "project", role: "admin", key: "write" } as const;
/** For an admin or owner who is signed in; no key may call it. */
export const ADMIN_IN_PERSON = { auth: "project", role: "admin", key: null } as const;
/** For everybody with a role in the organization. */
export const ORGANIZATION_VIEWER = { auth: "organization", role: "viewer", key: null } as const;
export const ORGANIZATION_ADMIN = { auth: "organization", role: "admin", key: null } as const;
const ORGANIZATION_OWNER = { auth: "organization", role: "owner", key: null } as const;
/** For anybody in the project who is signed in; no key may call it. */
export const MEMBER_IN_PERSON = { auth: "project", role: "viewer", key: null } as const;

/** For a person who is signed in; no key may call it. */
export const PERSON = { auth: "signed-in", key: null } as const;
/** As `PERSON`, shortly after proving who they are. */
export const FRESH_PERSON = { ...PERSON, fresh: true } as const;
/** As `ADMIN_IN_PERSON`, shortly after proving who they are. */
export const FRESH_ADMIN = { ...ADMIN_IN_PERSON, fresh: true } as const;
/** As `ORGANIZATION_ADMIN`, shortly after proving who they are. */
export const FRESH_ORGANIZATION_ADMIN = { ...ORGANIZATION_ADMIN, fresh: true } as const;
/** As `ORGANIZATION_OWNER`, shortly after proving who they are. */
export const FRESH_ORGANIZATION_OWNER = { ...ORGANIZATION_OWNER, fresh: true } as const;
/** For an owner shortly after proving who they are; no key may call it. */
export const FRESH_OWNER = { auth: "project", role: "owner", key: null, fresh: true } as const;
/** As `WRITE`; a person has proved shortly before who they are. */
export const FRESH_WRITE = { ...WRITE, fresh: true } as const;
/** As `WRITE`, but a person who sends new settings, which hold secrets, has proved shortly before who they are. */
export const WRITE_SETTINGS = { ...WRITE, fresh: ["settings"] } as const;

const guards = new WeakMap<object, Access>();

/** Marks a middleware as the guard of its route. */
export function markAsGuard(access: Access, middleware: MiddlewareHandler): MiddlewareHandler {
  guards.set(middleware, access);
  return middleware;
}

export type RegisteredRoute = { method: string; path: string; access: Access };
type HonoRoute = { method: string; path: string; handler: object };

/**
 * Every route with who may call it, read from the router itself, so that the list cannot differ from what is served.
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
