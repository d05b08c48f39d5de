import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  index,
  integer,
  pgEnum,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

import { checks } from "./checks.ts";
import { at, createdAt, id } from "./columns.ts";
import { projects } from "./projects.ts";

export const pageVisibility = pgEnum("page_visibility", ["public", "password"]);
export const pageTheme = pgEnum("page_theme", ["auto", "light", "dark"]);
export const updateState = pgEnum("update_state", [
  "investigating",
  "identified",
  "monitoring",
  "resolved",
  "notice",
]);

/** A page for people without an account. Its slug and host are unique in the whole instance. */
export const statusPages = pgTable(
  "status_pages",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    /** A host name, in lower case and without port, that shows this page and nothing else. */
    host: text("host"),
    visibility: pageVisibility("visibility").notNull().default("public"),
    /** As better-auth hashes passwords; null: none was ever set. */
    passwordHash: text("password_hash"),
    theme: pageTheme("theme").notNull().default("auto"),
    timezone: text("timezone").notNull().default("UTC"),
    /** Whether it shows incidents of its checks about which nobody has written a post. */
    showsIncidents: boolean("shows_incidents").notNull().default(true),
    /** Who keeps it: a configuration file, or, where null, people. */
    managedBy: text("managed_by").$type<"config">(),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: at("updated_at").notNull().defaultNow(),
    /** A deleted page is kept with its subscribers, so that it can be restored. */
    deletedAt: at("deleted_at"),
  },
  (t) => [
    unique("status_pages_project_id").on(t.projectId, t.id),
    uniqueIndex("status_pages_slug")
      .on(t.slug)
      .where(sql`deleted_at is null`),
    uniqueIndex("status_pages_host")
      .on(t.host)
      .where(sql`deleted_at is null`),
  ],
);

const ofPage = () => ({ projectId: uuid("project_id").notNull(), pageId: uuid("page_id").notNull() });

/** A check on a page. Public answers contain the id of this entry, because the check's own id is private. */
export const statusPageEntries = pgTable(
  "status_page_entries",
  {
    id: id(),
    ...ofPage(),
    checkId: uuid("check_id").notNull(),
    group: text("group_name").notNull().default(""),
    name: text("name").notNull(),
    position: integer("position").notNull(),
  },
  (t) => [
    unique("status_page_entries_once").on(t.pageId, t.checkId),
    index("status_page_entries_check").on(t.checkId),
    foreignKey({
      name: "status_page_entries_page",
      columns: [t.projectId, t.pageId],
      foreignColumns: [statusPages.projectId, statusPages.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "status_page_entries_check_fk",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);

/** An incident or an announcement that a person wrote on a page. */
export const statusPosts = pgTable(
  "status_posts",
  {
    id: id(),
    ...ofPage(),
    title: text("title").notNull(),
    /** The incident that it is about. No foreign key: the post stays when the incident is pruned. */
    incidentId: uuid("incident_id"),
    /** The entries of the page that it is about; those that were removed since are not shown. */
    entryIds: uuid("entry_ids").array().notNull().default([]),
    createdAt: createdAt(),
    deletedAt: at("deleted_at"),
  },
  (t) => [
    unique("status_posts_project_id").on(t.projectId, t.id),
    index("status_posts_page").on(t.pageId, t.createdAt),
    foreignKey({
      name: "status_posts_page_fk",
      columns: [t.projectId, t.pageId],
      foreignColumns: [statusPages.projectId, statusPages.id],
    }).onDelete("cascade"),
  ],
);

/** The updates of a post, each with its text and state. `by` is not shown on the page. */
export const statusUpdates = pgTable(
  "status_updates",
  {
    id: id(),
    projectId: uuid("project_id").notNull(),
    postId: uuid("post_id").notNull(),
    at: at("at").notNull(),
    state: updateState("state").notNull(),
    text: text("text").notNull(),
    by: text("by").notNull(),
    editedAt: at("edited_at"),
    /** A deleted update is kept, so that it can be restored. */
    deletedAt: at("deleted_at"),
  },
  (t) => [
    unique("status_updates_project_id").on(t.projectId, t.id),
    index("status_updates_post").on(t.postId, t.at),
    foreignKey({
      name: "status_updates_post_fk",
      columns: [t.projectId, t.postId],
      foreignColumns: [statusPosts.projectId, statusPosts.id],
    }).onDelete("cascade"),
  ],
);

/** An address that wants the updates of a page; `confirmedAt` null: its owner has not confirmed that yet. */
export const statusSubscribers = pgTable(
  "status_subscribers",
  {
    id: id(),
    ...ofPage(),
    /** In lower case. */
    email: text("email").notNull(),
    /** When the address was last asked to confirm. */
    askedAt: at("asked_at").notNull(),
    confirmedAt: at("confirmed_at"),
    /** When, and with which words, a mail server said that there is no such mailbox; since then it gets no mails. */
    refusedAt: at("refused_at"),
    refusedBecause: text("refused_because"),
  },
  (t) => [
    unique("status_subscribers_project_id").on(t.projectId, t.id),
    unique("status_subscribers_once").on(t.pageId, t.email),
    index("status_subscribers_unconfirmed")
      .on(t.askedAt)
      .where(sql`confirmed_at is null`),
    foreignKey({
      name: "status_subscribers_page",
      columns: [t.projectId, t.pageId],
      foreignColumns: [statusPages.projectId, statusPages.id],
    }).onDelete("cascade"),
  ],
);

/**
 * Mails to subscribers. `updateId` null: the mail that asks for a confirmation. A row stays after its mail was sent, so that
 * nobody gets an update twice.
 */
export const statusMails = pgTable(
  "status_mails",
  {
    id: id(),
    projectId: uuid("project_id").notNull(),
    subscriberId: uuid("subscriber_id").notNull(),
    updateId: uuid("update_id"),
    attempts: integer("attempts").notNull().default(0),
    /** Null: it was sent, or given up. */
    dueAt: at("due_at").defaultNow(),
    createdAt: createdAt(),
  },
  (t) => [
    unique("status_mails_once").on(t.subscriberId, t.updateId).nullsNotDistinct(),
    index("status_mails_due")
      .on(t.dueAt)
      .where(sql`due_at is not null`),
    index("status_mails_update").on(t.updateId),
    index("status_mails_created").on(t.createdAt),
    foreignKey({
      name: "status_mails_subscriber",
      columns: [t.projectId, t.subscriberId],
      foreignColumns: [statusSubscribers.projectId, statusSubscribers.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "status_mails_update_fk",
      columns: [t.projectId, t.updateId],
      foreignColumns: [statusUpdates.projectId, statusUpdates.id],
    }).onDelete("cascade"),
  ],
);
