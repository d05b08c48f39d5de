import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

import { users } from "./accounts.ts";
import { at, createdAt, id } from "./columns.ts";
import { organizations } from "./organizations.ts";
import { memberRole, projects } from "./projects.ts";

export const invitationOutcome = pgEnum("invitation_outcome", ["accepted", "declined", "revoked"]);

/** An invitation of a mail address into a project or an organization, one of the two. It is open while `endedAt` is null and it has not expired. */
export const invitations = pgTable(
  "invitations",
  {
    id: id(),
    projectId: uuid("project_id").references(() => projects.id, { onDelete: "cascade" }),
    organizationId: uuid("organization_id").references(() => organizations.id, { onDelete: "cascade" }),
    /** In lower case, as accounts have it. */
    email: text("email").notNull(),
    role: memberRole("role").notNull(),
    /** As in `members`. */
    isAdmin: boolean("is_admin").notNull().default(false),
    invitedBy: text("invited_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
    endedAt: at("ended_at"),
    outcome: invitationOutcome("outcome"),
  },
  (t) => [
    uniqueIndex("invitations_open")
      .on(t.projectId, t.email)
      .where(sql`ended_at is null`),
    uniqueIndex("invitations_open_organization")
      .on(t.organizationId, t.email)
      .where(sql`ended_at is null`),
    check("invitations_into_one", sql`num_nonnulls(project_id, organization_id) = 1`),
    index("invitations_email").on(t.email),
  ],
);

export const accountTokenPurpose = pgEnum("account_token_purpose", [
  "sign-up",
  "verify",
  "reset",
  "invitation",
  "sign-in",
  "email-change",
  "account-deletion",
]);

/** Tokens of links in mails, which prove that their holder reads the mailbox `email`. The token itself is in the mail alone. */
export const accountTokens = pgTable(
  "account_tokens",
  {
    id: id(),
    purpose: accountTokenPurpose("purpose").notNull(),
    email: text("email").notNull(),
    /** The account that it is about; null if the link creates one. */
    userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
    invitationId: uuid("invitation_id").references(() => invitations.id, { onDelete: "cascade" }),
    /** The person's name, for an account that is still to be created. */
    name: text("name"),
    /** SHA-256 of the token. */
    hash: text("hash").notNull().unique(),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
    usedAt: at("used_at"),
  },
  (t) => [
    index("account_tokens_email").on(t.email),
    index("account_tokens_expires").on(t.expiresAt),
    index("account_tokens_invitation").on(t.invitationId),
  ],
);

/** A mail in whole sentences. `path`: of the page that its button opens. */
export type SaidMail = { subject: string; sentences: string[]; button: string; path: string };

export const accountMailKind = pgEnum("account_mail_kind", [
  "sign-up",
  "verify",
  "reset",
  "invitation",
  "password-changed",
  "sign-in",
  "email-change",
  "sign-in-changed",
  "email-changed",
  "account-deletion",
  "plan",
]);

/**
 * Mails about accounts that wait to be sent; a row is deleted when its mail was accepted or given up. It is written whether or
 * not the address has an account, so that the request takes the same time; the sender looks for the account.
 */
export const accountMails = pgTable(
  "account_mails",
  {
    id: id(),
    kind: accountMailKind("kind").notNull(),
    email: text("email").notNull(),
    /** The person's name, or which of several mails of a kind it is. */
    name: text("name"),
    /** The account that it is about, where the address alone does not say that. */
    userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
    invitationId: uuid("invitation_id").references(() => invitations.id, { onDelete: "cascade" }),
    /** What it says, where that is decided when it is queued. */
    said: jsonb("said").$type<SaidMail>(),
    attempts: integer("attempts").notNull().default(0),
    dueAt: at("due_at").notNull().defaultNow(),
    createdAt: createdAt(),
  },
  (t) => [index("account_mails_due").on(t.dueAt)],
);
