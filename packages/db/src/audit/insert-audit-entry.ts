import type { Instant } from "@overdue/schedules";
import { sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import type { AuditChanges } from "../schema/audit.ts";
import { apiKeys, auditEntries, users } from "../schema/index.ts";

/** `operator`: a command on the instance's machine; then there is no `id`, and the name is given here. */
export type AuditActor = { kind: "user" | "key"; id: string } | { kind: "operator"; name: string };

export type NewAuditEntry = {
  projectId: string;
  at: Instant;
  actor: AuditActor;
  address: string | null;
  /** Noun and verb, such as `check.edit`. */
  action: string;
  object: { id: string; name: string };
  fields: readonly string[];
  /** Left out where no values are kept. */
  changes?: AuditChanges;
};

/** Writes down who did what, under the name that they have now. */
export async function insertAuditEntry(db: Db | Tx, entry: NewAuditEntry): Promise<void> {
  const { projectId, at, actor, address, action, object, fields, changes = {} } = entry;
  await db.insert(auditEntries).values({
    projectId,
    at: new Date(at),
    actorKind: actor.kind,
    actorId: "id" in actor ? actor.id : "",
    actorName: nameOf(actor),
    address,
    action,
    objectId: object.id,
    objectName: object.name,
    fields,
    changes,
  });
}

function nameOf(actor: AuditActor) {
  if (actor.kind === "operator") return actor.name;
  const { kind, id } = actor;
  const name =
    kind === "user"
      ? sql`select ${users.email} from ${users} where ${users.id} = ${id}`
      : sql`select ${apiKeys.name} from ${apiKeys} where ${apiKeys.id} = ${id}`;
  return sql<string>`coalesce((${name}), '')`;
}
