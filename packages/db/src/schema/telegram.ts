import { sql } from "drizzle-orm";
import { bigint, foreignKey, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

import { channels } from "./channels.ts";
import { at, createdAt, id } from "./columns.ts";
import { projects } from "./projects.ts";

/**
 * A code that a person sends to the bot from the chat that shall get alerts; good once, and only its hash is kept.
 * `channelId`: the channel that came of it.
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

/** Updates that Telegram sent to the webhook, until the one process that handles them has done so, and a day longer. */
export const telegramUpdates = pgTable(
  "telegram_updates",
  {
    updateId: bigint("update_id", { mode: "number" }).primaryKey(),
    /** JSON as it came: jsonb refuses texts that people may well send. */
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

/** Chats in which somebody sent `/start` to the instance's bot: they agreed to its messages, for a day. */
export const telegramStarts = pgTable("telegram_starts", {
  /** The chat's id, or the `@name` of a public one. */
  chat: text("chat").primaryKey(),
  startedAt: at("started_at").notNull().defaultNow(),
});
