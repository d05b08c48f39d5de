import { index, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";

import { at } from "./columns.ts";
import { projects } from "./projects.ts";

/** Rows that a person deleted, as they were, so that it can be undone under the same id. */
export const deletedObjects = pgTable(
  "deleted_objects",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    kind: text("kind").$type<"route" | "person" | "rotation" | "window">().notNull(),
    id: uuid("id").notNull(),
    row: jsonb("row").$type<Record<string, unknown>>().notNull(),
    /** Checks that it named, where a table of its own says so. */
    checkIds: uuid("check_ids").array().notNull().default([]),
    deletedAt: at("deleted_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.id] }), index("deleted_objects_at").on(t.deletedAt)],
);
