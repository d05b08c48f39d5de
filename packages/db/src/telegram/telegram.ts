import { createHash, createHmac, randomBytes } from "node:crypto";

import type { Reason } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { and, asc, eq, gt, inArray, isNull, lt, sql, type SQL } from "drizzle-orm";

import { notifyProjectChange } from "../changes.ts";
import { openSettings } from "../channels/settings.ts";
import { createChannel } from "../channels/write-channel.ts";
import type { Db, Tx } from "../database.ts";
import { channels, instanceFacts, telegramLinks, telegramStarts, telegramUpdates } from "../schema/index.ts";
import { isSameSecret, type Keyring, newestKey } from "../secrets/keyring.ts";
import { epochMs } from "../sql-fragments.ts";
import { checkNameSql } from "../checks/name-sql.ts";

export type TelegramLink = typeof telegramLinks.$inferSelect;
/** The name, settings and hint of the channel that a chat becomes. */
export type LinkedChat = { name: string; settings: Record<string, unknown>; hint: string };

const MINUTES_VALID = 15;

/** Creates a code for a chat to send. Telegram allows letters, digits, _ and - in it. Only its hash is stored. */
export async function createTelegramLink(
  db: Db,
  projectId: string,
): Promise<{ link: TelegramLink; code: string }> {
  const code = randomBytes(18).toString("base64url");
  const expiresAt = sql`now() + ${MINUTES_VALID} * interval '1 minute'`;
  const [link] = await db
    .insert(telegramLinks)
    .values({ projectId, codeHash: hashOf(code), expiresAt })
    .returning();
  if (link === undefined) throw new Error("The insert returned no row.");
  return { link, code };
}

export async function findTelegramLink(
  db: Db,
  ref: { projectId: string; linkId: string },
): Promise<TelegramLink | null> {
  const [link] = await db
    .select()
    .from(telegramLinks)
    .where(and(eq(telegramLinks.projectId, ref.projectId), eq(telegramLinks.id, ref.linkId)));
  return link ?? null;
}

/** Makes the chat a channel for every check of the code's project. A code is valid once, within 15 minutes. */
export async function useTelegramLink(
  db: Db,
  keyring: Keyring,
  { code, chat }: { code: string; chat: LinkedChat },
): Promise<"linked" | "unknown"> {
  return db.transaction(async (tx) => {
    const [link] = await tx
      .select()
      .from(telegramLinks)
      .where(
        and(
          eq(telegramLinks.codeHash, hashOf(code)),
          isNull(telegramLinks.usedAt),
          gt(telegramLinks.expiresAt, sql`now()`),
        ),
      )
      .for("update");
    if (link === undefined) return "unknown";
    const { projectId } = link;
    const channel = await createChannel(tx, keyring, {
      projectId,
      kind: "telegram",
      ...chat,
      checkIds: "all",
    });
    await tx
      .update(telegramLinks)
      .set({ usedAt: sql`now()`, channelId: channel.id })
      .where(eq(telegramLinks.id, link.id));
    await notifyProjectChange(tx, projectId);
    return "linked";
  });
}

function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("hex");
}

const BOT_FACT = "telegram-bot";

/** The bot's @name without the @, as Telegram sent it; null until the checker has reached Telegram. */
export async function botName(db: Db): Promise<string | null> {
  const [fact] = await db.select().from(instanceFacts).where(eq(instanceFacts.name, BOT_FACT));
  return fact?.value ?? null;
}

/** Stores the bot's @name, without the @. */
export async function storeBotName(db: Db, value: string): Promise<void> {
  await db
    .insert(instanceFacts)
    .values({ name: BOT_FACT, value })
    .onConflictDoUpdate({ target: instanceFacts.name, set: { value } });
}

/** The secret in Telegram's requests to our webhook. It is derived from the newest key, so it is stored nowhere. */
export function telegramWebhookSecret(keyring: Keyring): string {
  return webhookSecret(newestKey(keyring).key);
}

/** Whether this is the secret of any of our keys; compares in constant time. */
export function isTelegramWebhookSecret({ keys }: Keyring, given: string): boolean {
  return keys.map(({ key }) => webhookSecret(key)).some((secret) => isSameSecret(secret, given));
}

function webhookSecret(key: Buffer): string {
  return createHmac("sha256", key).update("overdue telegram webhook").digest("base64url");
}

export type DownCheck = { projectName: string; checkName: string; reason: Reason; openedAt: Instant };

const DOWN_MAX = 20;

/** The checks that are down in the projects that alert this chat, longest first. `hint`: "chat -100123". */
export async function listDownForChat(db: Db, hint: string): Promise<DownCheck[]> {
  const rows = await db.execute<DownCheck>(sql`
    select p.name as "projectName", ${checkNameSql("k")} as "checkName", i.reason,
      ${epochMs("i.opened_at")} as "openedAt"
    from incidents i
    join checks k on k.project_id = i.project_id and k.id = i.check_id and k.deleted_at is null
    join projects p on p.id = i.project_id
    where i.resolved_at is null and i.project_id in (select c.project_id from channels c where ${isOfChat(hint)})
    order by i.opened_at limit ${DOWN_MAX}`);
  return rows;
}

