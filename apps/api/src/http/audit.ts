import {
  asOneTransaction,
  type AuditChanges,
  insertAuditEntries,
  type NewAuditEntry,
  openDb,
} from "@overdue/db";
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";

import { type AppContext, type AppEnv, readVia } from "./context.ts";

const Named = z.object({ id: z.string(), name: z.string().catch("") });
type Operation = { method: string; path: string; responses: object };

/**
 * Runs the handler and writes an audit entry about it, in one transaction: either both take effect, or neither does. A
 * request that is refused, or is only a dry run, leaves no entry.
 */
export function audit(action: string): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const entry = async () => {
      if (c.get("isDry") === true || c.get("isAudited") === true) return null;
      const made = await answeredObject(c);
      const params = Object.values(c.req.param() as Record<string, string>);
      const sent = await sentBody(c);
      return {
        place: placeOf(c, made?.id),
        action,
        object: { id: made?.id ?? params.at(-1) ?? "", name: made?.name ?? "" },
        fields: Object.keys(sent).toSorted(),
        changes: {
          ...maskedIn(c, sent),
          ...(c.get("change") === undefined ? await createdIn(c, sent) : changesIn(c, sent)),
        },
      };
    };
    await inAuditedTransaction(c, { vars: c.var, next, entry });
  };
}

type Vars = Pick<AppEnv["Variables"], "deps" | "actor">;
type Place = { projectId: string } | { organizationId: string };
type Entry = Omit<NewAuditEntry, "at" | "actor" | "address" | "via" | "projectId"> & { place: Place };
type AuditedWork = { vars: Vars; next: () => Promise<void>; entry: () => Promise<Entry | null> };

/** Where something was done: in an organization, in a project, or in the project that was made. */
function placeOf(c: Context, madeId = ""): Place {
  const organizationId: string | undefined = c.req.param("organizationId");
  return organizationId === undefined
    ? { projectId: c.req.param("projectId") ?? madeId }
    : { organizationId };
}

class Rollback extends Error {}

/** Runs `next` and writes its audit entry in one transaction, which is rolled back if the answer is an error. */
export async function inAuditedTransaction(c: Context, { vars, next, entry }: AuditedWork): Promise<void> {
  const { deps } = vars;
  const who = auditActor(c, vars);
  try {
    await asOneTransaction(deps.pool, async (pool) => {
      const db = openDb(pool);
      c.set("deps", { ...deps, pool, db });
      await next();
      if (!c.res.ok) throw new Rollback();
      const made = await entry();
      if (made === null || who === null) return;
      const { place, ...act } = made;
      await insertAuditEntries(db, place, { ...act, ...who, at: deps.now() });
    });
  } catch (error) {
    if (!(error instanceof Rollback)) throw error;
    return;
  } finally {
    c.set("deps", deps);
  }
  const { afterCommit = [] }: Partial<AppEnv["Variables"]> = c.var;
  for (const work of afterCommit) await work();
}

/**
 * Runs `work` after the request's transaction is committed and before the request is answered. For work that takes long: no
 * ping must wait for the transaction's locks meanwhile.
 */
export function runAfterCommit(c: AppContext, work: () => Promise<void>): void {
  c.set("afterCommit", [...(c.get("afterCommit") ?? []), work]);
}

/** Keeps an object's view before and after an edit, for the audit entry. @returns the view after it */
export function recordChange<View extends object>(
  c: AppContext,
  change: { before: View; after: View },
): View {
  c.set("change", change);
  return change.after;
}

/** The fields that were sent and that an edit changed. A secret has no value here, since no view shows it. */
function changesIn(c: AppContext, sent: object): AuditChanges {
  const change = c.get("change");
  if (change === undefined) return {};
  const [before, after] = [new Map(Object.entries(change.before)), new Map(Object.entries(change.after))];
  const changed = Object.keys(sent).filter(
    (field) =>
      !SECRET_FIELDS.has(field) &&
      after.has(field) &&
      JSON.stringify(before.get(field)) !== JSON.stringify(after.get(field)),
  );
  return Object.fromEntries(
    changed.map((field) => [field, { before: before.get(field), after: after.get(field) }]),
  );
}

/** Stands for a secret in the audit log. */
const MASK = "•••";
/** Fields whose values are secrets, or lead to them. */
const SECRET_FIELDS = new Set([
  "key",
  "secret",
  "secrets",
  "settings",
  "password",
  "pingKey",
  "pingUrl",
  "search",
  "url",
  "words",
]);

/** Secrets that were sent: the log says that they are other ones now, and not which. */
function maskedIn(c: AppContext, sent: object): AuditChanges {
  const isNew = c.res.status === 201;
  const masked = Object.keys(sent).filter((field) => SECRET_FIELDS.has(field));
  return Object.fromEntries(masked.map((field) => [field, { before: isNew ? null : MASK, after: MASK }]));
}

/** The fields of a new object as they were sent and stored. */
async function createdIn(c: AppContext, sent: object): Promise<AuditChanges> {
  if (c.res.status !== 201) return {};
  const stored = new Map(Object.entries(await answeredFields(c)));
  const fields = Object.keys(sent).filter((field) => stored.has(field) && !SECRET_FIELDS.has(field));
  return Object.fromEntries(fields.map((field) => [field, { before: null, after: stored.get(field) }]));
}

async function answeredFields(c: AppContext): Promise<object> {
  if (!(c.res.headers.get("content-type") ?? "").includes("json")) return {};
  const answered: unknown = await c.res.clone().json();
  return typeof answered === "object" && answered !== null ? answered : {};
}

/** Who is calling, and from which address, for the audit log; null for an anonymous request. */
export function auditActor(c: Context, { actor, deps }: Vars) {
  if (actor.kind === "nobody") return null;
  const id = actor.kind === "key" ? actor.keyId : actor.userId;
  return { actor: { kind: actor.kind, id }, address: deps.clientAddress(c), via: readVia(c) };
}

/** The name of a route's action in the audit log, such as `check.edit`, `check.pause` or `key.create`; null if it changes nothing in a project. */
export function auditAction({ method, path, responses }: Operation): string | null {
  if (method === "get" || !/^\/v1\/(?:projects|organizations)/.test(path) || path === "/v1/organizations")
    return null;
  const steps = path.split("/").slice(2);
  const nouns = steps.filter((step, i) => !isParameter(step) && isParameter(steps[i + 1]));
  const noun = singular(nouns.at(-1) ?? "project");
  const last = steps.at(-1) ?? "";
  if (isParameter(last))
    return `${noun}.${{ patch: "edit", put: "replace", delete: "delete" }[method] ?? method}`;
  return "201" in responses ? `${singular(last)}.create` : `${noun}.${last}`;
}

function isParameter(step: string | undefined): boolean {
  return step?.startsWith("{") ?? false;
}

function singular(noun: string): string {
  return noun.replace(/ies$/, "y").replace(/s$/, "");
}

/** The object that the response contains, if there is one. */
async function answeredObject(c: AppContext): Promise<z.infer<typeof Named> | null> {
  if (!(c.res.headers.get("content-type") ?? "").includes("json")) return null;
  return Named.nullable()
    .catch(null)
    .parse(await c.res.clone().json());
}

/** The body as an object; its values may be secrets. */
async function sentBody(c: AppContext): Promise<object> {
  if (!(c.req.header("content-type") ?? "").includes("json")) return {};
  const sent: unknown = await c.req.json().catch(() => null);
  return typeof sent === "object" && sent !== null ? sent : {};
}
