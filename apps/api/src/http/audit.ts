import { insertAuditEntry } from "@overdue/db";
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";

import type { AppContext, AppEnv } from "./context.ts";

const Named = z.object({ id: z.string(), name: z.string().catch("") });
type Operation = { method: string; path: string; responses: object };

/** Writes into the project's audit log what was done, once it was done. */
export function audit(action: string): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    await next();
    if (!c.res.ok || c.get("isDry") === true) return;
    const made = await answeredObject(c);
    const params = Object.values(c.req.param() as Record<string, string>);
    await writeAuditEntry(c, {
      vars: c.var,
      projectId: c.req.param("projectId") ?? made?.id ?? "",
      action,
      object: { id: made?.id ?? params.at(-1) ?? "", name: made?.name ?? "" },
      fields: await sentFields(c),
    });
  };
}

/** One entry, of whoever is asking now. */
export async function writeAuditEntry(c: Context, entry: Entry): Promise<void> {
  const { vars, ...what } = entry;
  const who = auditActor(c, vars);
  if (who !== null) await insertAuditEntry(vars.deps.db, { ...what, ...who, at: vars.deps.now() });
}

/** Who is asking now, and from where, as the audit log has it; null: nobody who is known. */
export function auditActor(c: Context, { actor, deps }: Entry["vars"]) {
  if (actor.kind === "nobody") return null;
  const id = actor.kind === "key" ? actor.keyId : actor.userId;
  return { actor: { kind: actor.kind, id }, address: deps.clientAddress(c) };
}

type Entry = {
  vars: Pick<AppEnv["Variables"], "deps" | "actor">;
  projectId: string;
  action: string;
  object: { id: string; name: string };
  fields: readonly string[];
};

/** What a route does, in the log's words: `check.edit`, `check.pause`, `key.create`; null where it changes nothing of a project's. */
export function auditAction({ method, path, responses }: Operation): string | null {
  if (method === "get" || !path.startsWith("/v1/projects")) return null;
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

/** The object that the answer shows, if it is one. */
async function answeredObject(c: AppContext): Promise<z.infer<typeof Named> | null> {
  if (!(c.res.headers.get("content-type") ?? "").includes("json")) return null;
  return Named.nullable()
    .catch(null)
    .parse(await c.res.clone().json());
}

/** Names of the fields of the body; their values may be secrets. */
async function sentFields(c: AppContext): Promise<string[]> {
  if (!(c.req.header("content-type") ?? "").includes("json")) return [];
  const sent: unknown = await c.req.json().catch(() => null);
  return typeof sent === "object" && sent !== null ? Object.keys(sent).toSorted() : [];
}
