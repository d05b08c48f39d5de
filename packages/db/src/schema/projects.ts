import { index, integer, pgEnum, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";

import { users } from "./accounts.ts";
import { at, createdAt, id } from "./columns.ts";

/** The wall between tenants. */
export const projects = pgTable("projects", {
  id: id(),
  name: text("name").notNull(),
  /** Public part of slug ping URLs; grants pinging and nothing else. */
  pingKey: text("ping_key").unique(),
  /** Names the project in its badges. */
  badgeKey: text("badge_key").notNull().unique(),
  /** For what is said in local time, such as "until tomorrow 9:00". */
  timezone: text("timezone").notNull().default("UTC"),
  /** Grows with every edit. */
  version: integer("version").notNull().default(1),
  /** Grows with every change of its maintenance windows. */
  windowsVersion: integer("windows_version").notNull().default(0),
  /** The version that all of its checks know; a sweep tells them where the two differ. */
  windowsApplied: integer("windows_applied").notNull().default(0),
  createdAt: createdAt(),
  deletedAt: at("deleted_at"),
});

export const memberRole = pgEnum("member_role", ["owner", "editor", "viewer"]);

export const members = pgTable(
  "members",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: memberRole("role").notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.userId] }), index("members_user").on(t.userId)],
);

export const keyScope = pgEnum("key_scope", ["read", "write", "ping"]);

/** API keys: `prefix` is looked up, `hash` (SHA-256 of the whole key) is compared; the key itself is shown once. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    scope: keyScope("scope").notNull(),
    /** The person who made it, so that it can be named when they leave; null: made by a command or by a start. */
    createdBy: text("created_by").references(() => users.id, { onDelete: "set null" }),
    prefix: text("prefix").notNull(),
    hash: text("hash").notNull().unique(),
    createdAt: createdAt(),
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
    lastUsedAt: at("last_used_at"),
    lastUsedFrom: text("last_used_from"),
  },
  (t) => [unique("api_keys_project_id").on(t.projectId, t.id), index("api_keys_prefix").on(t.prefix)],
);
