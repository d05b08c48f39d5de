import { DELIVERY_KINDS, DELIVERY_STATES } from "@overdue/core";
import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

import { checks } from "./checks.ts";
import { at, createdAt, id } from "./columns.ts";
import { IS_ABANDONED, UNFINISHED } from "./delivery-lists.ts";
import { flips, incidents } from "./history.ts";
import { projects } from "./projects.ts";

/** Where alerts go. `settings` is sealed JSON, bound to this row; `hint` is the part of it that may be shown. */
export const channels = pgTable(
  "channels",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    settings: text("settings").notNull(),
    hint: text("hint").notNull(),
    /** Grows with every edit. */
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: at("updated_at").notNull().defaultNow(),
    /** Set by a permanent error; nothing but tests is sent until the channel works again. */
    brokenAt: at("broken_at"),
    brokenBecause: text("broken_because"),
    /** Set if no provider's answer broke it: its recipient wants no more, or a mail bounced. It then gets no tests by itself. */
    brokenBy: text("broken_by").$type<"recipient" | "bounce">(),
    /** Since when the address is unconfirmed: it gets nothing but the question. Null: nothing to confirm. */
    unconfirmedSince: at("unconfirmed_since"),
    /** When the question was last sent. */
    askedAt: at("asked_at"),
    lastSentAt: at("last_sent_at"),
    /** Created by Overdue itself, such as an owner's mailbox; no list shows it. */
    internal: boolean("internal").notNull().default(false),
    /** Whether it gets the project's alerts that another channel could not deliver. */
    isFallback: boolean("is_fallback").notNull().default(false),
    /** Whether it is sent a test when nothing else has arrived for a week. */
    proveWeekly: boolean("prove_weekly").notNull().default(false),
    /** Passing errors in a row. */
    circuitFailures: integer("circuit_failures").notNull().default(0),
    /** How often in a row the circuit was opened; each time it stays open longer. */
    circuitStep: integer("circuit_step").notNull().default(0),
    /** Until then nothing is sent but one attempt that probes the channel. */
    circuitUntil: at("circuit_until"),
    /** For how many minutes messages are collected and sent as one; 0: each is sent at once. */
    collectMinutes: integer("collect_minutes").notNull().default(0),
    /** Whether alerts that share a host, an address, a tag or a dependency are sent as one; null: as is usual for its kind. */
    groups: boolean("groups"),
    /** "config": an applied configuration file owns it; null: people do. */
    managedBy: text("managed_by").$type<"config">(),
    deletedAt: at("deleted_at"),
  },
  (t) => [
    unique("channels_project_id").on(t.projectId, t.id),
    uniqueIndex("channels_fallback")
      .on(t.projectId)
      .where(sql`is_fallback`),
  ],
);

export const checkChannels = pgTable(
  "check_channels",
  {
    projectId: uuid("project_id").notNull(),
    checkId: uuid("check_id").notNull(),
    channelId: uuid("channel_id").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.checkId, t.channelId] }),
    index("check_channels_channel").on(t.channelId),
    foreignKey({
      name: "check_channels_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "check_channels_channel_fk",
      columns: [t.projectId, t.channelId],
      foreignColumns: [channels.projectId, channels.id],
    }).onDelete("cascade"),
  ],
);

export const deliveryState = pgEnum("delivery_state", DELIVERY_STATES);
export const deliveryKind = pgEnum("delivery_kind", DELIVERY_KINDS);

/**
 * The outbox: one message to one channel. An alert is written with its flip; a sender claims it with a lease, and only the
 * attempt that holds the lease may finish it. A test has no flip, incident or check.
 */
