import { sql } from "drizzle-orm";
import { bigint, foreignKey, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

import { channels } from "./channels.ts";
import { at, createdAt, id } from "./columns.ts";
import { projects } from "./projects.ts";

/**
 * A person's visit to Slack to add a channel there (OAuth). It works once, and only the hash of its state is kept. `code`:
 * Slack's authorization code, sealed, until a checker has exchanged it. `channelId`: the channel that was created.
 */
export const slackLinks = pgTable(
  "slack_links",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    /** Who started it: nobody else may finish it. */
    userId: text("user_id").notNull(),
    stateHash: text("state_hash").notNull(),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
    code: text("code"),
    /** Until then a checker is working on it. */
    takenUntil: at("taken_until"),
    endedAt: at("ended_at"),
    /** Why no channel was created. */
    problem: text("problem"),
    channelId: uuid("channel_id"),
  },
  (t) => [
    unique("slack_links_state").on(t.stateHash),
    index("slack_links_project").on(t.projectId),
    index("slack_links_waiting")
      .on(t.createdAt)
      .where(sql`code is not null and ended_at is null`),
    foreignKey({
      name: "slack_links_channel",
      columns: [t.projectId, t.channelId],
      foreignColumns: [channels.projectId, channels.id],
    }).onDelete("cascade"),
  ],
);

/**
 * One press of a button in Slack, identified by Slack's signature so that a repeated request counts once. `answer`: the
 * message to show there, with the address that takes it, sealed, until a checker has sent it.
 */
export const slackPresses = pgTable(
  "slack_presses",
  {
    id: text("id").primaryKey(),
    createdAt: createdAt(),
    answer: text("answer"),
    takenUntil: at("taken_until"),
    endedAt: at("ended_at"),
  },
  (t) => [
    index("slack_presses_waiting")
      .on(t.createdAt)
      .where(sql`answer is not null and ended_at is null`),
  ],
);

/**
 * A code that a person sends to the bot from the chat that shall get alerts. It works once, and only its hash is kept.
 * `channelId`: the channel that was created.
 */
export const telegramLinks = pgTable(
  "telegram_links",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    codeHash: text("code_hash").notNull(),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
    usedAt: at("used_at"),
    channelId: uuid("channel_id"),
  },
  (t) => [
    unique("telegram_links_code").on(t.codeHash),
    index("telegram_links_project").on(t.projectId),
    foreignKey({
      name: "telegram_links_channel",
      columns: [t.projectId, t.channelId],
      foreignColumns: [channels.projectId, channels.id],
    }).onDelete("cascade"),
  ],
);

/** Updates that Telegram sent to the webhook. They are kept for a day after the one process that handles them has done so. */
export const telegramUpdates = pgTable(
  "telegram_updates",
  {
    updateId: bigint("update_id", { mode: "number" }).primaryKey(),
    /** The JSON as it came: jsonb refuses some texts that people may send. */
    body: text("body").notNull(),
    receivedAt: at("received_at").notNull().defaultNow(),
    handledAt: at("handled_at"),
  },
  (t) => [
    index("telegram_updates_waiting")
      .on(t.updateId)
      .where(sql`handled_at is null`),
  ],
);

/** Chats in which somebody sent `/start` to the instance's bot, which counts as consent to its messages for a day. */
export const telegramStarts = pgTable("telegram_starts", {
  /** The chat's id, or the `@name` of a public one. */
  chat: text("chat").primaryKey(),
  startedAt: at("started_at").notNull().defaultNow(),
});
