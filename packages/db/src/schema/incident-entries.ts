import { foreignKey, index, pgTable, text, uuid } from "drizzle-orm/pg-core";

import { at, id } from "./columns.ts";
import { incidents } from "./history.ts";

/** What people did with an incident. `by` is a name to show. */
export const incidentEntries = pgTable(
  "incident_entries",
  {
    id: id(),
    projectId: uuid("project_id").notNull(),
    incidentId: uuid("incident_id").notNull(),
    at: at("at").notNull(),
    kind: text("kind").$type<"acknowledged" | "unacknowledged" | "snoozed" | "note">().notNull(),
    by: text("by").notNull(),
    /** The note; of a snooze: until when (ISO 8601, or "infinity"). */
    text: text("text").notNull().default(""),
    /** The signed link by which it was done, so that the link does nothing a second time; null: by another way. */
    link: text("link"),
  },
  (t) => [
    index("incident_entries_incident").on(t.incidentId, t.at),
    foreignKey({
      name: "incident_entries_incident_fk",
      columns: [t.projectId, t.incidentId],
      foreignColumns: [incidents.projectId, incidents.id],
    }).onDelete("cascade"),
  ],
);
