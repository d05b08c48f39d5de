import type { Instant } from "@overdue/schedules";
import { and, desc, eq, isNull, sql } from "drizzle-orm";

import type { Db, Tx } from "./database.ts";
import type { EventPage } from "./history/list-events.ts";
import type { Prune } from "./maintenance-jobs/prune.ts";
import { apiKeys, auditEntries, projects, users } from "./schema/index.ts";
import type { AuditChanges } from "./schema/projects.ts";

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
  /** Left out for a request of the API. */
  via?: "mcp" | null;
};

/** Stores who did what. The actor's present name is copied, so that the entry outlives the account or key. */
export async function insertAuditEntry(db: Db | Tx, entry: NewAuditEntry): Promise<void> {
  const { projectId, at, actor, address, action, object, fields, changes = {}, via = null } = entry;
  await db.insert(auditEntries).values({
    projectId,
    at: new Date(at),
    actorKind: actor.kind,
    actorId: "id" in actor ? actor.id : "",
    actorName: actorName(actor),
    address,
    action,
    objectId: object.id,
    objectName: object.name,
    fields,
    changes,
    via,
  });
}

/** Stores an act in a project, or in an organization: then in the log of each of its projects. */
export async function insertAuditEntries(
  db: Db | Tx,
  place: { projectId: string } | { organizationId: string },
  entry: Omit<NewAuditEntry, "projectId">,
): Promise<void> {
  const projectIds = "projectId" in place ? [place.projectId] : await projectsOf(db, place.organizationId);
  for (const projectId of projectIds) await insertAuditEntry(db, { ...entry, projectId });
}

async function projectsOf(db: Db | Tx, organizationId: string): Promise<string[]> {
  const rows = await db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.organizationId, organizationId), isNull(projects.deletedAt)));
  return rows.map(({ id }) => id);
}

function actorName(actor: AuditActor) {
  if (actor.kind === "operator") return actor.name;
  const { kind, id } = actor;
  const name =
    kind === "user"
      ? sql`select ${users.email} from ${users} where ${users.id} = ${id}`
      : sql`select ${apiKeys.name} from ${apiKeys} where ${apiKeys.id} = ${id}`;
  return sql<string>`coalesce((${name}), '')`;
}

export type AuditRow = typeof auditEntries.$inferSelect;

/** An entry as the API, the export and the stream show it. */
export function auditEntryView(entry: AuditRow) {
  const { id, at, actorKind, actorId, actorName, address, via, action, objectId, objectName } = entry;
  return {
    id,
    at: at.toISOString(),
    actor: { kind: actorKind, id: actorId, name: actorName },
    address,
    via,
    action,
    object: { id: objectId, name: objectName },
    fields: [...entry.fields],
    changes: { ...entry.changes },
  };
}

type AuditFilter = {
  projectId: string;
  objectId?: string;
  /** The noun of the action, such as "check". */
  noun?: string;
  /** Part of the name of the actor or of the object, in any case. */
  text?: string;
};

/** What was changed in a project, newest first. */
export async function listAuditEntries(
  db: Db,
  { projectId, objectId, noun, text }: AuditFilter,
  { limit, after }: EventPage,
): Promise<AuditRow[]> {
  return await db
    .select()
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.projectId, projectId),
        objectId === undefined ? undefined : eq(auditEntries.objectId, objectId),
        noun === undefined ? undefined : sql`split_part(${auditEntries.action}, '.', 1) = ${noun}`,
        text === undefined
          ? undefined
          : sql`position(lower(${text}) in lower(${auditEntries.actorName} || ' ' || ${auditEntries.objectName})) > 0`,
        after === null
          ? undefined
          : sql`(${auditEntries.at}, ${auditEntries.id}) < (${after.at.toISOString()}, ${after.id})`,
      ),
    )
    .orderBy(desc(auditEntries.at), desc(auditEntries.id))
    .limit(limit);
}

/** Deletes audit entries older than 400 days; the table itself refuses to delete younger ones. */
export const pruneAuditEntries: Prune = async (db, limit) => {
  const { count } = await db.execute(sql`
    delete from audit_entries where id in (
      select old.id from projects p
      cross join lateral (
        select e.id from audit_entries e
        where e.project_id = p.id and e.at < now() - interval '400 days' order by e.at limit ${limit}
      ) old limit ${limit})`);
  return count;
};
