import { index, jsonb, pgEnum, pgTable, text, uuid } from "drizzle-orm/pg-core";

import { at, id } from "./columns.ts";
import { projects } from "./projects.ts";

/** `link`: the holder of a signed link in an alert; `operator`: a command on the instance's machine. */
export const auditActor = pgEnum("audit_actor", ["user", "key", "link", "slack", "telegram", "operator"]);

export type AuditChanges = Readonly<Record<string, { before: unknown; after: unknown }>>;

/**
 * Who changed what, when and from where. Append-only: a trigger refuses every update, and every deletion of an entry
 * younger than 400 days unless its whole project goes; it refuses to empty the table as well.
 */
export const auditEntries = pgTable(
  "audit_entries",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    at: at("at").notNull(),
    actorKind: auditActor("actor_kind").notNull(),
    actorId: text("actor_id").notNull(),
    /** As it was called then: a person's e-mail address, a key's name. */
    actorName: text("actor_name").notNull(),
    address: text("address"),
    /** Noun and verb, such as `check.edit`. */
    action: text("action").notNull(),
    objectId: text("object_id").notNull(),
    /** Empty where it has none. */
    objectName: text("object_name").notNull(),
    /** Names of the fields that were sent, also of those that hold secrets. */
    fields: jsonb("fields").$type<readonly string[]>().notNull(),
    /** By field, what it was before an edit and after it; only of fields that are shown to people anyway. */
    changes: jsonb("changes").$type<AuditChanges>().notNull().default({}),
  },
  (t) => [index("audit_entries_project").on(t.projectId, t.at, t.id)],
);
