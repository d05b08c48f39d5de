import { foreignKey, index, pgTable, primaryKey, uuid } from "drizzle-orm/pg-core";

import { checks } from "./checks.ts";

/** While the one it depends on is down, a check's own alert is held back. Never a cycle. */
export const checkDependencies = pgTable(
  "check_dependencies",
  {
    projectId: uuid("project_id").notNull(),
    checkId: uuid("check_id").notNull(),
    dependsOnId: uuid("depends_on_id").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.checkId, t.dependsOnId] }),
    index("check_dependencies_on").on(t.dependsOnId),
    foreignKey({
      name: "check_dependencies_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "check_dependencies_on_fk",
      columns: [t.projectId, t.dependsOnId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);
