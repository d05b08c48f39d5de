import type { MaintenanceRule } from "@overdue/core";
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

import { checks } from "./checks.ts";
import { at, createdAt, id } from "./columns.ts";
import { projects } from "./projects.ts";

/**
 * Announced work, once or recurring: deadlines in it are postponed. It applies to the checks with one of its tags and to
 * those that it names; without either, to the whole project. The windows of a check are copied to `checks.maintenance`.
 */
export const maintenanceWindows = pgTable(
  "maintenance_windows",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    rule: jsonb("rule").$type<MaintenanceRule>().notNull(),
    tags: text("tags").array().notNull().default([]),
    /** Whether it applies to the whole project. Stored, so that a window does not come to do so when its last check is deleted. */
    forAll: boolean("for_all").notNull().default(true),
    /** When it was ended early: the span that was under way then ends there. */
    stoppedAt: at("stopped_at"),
    createdBy: text("created_by").notNull(),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
  },
  (t) => [
    unique("maintenance_windows_project_id").on(t.projectId, t.id),
    index("maintenance_windows_project").on(t.projectId),
  ],
);

/** The checks that a window names. */
export const maintenanceChecks = pgTable(
  "maintenance_checks",
  {
    projectId: uuid("project_id").notNull(),
    windowId: uuid("window_id").notNull(),
    checkId: uuid("check_id").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.windowId, t.checkId] }),
    index("maintenance_checks_check").on(t.checkId),
    foreignKey({
      name: "maintenance_checks_window",
      columns: [t.projectId, t.windowId],
      foreignColumns: [maintenanceWindows.projectId, maintenanceWindows.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "maintenance_checks_check_fk",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);
