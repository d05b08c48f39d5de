import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  integer,
  pgEnum,
  pgTable,
  pgView,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

import { at } from "./columns.ts";
import { organizations } from "./organizations.ts";

const limits = () => ({
  checks: integer("checks"),
  members: integer("members"),
  projects: integer("projects"),
  channels: integer("channels"),
  pingLog: integer("ping_log"),
  retentionDays: integer("retention_days"),
  alertsPerMonth: integer("alerts_per_month"),
  bodyBytes: integer("body_bytes"),
});

/**
 * The plans of the file that PLANS names, as the api stored them when it started; without such a file there is none, and
 * nothing is limited. A limit that is null is none.
 */
export const plans = pgTable(
  "plans",
  {
    name: text("name").primaryKey(),
    title: text("title").notNull(),
    isDefault: boolean("is_default").notNull().default(false),
    ...limits(),
    /** What a person does who needs more, as the end of a sentence: "choose a larger plan". */
    wayOut: text("way_out").notNull(),
  },
  (t) => [
    uniqueIndex("plans_default")
      .on(t.isDefault)
      .where(sql`is_default`),
  ],
);

/** The plan of each organization now; empty where there are no plans. A view, which a migration makes by hand. */
export const organizationPlans = pgView("organization_plans", {
  organizationId: uuid("organization_id").notNull(),
  organizationName: text("organization_name").notNull(),
  name: text("name").notNull(),
  title: text("title").notNull(),
  ...limits(),
  wayOut: text("way_out").notNull(),
}).existing();

/**
 * What is kept of each check of a project: what the project asks for, and no more than its plan allows. Runs and slots are
 * kept for 90 days at least, which strips and status pages show. A view, which a migration makes by hand.
 */
export const projectRetention = pgView("project_retention", {
  id: uuid("id").notNull(),
  keptPings: integer("kept_pings").notNull(),
  keptPingDays: integer("kept_ping_days").notNull(),
  keptRunDays: integer("kept_run_days").notNull(),
}).existing();

export const planLevel = pgEnum("plan_level", ["near", "reached"]);

/** How near an organization is to a limit, as its owners were last notified of it; no row: not near. */
export const planNotices = pgTable(
  "plan_notices",
  {
    organizationId: uuid("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    /** Such as `checks`. */
    limit: text("limit_name").notNull(),
    /** Null: it was near, and is no longer. */
    level: planLevel("level"),
    nearMailedAt: at("near_mailed_at"),
    reachedMailedAt: at("reached_mailed_at"),
    /** What was counted, of how many, when the row was last written. */
    used: bigint("used", { mode: "number" }).notNull(),
    allowed: bigint("allowed", { mode: "number" }).notNull(),
    notedAt: at("noted_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.limit] })],
);
