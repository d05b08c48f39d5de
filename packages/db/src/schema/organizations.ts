import {
  index,
  integer,
  pgEnum,
  pgTable,
  pgView,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

import { users } from "./accounts.ts";
import { at, createdAt, id } from "./columns.ts";

/** Who is billed and limited together: an organization has projects, and people with a role in all of them. */
export const organizations = pgTable("organizations", {
  id: id(),
  name: text("name").notNull(),
  /** The name of its plan; null: the default one, where there are plans. */
  plan: text("plan"),
  /** From when on the default plan applies in place of `plan`; null: never. */
  planUntil: at("plan_until"),
  /** Grows with every edit. */
  version: integer("version").notNull().default(1),
  createdAt: createdAt(),
  deletedAt: at("deleted_at"),
});

/** From the weakest to the strongest: each may do all that the ones before it may. */
export const organizationRole = pgEnum("organization_role", ["viewer", "member", "admin", "owner"]);

export const organizationMembers = pgTable(
  "organization_members",
  {
    organizationId: uuid("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: organizationRole("role").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.userId] }),
    index("organization_members_user").on(t.userId),
  ],
);

/**
 * Who is in which project: by a role of their own there (`ownRole`), by their role in its organization, or by both. `role` is
 * the stronger of the two. A view, which a migration makes by hand.
 */
export const projectPeople = pgView("project_people", {
  projectId: uuid("project_id").notNull(),
  userId: text("user_id").notNull(),
  role: organizationRole("role").notNull(),
  /** Null: they are in the project by its organization alone. */
  ownRole: organizationRole("own_role"),
  since: timestamp("since", { withTimezone: true, precision: 3 }).notNull(),
}).existing();
