import { bigint, boolean, index, pgEnum, pgTable, text, uuid, primaryKey } from "drizzle-orm/pg-core";
import { at, bytea, createdAt, id } from "./columns.ts";

/** One row per fact about this instance, such as the hash of the setup token. */
export const instanceFacts = pgTable("instance_facts", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
  createdAt: createdAt(),
});

/**
 * One row per api process. `checkpointAt`: when its newest committed heartbeat was accepted; everything that it had accepted
 * before is committed too. A clean stop sets `endedAt`, so that nobody waits for the process.
 */
export const receivers = pgTable("receivers", {
  id: uuid("id").primaryKey(),
  startedAt: at("started_at").notNull(),
  checkpointAt: at("checkpoint_at").notNull(),
  endedAt: at("ended_at"),
  /** When it last stored anything, by the database's clock, without the time in which no receiver could; null before 0022. */
  seenAt: at("seen_at"),
  /** Whether it may have pings on its disk that are not stored: then it is waited for. */
  hasSpool: boolean("has_spool").notNull().default(false),
  /** How much of it is kept, and since when, as it last said; null: nothing is. */
  keptBytes: bigint("kept_bytes", { mode: "number" }).notNull().default(0),
  keptSince: at("kept_since"),
  /** The machine that it runs on, for the operator. */
  host: text("host").notNull().default(""),
  /** It was waited for in vain, and deadlines are evaluated without what it may have kept. */
  givenUpAt: at("given_up_at"),
});

/** One row per checker process: when it last evaluated deadlines, and up to which watermark. */
export const checkers = pgTable("checkers", {
  id: uuid("id").primaryKey(),
  startedAt: at("started_at").notNull(),
  evaluatedAt: at("evaluated_at").notNull(),
  watermarkAt: at("watermark_at"),
  endedAt: at("ended_at"),
});

/**
 * Digests of mails that were taken as pings, by which a repetition is recognized when a mail server did not get our answer
 * (`noteOnce`). They are kept for a week, longer than mail servers retry.
 */
export const mailReceipts = pgTable(
  "mail_receipts",
  { digest: bytea("digest").primaryKey(), receivedAt: at("received_at").notNull().defaultNow() },
  (t) => [index("mail_receipts_received").on(t.receivedAt)],
);

/**
 * Why nothing could be received: no api process ran; it was busy computing; it got no processor time; the database stored
 * nothing; the database's clock was set back; or a receiver is gone that may have kept pings on its disk.
 */
export const outageCause = pgEnum("outage_cause", [
  "restart",
  "busy",
  "paused",
  "database",
  "clock-set-back",
  "receiver-gone",
]);

/**
 * A span in which no receiver could commit, or one that is gone may have kept pings. `endedAt` null: it lasts. `appliedAt`: when it had been applied to every check.
 * `cause`: why, as far as the receiver that ended it knows.
 */
export const outages = pgTable("outages", {
  id: id(),
  startedAt: at("started_at").notNull().unique(),
  endedAt: at("ended_at"),
  appliedAt: at("applied_at"),
  cause: outageCause("cause"),
  /** By how much the clock was set back, in milliseconds; then the span has no length. */
  setBackMs: bigint("set_back_ms", { mode: "number" }),
});

/**
 * Work that only one process may do at a time, such as fetching updates from Telegram. `position`: how far it has come, from
 * which the next holder continues.
 */
export const leases = pgTable("leases", {
  name: text("name").primaryKey(),
  holder: uuid("holder").notNull(),
  until: at("until").notNull(),
  position: bigint("position", { mode: "number" }).notNull().default(0),
});

/** From when on a kind of channel, or one channel, takes another message; shared by all senders. */
export const rateLimits = pgTable("rate_limits", {
  name: text("name").primaryKey(),
  freeAt: at("free_at").notNull(),
});

/** Requests with an Idempotency-Key; kept for 24 hours. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    /** Who sent the request: the same key of another actor is a different one. */
    actor: text("actor").notNull(),
    route: text("route").notNull(),
    key: text("key").notNull(),
    bodyDigest: text("body_digest").notNull(),
    claimedAt: at("claimed_at").notNull(),
    /** The answer, sealed, since it may contain a secret that is shown once; null while the request is under way. */
    answer: text("answer"),
  },
  (t) => [
    primaryKey({ columns: [t.actor, t.route, t.key] }),
    index("idempotency_keys_claimed").on(t.claimedAt),
  ],
);
