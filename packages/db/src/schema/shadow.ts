import { bigint, foreignKey, index, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

import { checks } from "./checks.ts";
import { at, bytea, createdAt, id } from "./columns.ts";
import { projects } from "./projects.ts";

/**
 * The key by which another product knows a check. A token stands in URLs that name no project, so that it is unique in
 * the instance; a slug is one more slug of the check, unique in its project. One of the two is null.
 */
export const checkAliases = pgTable(
  "check_aliases",
  {
    id: id(),
    projectId: uuid("project_id").notNull(),
    checkId: uuid("check_id").notNull(),
    product: text("product").notNull(),
    /** As the other product writes it. */
    key: text("key").notNull(),
    token: text("token").unique(),
    slug: text("slug"),
    createdAt: createdAt(),
  },
  (t) => [
    unique("check_aliases_slug").on(t.projectId, t.slug),
    unique("check_aliases_key").on(t.checkId, t.product, t.key),
    foreignKey({
      name: "check_aliases_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);

/** A project's shadow mode: the product that gets a copy of each ping, and is asked what it thinks of the checks. */
export const shadows = pgTable("shadows", {
  id: id(),
  projectId: uuid("project_id")
    .notNull()
    .unique()
    .references(() => projects.id, { onDelete: "cascade" }),
  product: text("product").notNull(),
  /** Where pings go: an address, or with placeholders for a product that is not known here. */
  pingUrl: text("ping_url").notNull(),
  /** Where it is asked; null: it is not. */
  apiUrl: text("api_url"),
  /** Sealed: the key in its ping URLs and the key that reads its API. */
  secrets: text("secrets").notNull(),
  /** What stands for a check there that has no alias of this product. */
  keysFrom: text("keys_from").$type<"uuid" | "slug" | "alias">().notNull(),
  startedAt: at("started_at").notNull(),
  /** When the project switched over; null: pings are forwarded. */
  endedAt: at("ended_at"),
  version: integer("version").notNull().default(1),
  forwarded: bigint("forwarded", { mode: "number" }).notNull().default(0),
  failed: bigint("failed", { mode: "number" }).notNull().default(0),
  /** Pings that were not forwarded since too many waited, or for too long. */
  dropped: bigint("dropped", { mode: "number" }).notNull().default(0),
  lastForwardedAt: at("last_forwarded_at"),
  /** Why the newest attempt failed; null: it did not. */
  forwardProblem: text("forward_problem"),
  /** Only one sender at a time forwards the pings of a project, so that they stay in order. */
  leasedUntil: at("leased_until"),
  polledAt: at("polled_at"),
  /** Why it could not be asked; null: it could. */
  pollProblem: text("poll_problem"),
  nextPollAt: at("next_poll_at"),
});

/** Pings that wait to be forwarded. Each is deleted when it was forwarded or given up. */
export const shadowPings = pgTable(
  "shadow_pings",
  {
    id: id(),
    projectId: uuid("project_id").notNull(),
    checkId: uuid("check_id").notNull(),
    at: at("at").notNull(),
    ping: jsonb("ping").$type<Record<string, unknown>>().notNull(),
    body: bytea("body"),
    attempts: integer("attempts").notNull().default(0),
    dueAt: at("due_at").notNull(),
  },
  (t) => [
    index("shadow_pings_project").on(t.projectId, t.id),
    foreignKey({
      name: "shadow_pings_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);

/** What the other product said of a check, from the first time that it was asked until the last; a change begins a new row. */
export const shadowStates = pgTable(
  "shadow_states",
  {
    id: id(),
    projectId: uuid("project_id").notNull(),
    checkId: uuid("check_id").notNull(),
    status: text("status").$type<"up" | "down" | "paused">().notNull(),
    graceSeconds: integer("grace_seconds"),
    firstAt: at("first_at").notNull(),
    lastAt: at("last_at").notNull(),
  },
  (t) => [
    index("shadow_states_check").on(t.checkId, t.firstAt),
    index("shadow_states_project").on(t.projectId, t.firstAt),
    foreignKey({
      name: "shadow_states_check_fk",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);
