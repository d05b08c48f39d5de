import { randomUUIDv7 } from "node:crypto";

import { and, eq, inArray, isNotNull, isNull, ne, sql } from "drizzle-orm";

import { type Db, StaleVersion, type Tx } from "../database.ts";
import {
  endProviderIncidents,
  moveProviderIncidents,
  reopenProviderIncidents,
} from "../deliveries/provider-incidents.ts";
import { requireRoom } from "../plans/room.ts";
import { channels, checkChannels, checks } from "../schema/index.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { askToConfirm, type AddressAuthor, unconfirmedSince } from "./confirmation.ts";
import type { ChannelRef, ChannelRow } from "./find-channels.ts";
import { sealSettings } from "./settings.ts";

const CHANNELS_MAX = 1_000;

/** The project would have more channels than allowed. */
export class TooManyChannels extends Error {
  constructor() {
    super("A project has at most 1,000 channels: delete some that are no longer used.");
  }
}

/** Call it before `adding` channels, in the same transaction; two such transactions wait for each other. @throws TooManyChannels */
export async function refuseTooMany(tx: Db | Tx, projectId: string, adding = 1): Promise<void> {
  // "no key": pings and edits of checks do not wait for this lock.
  await tx.execute(sql`select 1 from projects where id = ${projectId} for no key update`);
  const live = and(
    eq(channels.projectId, projectId),
    isNull(channels.deletedAt),
    eq(channels.internal, false),
  );
  if ((await tx.$count(channels, live)) + adding > CHANNELS_MAX) throw new TooManyChannels();
}

export type NewChannel = {
  projectId: string;
  kind: string;
  name: string;
  /** Plain, as `parseSettings` returned them; sealed here. */
  settings: Record<string, unknown>;
  hint: string;
  /** The checks that alert it; "all": every check that the project has now. */
  checkIds: readonly string[] | "all";
  /** Who enters a mailbox's address, which is then asked whether it wants alerts; left out: the operator. */
  addressAuthor?: AddressAuthor | null;
  /** For how long its messages are collected; left out: each is sent at once. */
  collectMinutes?: number;
  /** Whether alerts that share something are sent as one message; null, or left out: the default of its kind. */
  groups?: boolean | null;
};

/** A check that was named is not in this project. */
export class UnknownCheck extends Error {}

/** Stores a channel, its settings sealed. @throws UnknownCheck, TooManyChannels, PlanLimitReached */
export async function createChannel(db: Db | Tx, keyring: Keyring, input: NewChannel): Promise<ChannelRow> {
  const { projectId, kind, name, hint, collectMinutes = 0, groups = null } = input;
  const id = randomUUIDv7();
  const settings = sealSettings(keyring, { projectId, channelId: id }, input.settings);
  return await db.transaction(async (tx) => {
    await requireRoom(tx, { projectId }, { channels: 1 });
    await refuseTooMany(tx, projectId);
    const named = { by: input.addressAuthor ?? null, before: null };
    const unconfirmed = await unconfirmedSince(tx, { projectId, kind, address: hint }, named);
    const [row] = await tx
      .insert(channels)
      .values({
        id,
        projectId,
        kind,
        name,
        hint,
        settings,
        collectMinutes,
        groups,
        unconfirmedSince: unconfirmed,
      })
      .returning();
    if (row === undefined) throw new Error("The insert returned no row.");
    await linkChecks(tx, { projectId, channelId: id }, input.checkIds);
    if (unconfirmed !== null) await askToConfirm(tx, { projectId, channelId: id });
    return row;
  });
}

/** Replaces the checks that alert a channel by these. @throws UnknownCheck */
async function linkChecks(
  tx: Tx,
  channel: { projectId: string; channelId: string },
  checkIds: readonly string[] | "all",
): Promise<void> {
  const wanted = checkIds === "all" ? undefined : inArray(checks.id, [...new Set(checkIds)]);
  const found = await tx
    .select({ checkId: checks.id })
    .from(checks)
    .where(and(eq(checks.projectId, channel.projectId), isNull(checks.deletedAt), wanted));
  if (checkIds !== "all" && found.length < new Set(checkIds).size) throw new UnknownCheck();
  await tx.delete(checkChannels).where(eq(checkChannels.channelId, channel.channelId));
  if (found.length > 0)
    await tx.insert(checkChannels).values(found.map(({ checkId }) => ({ ...channel, checkId })));
}

