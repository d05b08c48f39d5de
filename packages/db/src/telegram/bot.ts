import { eq } from "drizzle-orm";

import type { Db } from "../database.ts";
import { instanceFacts } from "../schema/index.ts";

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
