import { and, eq, gt, inArray, lt, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { channels, telegramStarts } from "../schema/index.ts";
import { type Keyring, LostKey, unseal } from "../secrets/keyring.ts";

/** For so long after `/start` in a chat its id can be typed into a channel. */
const VALID = sql`interval '1 day'`;

/** A channel as somebody wants it: its kind and its plain settings. */
type Wanted = { kind: string; settings: Record<string, unknown> };

/** Notes that somebody in this chat sent `/start` to the instance's bot. `chats`: its id, and its `@name` if any. */
export async function noteTelegramStart(db: Db, chats: readonly string[]): Promise<void> {
  await db.delete(telegramStarts).where(lt(telegramStarts.startedAt, sql`now() - ${VALID}`));
  await db
    .insert(telegramStarts)
    .values(chats.map((chat) => ({ chat: chat.toLowerCase() })))
    .onConflictDoUpdate({ target: telegramStarts.chat, set: { startedAt: sql`now()` } });
}

/**
 * Positions, in the given list, of those Telegram channels whose chat has not agreed to messages of the instance's
 * bot. Agreed is a chat in which `/start` was sent within a day, and one that the bot writes to for this project
 * already. A channel with a bot of its own needs no agreement: the instance does not write there.
 */
export async function unagreedChats(
  db: Db | Tx,
  keyring: Keyring,
  { projectId, wanted }: { projectId: string; wanted: readonly Wanted[] },
): Promise<number[]> {
  const asked = wanted.flatMap((channel, index) => {
    const chat = chatOf(channel);
    return chat === null ? [] : [{ chat, index }];
  });
  if (asked.length === 0) return [];
  const started = await db
    .select({ chat: telegramStarts.chat })
    .from(telegramStarts)
    .where(
      and(
        inArray(
          telegramStarts.chat,
          asked.map(({ chat }) => chat),
        ),
        gt(telegramStarts.startedAt, sql`now() - ${VALID}`),
      ),
    );
  const agreed = new Set(started.map(({ chat }) => chat));
  const open: typeof asked = [];
  for (const one of asked.filter(({ chat }) => !agreed.has(chat))) {
    if (!(await writesThere(db, keyring, { projectId, chat: one.chat }))) open.push(one);
  }
  return open.map(({ index }) => index);
}

/** The chat that the instance's bot would write to; null where it would not write at all. */
function chatOf({ kind, settings }: Wanted): string | null {
  const { chat, token } = settings;
  return kind === "telegram" && token === undefined && typeof chat === "string" ? chat.toLowerCase() : null;
}

/** Also by a channel that was deleted lately, so that it may come back. */
async function writesThere(
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
    const place = { table: "channels", column: "settings", rowId: id, projectId };
    try {
      const opened = JSON.parse(unseal(keyring, place, settings)) as Record<string, unknown>;
      return chatOf({ kind: "telegram", settings: opened }) === chat;
    } catch (error) {
      if (error instanceof LostKey) return false;
      throw error;
    }
  });
}
