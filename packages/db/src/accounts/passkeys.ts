import { and, asc, eq, lte, sql } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { passkeys } from "../schema/index.ts";

export type PasskeyRow = typeof passkeys.$inferSelect;
type NewPasskey = Pick<
  PasskeyRow,
  "userId" | "name" | "credentialId" | "publicKey" | "counter" | "transports"
>;

/** A person has at most so many. */
export const PASSKEYS_MAX = 30;

/** The passkeys of a person, the oldest first. */
export async function listPasskeys(db: Db | Tx, userId: string): Promise<PasskeyRow[]> {
  return await db.select().from(passkeys).where(eq(passkeys.userId, userId)).orderBy(asc(passkeys.id));
}

/** Stores a passkey. @returns null if its device is registered already */
export async function addPasskey(db: Db | Tx, made: NewPasskey): Promise<PasskeyRow | null> {
  const [stored] = await db.insert(passkeys).values(made).onConflictDoNothing().returning();
  return stored ?? null;
}

/** The passkey that a device names, of any person; null if it is unknown. */
export async function findPasskey(db: Db | Tx, credentialId: string): Promise<PasskeyRow | null> {
  const [found] = await db.select().from(passkeys).where(eq(passkeys.credentialId, credentialId));
  return found ?? null;
}

/** Stores that a passkey was used. @returns false if its counter shows that a copy of it was used meanwhile */
export async function usePasskey(db: Db | Tx, of: { id: string; counter: number }): Promise<boolean> {
  const used = await db
    .update(passkeys)
    .set({ counter: of.counter, lastUsedAt: sql`now()` })
    .where(and(eq(passkeys.id, of.id), lte(passkeys.counter, of.counter)))
    .returning({ id: passkeys.id });
  return used.length > 0;
}

type PasskeyRef = { userId: string; passkeyId: string };

/** @returns the passkey with its new name; null if it is none of the person's */
export async function renamePasskey(
  db: Db | Tx,
  { userId, passkeyId }: PasskeyRef,
  name: string,
): Promise<PasskeyRow | null> {
  const [renamed] = await db
    .update(passkeys)
    .set({ name })
    .where(and(eq(passkeys.userId, userId), eq(passkeys.id, passkeyId)))
    .returning();
  return renamed ?? null;
}

/** @returns false if it is none of the person's */
export async function removePasskey(db: Db | Tx, { userId, passkeyId }: PasskeyRef): Promise<boolean> {
  const removed = await db
    .delete(passkeys)
    .where(and(eq(passkeys.userId, userId), eq(passkeys.id, passkeyId)))
    .returning({ id: passkeys.id });
  return removed.length > 0;
}

export async function hasPasskeys(db: Db | Tx, userId: string): Promise<boolean> {
  return (await db.$count(passkeys, eq(passkeys.userId, userId))) > 0;
}