/** The project of an incident, if one of its channels is this chat; null: people there may not act on the incident. */
export async function findProjectForChat(db: Db, incidentId: string, hint: string): Promise<string | null> {
  const rows = await db.execute<{ projectId: string }>(sql`
    select i.project_id as "projectId" from incidents i
    where i.id = ${incidentId}
      and exists (select from channels c where c.project_id = i.project_id and ${isOfChat(hint)})`);
  return rows[0]?.projectId ?? null;
}

function isOfChat(hint: string): SQL {
  return sql`c.kind = 'telegram' and c.deleted_at is null
    and (c.hint = ${hint} or starts_with(c.hint, ${`${hint}, `}))`;
}

/** `body`: JSON as Telegram sent it. */
export type TelegramUpdate = { updateId: number; body: string };

const UPDATES_AT_ONCE_MAX = 100;

/** Stores an update of the webhook and notifies its handler. Telegram repeats unanswered updates, so each counts once. */
export async function storeTelegramUpdate(db: Db, update: TelegramUpdate): Promise<void> {
  const kept = await db.insert(telegramUpdates).values(update).onConflictDoNothing().returning();
  if (kept.length > 0) await db.execute(sql`select pg_notify('overdue_telegram', '')`);
}

/** The updates that wait to be handled, oldest first. */
export async function listWaitingTelegramUpdates(db: Db): Promise<TelegramUpdate[]> {
  return db
    .select({ updateId: telegramUpdates.updateId, body: telegramUpdates.body })
    .from(telegramUpdates)
    .where(isNull(telegramUpdates.handledAt))
    .orderBy(asc(telegramUpdates.updateId))
    .limit(UPDATES_AT_ONCE_MAX);
}

/** Stores that an update was handled, and deletes those that were handled more than a day ago. */
export async function endTelegramUpdate(db: Db, updateId: number): Promise<void> {
  await db
    .update(telegramUpdates)
    .set({ handledAt: sql`now()` })
    .where(eq(telegramUpdates.updateId, updateId));
  await db.delete(telegramUpdates).where(lt(telegramUpdates.handledAt, sql`now() - interval '1 day'`));
}

/** For how long after `/start` in a chat its id can be entered for a channel. */
const START_VALID = sql`interval '1 day'`;

/** A channel that somebody wants to save: its kind and its plain settings. */
type WantedChannel = { kind: string; settings: Record<string, unknown> };

/** Stores that somebody in this chat sent `/start` to the instance's bot. `chats`: the chat's id, and its `@name` if it has one. */
export async function storeTelegramStart(db: Db, chats: readonly string[]): Promise<void> {
  await db.delete(telegramStarts).where(lt(telegramStarts.startedAt, sql`now() - ${START_VALID}`));
  await db
    .insert(telegramStarts)
    .values(chats.map((chat) => ({ chat: chat.toLowerCase() })))
    .onConflictDoUpdate({ target: telegramStarts.chat, set: { startedAt: sql`now()` } });
}

/**
 * The indexes of those Telegram channels whose chat has not agreed to messages of the instance's bot. A chat has agreed if
 * `/start` was sent in it within a day, or if the bot already writes to it for this project. A channel with a bot of its own
 * needs no agreement, since the instance's bot does not write there.
 */
export async function findUnagreedChats(
  db: Db | Tx,
  keyring: Keyring,
  { projectId, wanted }: { projectId: string; wanted: readonly WantedChannel[] },
): Promise<number[]> {
  const chats = wanted.flatMap((channel, index) => {
    const chat = botChat(channel);
    return chat === null ? [] : [{ chat, index }];
  });
  if (chats.length === 0) return [];
  const started = await db
    .select({ chat: telegramStarts.chat })
    .from(telegramStarts)
    .where(
      and(
        inArray(
          telegramStarts.chat,
          chats.map(({ chat }) => chat),
        ),
        gt(telegramStarts.startedAt, sql`now() - ${START_VALID}`),
      ),
    );
  const agreed = new Set(started.map(({ chat }) => chat));
  const unagreed: typeof chats = [];
  for (const one of chats.filter(({ chat }) => !agreed.has(chat))) {
    if (!(await hasChannelFor(db, keyring, { projectId, chat: one.chat }))) unagreed.push(one);
  }
  return unagreed.map(({ index }) => index);
}

/** The chat to which the instance's bot would write; null if it would not write at all. */
function botChat({ kind, settings }: WantedChannel): string | null {
  const { chat, token } = settings;
  return kind === "telegram" && token === undefined && typeof chat === "string" ? chat.toLowerCase() : null;
}

/** Whether the project has a channel for this chat; one that was deleted counts too, so that it can be restored. */
async function hasChannelFor(
  db: Db | Tx,
  keyring: Keyring,
  { projectId, chat }: { projectId: string; chat: string },
): Promise<boolean> {
  const hint = sql<string>`lower(${channels.hint})`;
  const rows = await db
    .select({ id: channels.id, settings: channels.settings })
    .from(channels)
    .where(
      and(
        eq(channels.projectId, projectId),
        eq(channels.kind, "telegram"),
        sql`(${hint} = ${`chat ${chat}`} or starts_with(${hint}, ${`chat ${chat}, `}))`,
      ),
    );
  return rows.some(({ id, settings }) => {
    const opened = openSettings(keyring, { projectId, channelId: id }, settings);
    return opened !== null && botChat({ kind: "telegram", settings: opened }) === chat;
  });
}
