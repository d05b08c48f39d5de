import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
  jsonb,
} from "drizzle-orm/pg-core";
import { users } from "./accounts.ts";
import { at, createdAt, id } from "./columns.ts";
import { organizations } from "./organizations.ts";

/** A tenant: all data but accounts belongs to one project, and no other can see it. */
export const projects = pgTable(
  "projects",
  {
    id: id(),
    /** A trigger fills it where a process of the release before leaves it out, hence the default for the types. */
    organizationId: uuid("organization_id")
      .notNull()
      .default(sql`null`)
      .references(() => organizations.id),
    name: text("name").notNull(),
    /** Public part of slug ping URLs; grants pinging and nothing else. */
    pingKey: text("ping_key").unique(),
    /** Names the project in the URLs of its badges. */
    badgeKey: text("badge_key").notNull().unique(),
    /** For local times, such as "until tomorrow 9:00". */
    timezone: text("timezone").notNull().default("UTC"),
    /** Whether a ping may make the check that it names: never, only where it asks for it, or always. */
    checksFromPings: text("checks_from_pings")
      .$type<"never" | "asked" | "always">()
      .notNull()
      .default("asked"),
    /** Grows with every edit. */
    version: integer("version").notNull().default(1),
    /** Grows with every change of its maintenance windows. */
    windowsVersion: integer("windows_version").notNull().default(0),
    /** The version that was applied to all of its checks; a sweep applies the windows where the two differ. */
    windowsApplied: integer("windows_applied").notNull().default(0),
    /** How many pings of each check are kept, for how many days at the most, and for how many days its runs and slots. */
    keptPings: integer("kept_pings").notNull().default(1_000),
    keptPingDays: integer("kept_ping_days").notNull().default(90),
    keptRunDays: integer("kept_run_days").notNull().default(400),
    /** Whether the bodies of pings are stored: as they come, without what `redactions` and `redactedWords` name, or not. */
    keptBodies: text("kept_bodies").$type<"all" | "redacted" | "none">().notNull().default("all"),
    /** Kinds of secrets that are taken out of bodies; see REDACTIONS in packages/core. */
    redactions: text("redactions").array().notNull().default([]),
    /** Texts that are taken out of bodies, in any case of letters. */
    redactedWords: text("redacted_words").array().notNull().default([]),
    /** Whether the end of the senders' addresses is left out: the last byte of IPv4, all behind /48 of IPv6. */
    shortAddresses: boolean("short_addresses").notNull().default(false),
    createdAt: createdAt(),
    deletedAt: at("deleted_at"),
  },
  (t) => [index("projects_organization").on(t.organizationId)],
);

/** As stored: the role `member` is called "editor" here, and with `is_admin` an editor is an admin. */
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
    /** See `roleOf`: a process of the release before knows no admins, and takes one for an editor. */
    isAdmin: boolean("is_admin").notNull().default(false),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.userId] }), index("members_user").on(t.userId)],
);

export const keyScope = pgEnum("key_scope", ["read", "write", "ping", "overview", "read:bodies"]);

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
    /** The person who created it, so that it can be listed when they leave; null: a command or a start created it. */
    createdBy: text("created_by").references(() => users.id, { onDelete: "set null" }),
    prefix: text("prefix").notNull(),
    hash: text("hash").notNull().unique(),
    createdAt: createdAt(),
    expiresAt: at("expires_at"),
    revokedAt: at("revoked_at"),
    lastUsedAt: at("last_used_at"),
    lastUsedFrom: text("last_used_from"),
    /** Addresses and networks from which alone it may be used; empty: from everywhere. */
    networks: text("networks").array().notNull().default([]),
  },
  (t) => [unique("api_keys_project_id").on(t.projectId, t.id), index("api_keys_prefix").on(t.prefix)],
);

/** Saved filters, order and grouping of the list of checks. `userId` null: the view is shared by all members. */
export const savedViews = pgTable(
  "saved_views",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    search: jsonb("search").$type<Record<string, string | string[]>>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [unique("saved_views_name").on(t.projectId, t.userId, t.name).nullsNotDistinct()],
);

/** Rows that a person deleted, as they were, so that they can be restored under the same id. */
export const deletedObjects = pgTable(
  "deleted_objects",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    kind: text("kind").$type<"route" | "person" | "rotation" | "window">().notNull(),
    id: uuid("id").notNull(),
    row: jsonb("row").$type<Record<string, unknown>>().notNull(),
    /** The checks that it named, if a table of their own stores that. */
    checkIds: uuid("check_ids").array().notNull().default([]),
    deletedAt: at("deleted_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.id] }), index("deleted_objects_at").on(t.deletedAt)],
);

/** `link`: the holder of a signed link in an alert; `operator`: a command on the instance's machine; `system`: Overdue by itself. */
export const auditActor = pgEnum("audit_actor", [
  "user",
  "key",
  "link",
  "slack",
  "telegram",
  "operator",
  "system",
]);

export type AuditChanges = Readonly<Record<string, { before: unknown; after: unknown }>>;

/**
 * Who changed what, when and from where. Append-only: a trigger refuses every update, every truncation, and every deletion of
 * an entry younger than 400 days unless its whole project is deleted.
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
    /** The actor's name at that time: a person's e-mail address, a key's name. */
    actorName: text("actor_name").notNull(),
    address: text("address"),
    /** Noun and verb, such as `check.edit`. */
    action: text("action").notNull(),
    objectId: text("object_id").notNull(),
    /** Empty if the object has no name. */
    objectName: text("object_name").notNull(),
    /** Names of the fields that were sent, including those that hold secrets. */
    fields: jsonb("fields").$type<readonly string[]>().notNull(),
    /** The value of each field before and after an edit; only fields that people may see anyway. */
    changes: jsonb("changes").$type<AuditChanges>().notNull().default({}),
    /** `mcp`: a tool of the MCP server did it with the actor's key; null: a request of the API. */
    via: text("via").$type<"mcp">(),
  },
  (t) => [index("audit_entries_project").on(t.projectId, t.at, t.id)],
);

/**
 * Where a project's audit entries are sent as they arise. `settings`: its address and signing secret, sealed. `sentAt` and
 * `sentId`: the last entry that arrived, and when.
 */
export const auditStreams = pgTable("audit_streams", {
  projectId: uuid("project_id")
    .primaryKey()
    .references(() => projects.id, { onDelete: "cascade" }),
  settings: text("settings").notNull(),
  /** The part of the address that may be shown. */
  hint: text("hint").notNull(),
  sentAt: at("sent_at").notNull().defaultNow(),
  sentId: uuid("sent_id"),
  /** Attempts in a row that failed, and why the last one did. */
  failures: integer("failures").notNull().default(0),
  problem: text("problem"),
  nextAttemptAt: at("next_attempt_at").notNull().defaultNow(),
});

/**
 * Audit entries that wait for their stream: a trigger adds every entry of a project that has one. A row is deleted once the
 * receiver has accepted the entry, so none is lost however late its transaction commits.
 */
export const auditStreamEntries = pgTable(
  "audit_stream_entries",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => auditStreams.projectId, { onDelete: "cascade" }),
    entryId: uuid("entry_id").notNull(),
  },
  (t) => [index("audit_stream_entries_project").on(t.projectId, t.id)],
);
