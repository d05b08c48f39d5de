import { eq, sql, type SQL, asc, isNull, lt } from "drizzle-orm";
import type { Db } from "../database.ts";
import { instanceFacts, telegramUpdates } from "../schema/index.ts";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Keyring } from "../secrets/keyring.ts";
import { checkNameSql } from "../checks/find-checks.ts";
import type { Instant } from "@overdue/schedules";
import type { Reason } from "@overdue/core";

const NAME = "telegram-bot";

/** The bot's @name without its @, as Telegram sent it; null until the checker has reached Telegram. */
export async function botName(db: Db): Promise<string | null> {
  const [fact] = await db.select().from(instanceFacts).where(eq(instanceFacts.name, NAME));
  return fact?.value ?? null;
}

export async function rememberBot(db: Db, value: string): Promise<void> {
  await db
    .insert(instanceFacts)
    .values({ name: NAME, value })
    .onConflictDoUpdate({ target: instanceFacts.name, set: { value } });
}

/** By what Telegram's requests to our webhook are known: derived from the newest key, so it is stored nowhere. */
export function telegramWebhookSecret({ keys: [first] }: Keyring): string {
  if (first === undefined) throw new Error("The keyring is empty: set SECRET_KEY.");
  return secretOf(first.key);
}

/** Whether this is the secret of any of our keys; compares in constant time. */
export function isTelegramWebhookSecret({ keys }: Keyring, given: string): boolean {
  return keys.map(({ key }) => secretOf(key)).some((secret) => isEqual(secret, given));
}

function secretOf(key: Buffer): string {
  return createHmac("sha256", key).update("overdue telegram webhook").digest("base64url");
}

function isEqual(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

export type DownCheck = { projectName: string; checkName: string; reason: Reason; openedAt: Instant };

const DOWN_MAX = 20;

/** What is down in the projects that alert this chat, longest first. `hint`: "chat -100123". */
export async function downForChat(db: Db, hint: string): Promise<DownCheck[]> {
  const rows = await db.execute<DownCheck>(sql`
    select p.name as "projectName", ${sql.raw(checkNameSql("k"))} as "checkName", i.reason,
      (extract(epoch from i.opened_at) * 1000)::float8 as "openedAt"
    from incidents i
    join checks k on k.project_id = i.project_id and k.id = i.check_id and k.deleted_at is null
    join projects p on p.id = i.project_id
    where i.resolved_at is null and i.project_id in (select c.project_id from channels c where ${isOfChat(hint)})
    order by i.opened_at limit ${DOWN_MAX}`);
  return rows;
}

/** The project of an incident, where one of its channels is this chat; null where the chat has no say in it. */
export async function projectForChat(db: Db, incidentId: string, hint: string): Promise<string | null> {
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
