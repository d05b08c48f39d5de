import { isUuid } from "@overdue/core";
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

import { and, eq, isNull } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { channels, projects } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";

/** A channel's mailbox, as the page behind a mail's link shows it. */
export type Mailbox = { projectName: string; to: string; stopped: boolean };

const STOPPED = "The recipient unsubscribed by a link in a mail. Saving the address asks them again.";

/** Lets the holder of a mail end its channel (RFC 8058). It says nothing else, so it does not expire. */
export function unsubscribeLink(keyring: Keyring, of: { publicUrl: string; channelId: string }): string {
  const [first] = keyring.keys;
  if (first === undefined) throw new Error("The keyring is empty: set SECRET_KEY.");
  const signature = signatureOf(first.key, of.channelId);
  const query = new URLSearchParams({ channel: of.channelId, key: first.id, signature });
  return `${of.publicUrl}/unsubscribe?${query}`;
}

/** The channel that a link was signed for, or null where it was not. */
export function readUnsubscribe(keyring: Keyring, query: URLSearchParams): string | null {
  const channelId = query.get("channel") ?? "";
  const key = keyring.keys.find(({ id }) => id === query.get("key"));
  if (key === undefined || !isUuid(channelId)) return null;
  const [given, right] = [query.get("signature") ?? "", signatureOf(key.key, channelId)].map((text) =>
    Buffer.from(text),
  );
  if (given === undefined || right === undefined || given.length !== right.length) return null;
  return timingSafeEqual(given, right) ? channelId : null;
}

/** Null where the channel is gone, or none of mail. */
export async function findMailbox(db: Db, channelId: string): Promise<Mailbox | null> {
  const [row] = await db
    .select({ projectName: projects.name, to: channels.hint, by: channels.brokenBy })
    .from(channels)
    .innerJoin(projects, eq(projects.id, channels.projectId))
    .where(isMailbox(channelId));
  return row === undefined
    ? null
    : { projectName: row.projectName, to: row.to, stopped: row.by === "recipient" };
}

/** No mail goes to it any more; the app says since when, and why. */
export async function stopMailbox(db: Db | Tx, channelId: string, because = STOPPED): Promise<void> {
  await db
    .update(channels)
    .set({ brokenAt: new Date(), brokenBecause: because, brokenBy: "recipient" })
    .where(isMailbox(channelId));
}

function isMailbox(channelId: string) {
  return and(eq(channels.id, channelId), eq(channels.kind, "email"), isNull(channels.deletedAt));
}

function signatureOf(key: Buffer, channelId: string): string {
  const signing = Buffer.from(hkdfSync("sha256", key, "overdue", "unsubscribe", 32));
  return createHmac("sha256", signing).update(channelId).digest("base64url");
}
