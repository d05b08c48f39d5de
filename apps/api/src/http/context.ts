import type { KeyScope, AddressAuthor } from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import type { Context } from "hono";

import type { Deps } from "../deps.ts";
import type { Role } from "./access.ts";
import type { RateLimitState } from "../limits/limits.ts";

/** Who sent the request. */
export type Actor =
  | { kind: "nobody" }
  /** `verifiedAt`: when the person last proved who they are. */
  | { kind: "user"; userId: string; sessionId: string; verifiedAt: Instant }
  | { kind: "key"; keyId: string; projectId: string; scope: KeyScope };

export type AppEnv = {
  Variables: {
    deps: Deps;
    actor: Actor;
    /** The person's role in the project, or the organization, of the path; null for a key, and outside of projects. */
    role: Role | null;
    /** The state of the limit that was checked last. */
    rateLimit?: RateLimitState;
    /** Set by a handler after a dry run. */
    isDry?: boolean;
    /** Set by a handler that writes its audit entries itself. */
    isAudited?: boolean;
    /** An edited object before and after, for the audit entry. */
    change?: { before: object; after: object };
    /** Runs once the request's transaction is committed. */
    afterCommit?: readonly (() => Promise<void>)[];
  };
};
export type AppContext = Context<AppEnv>;

/**
 * "mcp" for a request that the MCP server sends on behalf of its caller; null for any other. No client can claim it: it is
 * passed beside the request, in the environment of Hono.
 */
export function readVia(c: Context): "mcp" | null {
  const { via } = (c.env ?? {}) as { via?: unknown };
  return via === "mcp" ? "mcp" : null;
}

/** Whether the caller may change things in the project. Only such a caller sees ping URLs: others must not be able to forge a ping. */
export function canWrite({ actor, role }: { actor: Actor; role: Role | null }): boolean {
  if (actor.kind === "key") return actor.scope === "write";
  return role !== null && role !== "viewer";
}

/** Whether hosts, addresses and output of jobs may be shown: a read-only key may be used on a public dashboard. */
export function canSeeDetails({ actor }: { actor: Actor }): boolean {
  return actor.kind !== "key" || actor.scope === "write" || actor.scope === "read:bodies";
}

/** The person behind a route that no key may call. @throws where the guard let another through. */
export function requirePerson(c: AppContext): Actor & { kind: "user" } {
  const { actor } = c.var;
  if (actor.kind !== "user") throw new Error(`Expected a person, not ${actor.kind}.`);
  return actor;
}

/**
 * The person or program that enters an address for alerts with this request: its owner is asked to confirm it, unless it is
 * the person's own. Null: this instance asks nobody.
 */
export function addressAuthor({ var: { actor, deps } }: AppContext): AddressAuthor | null {
  if (!deps.settings.emailVerification) return null;
  return { userId: actor.kind === "user" ? actor.userId : null };
}
