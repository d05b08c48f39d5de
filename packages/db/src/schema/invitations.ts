import { sql } from "drizzle-orm";
import { index, integer, pgEnum, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { users } from "./accounts.ts";
import { at, createdAt, id } from "./columns.ts";
import { memberRole, projects } from "./projects.ts";

export const invitationOutcome = pgEnum("invitation_outcome", ["accepted", "declined", "revoked"]);

/** An owner's wish that the reader of an address becomes a member. It is open while `endedAt` is null and it has not expired. */
export const invitations = pgTable(
  "invitations",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    /** In lower case, as accounts have it. */
    email: text("email").notNull(),
    role: memberRole("role").notNull(),
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
    index("invitations_email").on(t.email),
  ],
);

export const accountTokenPurpose = pgEnum("account_token_purpose", [
  "sign-up",
  "verify",
  "reset",
  "invitation",
]);

/** What a link in a mail proves: that its holder reads the mailbox `email`. The token itself stands in the mail alone. */
export const accountTokens = pgTable(
  "account_tokens",
  {
    id: id(),
    purpose: accountTokenPurpose("purpose").notNull(),
    email: text("email").notNull(),
    /** The account that it is about; null where the link makes one. */
    userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
    invitationId: uuid("invitation_id").references(() => invitations.id, { onDelete: "cascade" }),
    /** What the person wants to be called, for an account that is still to be made. */
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

export const accountMailKind = pgEnum("account_mail_kind", [
  "sign-up",
  "verify",
  "reset",
  "invitation",
  "password-changed",
]);

/**
 * Mails about accounts that wait to be sent; a row goes when its mail was taken or given up. A row is written whether
 * or not the address has an account, so that the request that writes it takes the same time; the sender looks.
 */
export const accountMails = pgTable(
  "account_mails",
  {
    id: id(),
    kind: accountMailKind("kind").notNull(),
    email: text("email").notNull(),
    name: text("name"),
    invitationId: uuid("invitation_id").references(() => invitations.id, { onDelete: "cascade" }),
    attempts: integer("attempts").notNull().default(0),
    dueAt: at("due_at").notNull().defaultNow(),
    createdAt: createdAt(),
  },
  (t) => [index("account_mails_due").on(t.dueAt)],
);