export type ChannelEdit = {
  name: string | null;
  /** All settings anew, which also makes a broken channel work again. Null: they stay as they are. */
  settings: { settings: Record<string, unknown>; hint: string } | null;
  /** Who enters a new mailbox's address; null: the operator. */
  addressAuthor: AddressAuthor | null;
  checkIds: readonly string[] | "all" | null;
  /** True: it becomes the project's fallback channel in place of the present one. */
  isFallback: boolean | null;
  proveWeekly: boolean | null;
  /** Messages that are collected already keep their time. */
  collectMinutes: number | null;
  /** Null: the default of its kind. Undefined: it stays as it is. */
  groups: boolean | null | undefined;
  /** The version that the editor saw; null edits the current one. */
  version: number | null;
};

/** Writes the given fields. @returns whether there is such a channel. @throws UnknownCheck, StaleVersion */
export async function editChannel(
  db: Db,
  ref: ChannelRef,
  { keyring, edit }: { keyring: Keyring; edit: ChannelEdit },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    if (edit.isFallback === true) await dropFallback(tx, ref);
    const before = edit.settings === null ? null : await lockStored(tx, ref);
    const unconfirmed = await confirmationColumns(tx, before, edit);
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
      await moveProviderIncidents(tx, keyring, { channel: before, settings: edit.settings.settings });
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

/** A new address must be confirmed, and so must one whose recipient has unsubscribed. */
async function confirmationColumns(
  tx: Tx,
  before: ChannelRow | null,
  { settings, addressAuthor }: ChannelEdit,
): Promise<{ unconfirmedSince?: Date | null }> {
  if (settings === null || before === null) return {};
  const address = { projectId: before.projectId, kind: before.kind, address: settings.hint };
  return { unconfirmedSince: await unconfirmedSince(tx, address, { by: addressAuthor, before }) };
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

/** Hides a channel: until `restoreChannel` it is sent nothing but the end of incidents that it keeps. @returns whether there was such a channel */
export async function deleteChannel(db: Db, ref: ChannelRef): Promise<boolean> {
  return await db.transaction((tx) => deleteChannelIn(tx, ref));
}

/** The same inside the caller's transaction. */
export async function deleteChannelIn(tx: Db | Tx, { projectId, channelId }: ChannelRef): Promise<boolean> {
  const hidden = await tx
    .update(channels)
    .set({ deletedAt: sql`now()` })
    .where(
      and(
        eq(channels.projectId, projectId),
        eq(channels.id, channelId),
        isNull(channels.deletedAt),
        eq(channels.internal, false),
      ),
    )
    .returning({ id: channels.id });
  if (hidden.length === 0) return false;
  await endProviderIncidents(tx, { projectId, channelId }, { by: "channel-deleted" });
  return true;
}

/** Restores a deleted channel, with the checks that alerted it. @returns whether there was one. @throws TooManyChannels, PlanLimitReached */
export async function restoreChannel(db: Db, { projectId, channelId }: ChannelRef): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const isIt = and(eq(channels.projectId, projectId), eq(channels.id, channelId));
    const hidden = and(isIt, isNotNull(channels.deletedAt));
    if ((await tx.$count(channels, hidden)) === 0) return false;
    await requireRoom(tx, { projectId }, { channels: 1 });
    const restored = await tx.update(channels).set({ deletedAt: null }).where(hidden).returning();
    if (restored.length === 0) return false;
    await refuseTooMany(tx, projectId, 0);
    await reopenProviderIncidents(tx, { projectId, channelId });
    return true;
  });
}

type Move = {
  projectId: string;
  channelId: string;
  /** The settings as they were read; if a person has stored others since, those stay. */
  sealedBefore: string;
  settings: Record<string, unknown>;
  hint: string;
};

/**
 * Stores settings that a person changed in part, for the same address, and counts as an edit. @returns false if the channel
 * was deleted or edited since they were read
 */
export async function rewriteSettings(
  db: Db,
  keyring: Keyring,
  { projectId, channelId, sealedBefore, settings }: Omit<Move, "hint">,
): Promise<boolean> {
  const written = await db
    .update(channels)
    .set({
      settings: sealSettings(keyring, { projectId, channelId }, settings),
      updatedAt: sql`now()`,
      version: sql`${channels.version} + 1`,
    })
    .where(
      and(
        eq(channels.projectId, projectId),
        eq(channels.id, channelId),
        eq(channels.settings, sealedBefore),
        isNull(channels.deletedAt),
      ),
    )
    .returning({ id: channels.id });
  return written.length > 0;
}

/** Stores the new address of a channel whose provider moved it, such as a Telegram group that became a supergroup. */
export async function moveChannel(db: Db, keyring: Keyring, move: Move): Promise<void> {
  await db
    .update(channels)
    .set({ settings: sealSettings(keyring, move, move.settings), hint: move.hint, updatedAt: new Date() })
    .where(
      and(
        eq(channels.projectId, move.projectId),
        eq(channels.id, move.channelId),
        eq(channels.settings, move.sealedBefore),
      ),
    );
}
