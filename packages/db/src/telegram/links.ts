import type { LiveEvent } from "@overdue/core";
import { createHash, randomBytes } from "node:crypto";

import { and, eq, gt, isNull, sql } from "drizzle-orm";

import { createChannel } from "../channels/create-channel.ts";
import type { Db } from "../database.ts";
import { telegramLinks } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";

export type TelegramLink = typeof telegramLinks.$inferSelect;
/** What a chat that sent a code becomes: a channel's name, settings and hint. */
export type LinkedChat = { name: string; settings: Record<string, unknown>; hint: string };

const MINUTES_VALID = 15;

/** A new code for a chat to send; Telegram takes letters, digits, _ and - in it. Only its hash is stored. */
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
  if (link === undefined) throw new Error("The insert answered no row.");
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

/** Makes the chat a channel for every check of the code's project. A code is good once, and for 15 minutes. */
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
    await tx.execute(
      sql`select pg_notify('overdue_changes', ${JSON.stringify({ projectId, checkId: null } satisfies LiveEvent)})`,
    );
    return "linked";
  });
}

function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("hex");
}
