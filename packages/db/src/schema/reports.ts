import { sql } from "drizzle-orm";
import { check, foreignKey, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

import { users } from "./accounts.ts";
import { channels } from "./channels.ts";
import { at, createdAt, id, updatedAt, version } from "./columns.ts";
import { projects } from "./projects.ts";

/**
 * Who gets the project's report, and how often: a member, at the address of the account, or a channel. A member without a row
 * gets it as often as their role says.
 */
export const reports = pgTable(
  "reports",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    /** A trigger deletes the row once the person is no longer in the project. */
    userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
    channelId: uuid("channel_id"),
    every: text("every").$type<"none" | "week" | "month">().notNull(),
    /** The time zone in which it is due; null: the project's. */
    timezone: text("timezone"),
    /** When the next report is due; null: none is wanted. */
    dueAt: at("due_at"),
    /** The newest period that was reported, such as "2026-W47", so that none is reported twice. */
    lastPeriod: text("last_period"),
    /** When the next note on clock changes is due; null: none is wanted. */
    clockNoteDueAt: at("clock_note_due_at"),
    version: version(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    unique("reports_member").on(t.projectId, t.userId),
    unique("reports_channel_once").on(t.projectId, t.channelId),
    unique("reports_project_id").on(t.projectId, t.id),
    index("reports_due")
      .on(t.dueAt)
      .where(sql`due_at is not null`),
    index("reports_clock_note_due")
      .on(t.clockNoteDueAt)
      .where(sql`clock_note_due_at is not null`),
    check("reports_to_one", sql`num_nonnulls(user_id, channel_id) = 1`),
    foreignKey({
      name: "reports_channel",
      columns: [t.projectId, t.channelId],
      foreignColumns: [channels.projectId, channels.id],
    }).onDelete("cascade"),
  ],
);
