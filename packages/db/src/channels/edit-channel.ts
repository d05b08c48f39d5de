import { and, eq, isNull, ne, sql } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { moveIncidents } from "../deliveries/end-incidents.ts";
import { channels } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { StaleVersion } from "../stale-version.ts";
import { linkChecks, sealSettings } from "./create-channel.ts";
import { askToConfirm, type NamedBy, unconfirmedSince } from "./confirmation.ts";
import type { ChannelRef, ChannelRow } from "./find-channels.ts";

export type ChannelEdit = {
  name: string | null;
  /** New settings as a whole; they also mend a broken channel. Null: as they are. */
  settings: { settings: Record<string, unknown>; hint: string } | null;
  /** The person who names a new mailbox's address; null: the operator. */
  namedBy: NamedBy | null;
  checkIds: readonly string[] | "all" | null;
  /** It becomes the project's fallback channel; the previous one no longer is. */
  isFallback: boolean | null;
  proveWeekly: boolean | null;
  /** What is collected already comes when it was to come. */
  collectMinutes: number | null;
  /** Null: as its kind does. Undefined: as it is. */
  groups: boolean | null | undefined;
  /** The version the editor saw; null edits whatever is there. */
  version: number | null;
};

/** Writes what is given. @returns whether the channel was there. @throws UnknownCheck, StaleVersion */
export async function editChannel(
  db: Db,
  ref: ChannelRef,
  { keyring, edit }: { keyring: Keyring; edit: ChannelEdit },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    if (edit.isFallback === true) await dropFallback(tx, ref);
    const before = edit.settings === null ? null : await lockStored(tx, ref);
    const unconfirmed = await confirmationOf(tx, before, edit);
    const edited = await tx
      .update(channels)
      .set({
        updatedAt: sql`now()`,
        version: sql`${channels.version} + 1`,
        ...columnsOf(ref, keyring, edit),
        ...unconfirmed,
      })
      .where(
        and(
          eq(channels.projectId, ref.projectId),
          eq(channels.id, ref.channelId),
          isNull(channels.deletedAt),
          eq(channels.internal, false),
        ),
      )
      .returning({ version: channels.version });
    const [now] = edited;
    if (now === undefined) return false;
    if (edit.version !== null && now.version !== edit.version + 1) throw new StaleVersion();
    if (before !== null && edit.settings !== null) {
      await moveIncidents(tx, keyring, { channel: before, settings: edit.settings.settings });
    }
    if (edit.checkIds !== null) await linkChecks(tx, ref, edit.checkIds);
    if (unconfirmed.unconfirmedSince instanceof Date) await askToConfirm(tx, ref);
    return true;
  });
}

async function lockStored(tx: Tx, { projectId, channelId }: ChannelRef): Promise<ChannelRow | null> {
  const [stored = null] = await tx
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, projectId), eq(channels.id, channelId)))
    .for("update");
  return stored;
}

/** Another address has to be confirmed anew, and so has one whose reader unsubscribed. */
async function confirmationOf(
  tx: Tx,
  before: ChannelRow | null,
  { settings, namedBy }: ChannelEdit,
): Promise<{ unconfirmedSince?: Date | null }> {
  if (settings === null || before === null) return {};
  const address = { projectId: before.projectId, kind: before.kind, address: settings.hint };
  return { unconfirmedSince: await unconfirmedSince(tx, address, { by: namedBy, before }) };
}

async function dropFallback(tx: Tx, { projectId, channelId }: ChannelRef): Promise<void> {
  await tx
    .update(channels)
    .set({ isFallback: false })
    .where(and(eq(channels.projectId, projectId), ne(channels.id, channelId), channels.isFallback));
}

function columnsOf(ref: ChannelRef, keyring: Keyring, edit: ChannelEdit) {
  const { name, settings, isFallback, proveWeekly, collectMinutes, groups } = edit;
  return {
    ...(name !== null && { name }),
    ...(isFallback !== null && { isFallback }),
    ...(proveWeekly !== null && { proveWeekly }),
    ...(collectMinutes !== null && { collectMinutes }),
    ...(groups !== undefined && { groups }),
    ...(settings !== null && {
      settings: sealSettings(keyring, ref, settings.settings),
      hint: settings.hint,
      brokenAt: null,
      brokenBecause: null,
      brokenBy: null,
      circuitFailures: 0,
      circuitStep: 0,
      circuitUntil: null,
    }),
  };
}
