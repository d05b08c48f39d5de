import { asc, eq, isNull, lt, sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { telegramUpdates } from "../schema/index.ts";

/** `body`: JSON as Telegram sent it. */
export type TelegramUpdate = { updateId: number; body: string };

const AT_ONCE = 100;

/** Stores an update of the webhook and notifies its handler. Telegram repeats updates without an answer: each counts once. */
export async function keepTelegramUpdate(db: Db, update: TelegramUpdate): Promise<void> {
  const kept = await db.insert(telegramUpdates).values(update).onConflictDoNothing().returning();
  if (kept.length > 0) await db.execute(sql`select pg_notify('overdue_telegram', '')`);
}

/** What waits to be dealt with, oldest first. */
export async function waitingTelegramUpdates(db: Db): Promise<TelegramUpdate[]> {
  return db
    .select({ updateId: telegramUpdates.updateId, body: telegramUpdates.body })
    .from(telegramUpdates)
    .where(isNull(telegramUpdates.handledAt))
    .orderBy(asc(telegramUpdates.updateId))
    .limit(AT_ONCE);
}

/** Notes that an update was dealt with, and forgets those of more than a day ago. */
export async function endTelegramUpdate(db: Db, updateId: number): Promise<void> {
  await db
    .update(telegramUpdates)
    .set({ handledAt: sql`now()` })
    .where(eq(telegramUpdates.updateId, updateId));
  await db.delete(telegramUpdates).where(lt(telegramUpdates.handledAt, sql`now() - interval '1 day'`));
}