export const deliveries = pgTable(
  "deliveries",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    channelId: uuid("channel_id").notNull(),
    kind: deliveryKind("kind").notNull(),
    checkId: uuid("check_id"),
    flipId: uuid("flip_id"),
    incidentId: uuid("incident_id"),
    /** The route that chose the channel, `own` for the check's own list; empty if no route did. */
    routeId: text("route_id").notNull().default(""),
    /** Why this channel gets it, in a sentence. */
    because: text("because").notNull().default(""),
    /** 0 for the first alert of an incident; each reminder adds one. */
    round: integer("round").notNull().default(0),
    /** The message's facts, if it is not about an incident. */
    payload: jsonb("payload").$type<Record<string, unknown>>(),
    /** The group leader, whose message contains this delivery; null: it has a message of its own. */
    leaderId: uuid("leader_id"),
    state: deliveryState("state").notNull().default("pending"),
    /** Counted when it is claimed, before it is sent, so that a crash shows. */
    attempt: integer("attempt").notNull().default(0),
    nextAttemptAt: at("next_attempt_at").notNull().defaultNow(),
    leaseUntil: at("lease_until"),
    /** The sender that holds the lease. */
    holder: uuid("holder"),
    /** Attempts that died with their process; after the third, which is made alone, it is put aside. */
    poisonAttempts: integer("poison_attempts").notNull().default(0),
    /** Whether an earlier attempt ended without an answer, so that the message may arrive twice. */
    uncertain: boolean("uncertain").notNull().default(false),
    createdAt: createdAt(),
    finishedAt: at("finished_at"),
    /** The provider's own id of the message. */
    providerRef: text("provider_ref"),
    lastError: text("last_error"),
    /** From the event that it reports, such as the deadline, until the provider accepted it. */
    latencyMs: integer("latency_ms"),
    /** The delivery to another channel that this one replaces. */
    fallbackFor: uuid("fallback_for"),
    /** When somebody, or another channel, dealt with it after it had failed. */
    dealtWithAt: at("dealt_with_at"),
  },
  (t) => [
    unique("deliveries_once").on(t.flipId, t.channelId, t.kind, t.round),
    unique("deliveries_project_id").on(t.projectId, t.id),
    index("deliveries_due")
      .on(t.nextAttemptAt)
      .where(sql`state in ${UNFINISHED}`),
    index("deliveries_channel").on(t.channelId, t.createdAt),
    index("deliveries_check").on(t.checkId, t.createdAt),
    index("deliveries_dead")
      .on(t.projectId, t.id)
      .where(sql`${IS_ABANDONED}`),
    // Every step of a route and every alert reads what a channel was sent about an incident.
    index("deliveries_incident").on(t.incidentId, t.channelId),
    // Every claim and every end of an attempt reads the unfinished deliveries of a check in a channel.
    index("deliveries_sequence")
      .on(t.checkId, t.channelId)
      .where(sql`state in ${UNFINISHED}`),
    index("deliveries_leader")
      .on(t.leaderId)
      .where(sql`leader_id is not null`),
    foreignKey({
      name: "deliveries_channel_fk",
      columns: [t.projectId, t.channelId],
      foreignColumns: [channels.projectId, channels.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "deliveries_check_fk",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "deliveries_flip_fk",
      columns: [t.projectId, t.flipId],
      foreignColumns: [flips.projectId, flips.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "deliveries_incident_fk",
      columns: [t.projectId, t.incidentId],
      foreignColumns: [incidents.projectId, incidents.id],
    }).onDelete("cascade"),
  ],
);

/** Every attempt, with the provider's answer. */
export const deliveryAttempts = pgTable(
  "delivery_attempts",
  {
    projectId: uuid("project_id").notNull(),
    deliveryId: uuid("delivery_id").notNull(),
    attempt: integer("attempt").notNull(),
    startedAt: at("started_at").notNull(),
    finishedAt: at("finished_at").notNull(),
    outcome: text("outcome").$type<"sent" | "retry" | "failed">().notNull(),
    statusCode: integer("status_code"),
    answer: text("answer"),
  },
  (t) => [
    primaryKey({ columns: [t.deliveryId, t.attempt] }),
    foreignKey({
      name: "delivery_attempts_delivery",
      columns: [t.projectId, t.deliveryId],
      foreignColumns: [deliveries.projectId, deliveries.id],
    }).onDelete("cascade"),
  ],
);

/** Each time that an address was asked whether it wants alerts, so that no stranger is flooded with questions. */
export const addressQuestions = pgTable(
  "address_questions",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    /** SHA-256 of the address in lower case, so that no list of addresses arises. */
    addressHash: text("address_hash").notNull(),
    askedAt: at("asked_at").notNull().defaultNow(),
  },
  (t) => [
    index("address_questions_address").on(t.addressHash, t.askedAt),
    index("address_questions_project").on(t.projectId, t.askedAt),
  ],
);
