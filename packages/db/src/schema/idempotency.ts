import { index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";

import { at } from "./columns.ts";

/** A creation that was asked for with an Idempotency-Key; kept for 24 hours. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    /** Who asked for what: one actor's keys are nobody else's. */
    actor: text("actor").notNull(),
    route: text("route").notNull(),
    key: text("key").notNull(),
    bodyDigest: text("body_digest").notNull(),
    claimedAt: at("claimed_at").notNull(),
    /** The answer, sealed, since it may hold a secret that is shown once; null while it is being made. */
    answer: text("answer"),
  },
  (t) => [
    primaryKey({ columns: [t.actor, t.route, t.key] }),
    index("idempotency_keys_claimed").on(t.claimedAt),
  ],
);
