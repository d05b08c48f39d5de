import { sql } from "drizzle-orm";
import { bigint, boolean, index, jsonb, pgEnum, pgTable, text, uuid } from "drizzle-orm/pg-core";

import { users } from "./accounts.ts";
import { at, createdAt, id } from "./columns.ts";

const ownerId = () =>
  text("user_id")
    .notNull()
    .references(() => users.id, { onDelete: "cascade" });

/** The authenticator app of a person. It protects the account from `confirmedAt` on; before that it is being set up. */
export const authenticators = pgTable("authenticators", {
  userId: text("user_id")
    .primaryKey()
    .references(() => users.id, { onDelete: "cascade" }),
  /** The shared secret, sealed. */
  secret: text("secret").notNull(),
  confirmedAt: at("confirmed_at"),
  /** The 30-second step of the code that was used last: this code and older ones are refused. */
  lastStep: bigint("last_step", { mode: "number" }).notNull().default(0),
  createdAt: createdAt(),
});

/** Codes that replace the authenticator app once each; a used code is deleted. */
export const recoveryCodes = pgTable(
  "recovery_codes",
  {
    id: id(),
    userId: ownerId(),
    /** SHA-256 of the code. */
    hash: text("hash").notNull(),
    createdAt: createdAt(),
  },
  (t) => [index("recovery_codes_user").on(t.userId)],
);

/** Public keys with which a person's devices sign in (WebAuthn). */
export const passkeys = pgTable(
  "passkeys",
  {
    id: id(),
    userId: ownerId(),
    name: text("name").notNull(),
    /** As the device names it, in base64url. */
    credentialId: text("credential_id").notNull().unique(),
    /** COSE key in base64url. */
    publicKey: text("public_key").notNull(),
    /** The device's counter of signatures; 0 on devices that do not count. */
    counter: bigint("counter", { mode: "number" }).notNull().default(0),
    transports: text("transports")
      .array()
      .notNull()
      .default(sql`'{}'`),
    createdAt: createdAt(),
    lastUsedAt: at("last_used_at"),
  },
  (t) => [index("passkeys_user").on(t.userId)],
);

export const signInStateKind = pgEnum("sign_in_state_kind", [
  "second-factor",
  "passkey-registration",
  "passkey-sign-in",
  "oidc",
]);

/** What the server remembers between two requests of a sign-in. The browser has its token in a cookie. */
export const signInStates = pgTable(
  "sign_in_states",
  {
    /** SHA-256 of the token. */
    hash: text("hash").primaryKey(),
    kind: signInStateKind("kind").notNull(),
    /** Null while it is not known who signs in. */
    userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
    data: jsonb("data").notNull().default({}),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
  },
  (t) => [index("sign_in_states_expires").on(t.expiresAt)],
);

/** A change of a person's address that waits until both addresses have confirmed it. */
export const emailChanges = pgTable("email_changes", {
  userId: text("user_id")
    .primaryKey()
    .references(() => users.id, { onDelete: "cascade" }),
  newEmail: text("new_email").notNull(),
  oldConfirmedAt: at("old_confirmed_at"),
  newConfirmedAt: at("new_confirmed_at"),
  createdAt: createdAt(),
  expiresAt: at("expires_at").notNull(),
});

/** An account that is deleted after a time in which its person can still take that back. */
export const accountDeletions = pgTable(
  "account_deletions",
  {
    userId: text("user_id")
      .primaryKey()
      .references(() => users.id, { onDelete: "cascade" }),
    /** Not used: nothing is deleted before `deleteAfter`. */
    projectIds: uuid("project_ids").array().notNull().default([]),
    /** The organizations to be deleted with it, with their projects. */
    organizationIds: uuid("organization_ids").array().notNull().default([]),
    /** Whether the API keys that the person made elsewhere end with it. */
    endsKeys: boolean("ends_keys").notNull().default(false),
    createdAt: createdAt(),
    deleteAfter: at("delete_after").notNull(),
  },
  (t) => [index("account_deletions_due").on(t.deleteAfter)],
);
