import { foreignKey, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

import { checks } from "./checks.ts";
import { at, id } from "./columns.ts";
import { projects } from "./projects.ts";

/**
 * Pings that did not count, for the project whose ping key or check they named. The same one again is the same row,
 * with a count, so that a job that pings a wrong address for ever fills one row.
 */
export const refusedPings = pgTable(
  "refused_pings",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    /** The check that it was for; null where there is none. */
    checkId: uuid("check_id"),
    reason: text("reason").notNull(),
    /** What stood in the URL behind the ping key or the UUID, which are secrets and are not stored. */
    asked: text("asked").notNull(),
    count: integer("count").notNull().default(1),
    firstAt: at("first_at").notNull(),
    lastAt: at("last_at").notNull(),
    /** Of the last one, as are the following. */
    method: text("method").notNull(),
    remoteAddress: text("remote_address"),
    userAgent: text("user_agent").notNull(),
  },
  (t) => [
    unique("refused_pings_once").on(t.projectId, t.checkId, t.reason, t.asked).nullsNotDistinct(),
    index("refused_pings_last").on(t.projectId, t.lastAt),
    foreignKey({
      name: "refused_pings_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);
