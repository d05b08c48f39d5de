import { and, eq, isNull, sql, inArray } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { channels, checkChannels, checks } from "../schema/index.ts";
import { randomUUIDv7 } from "node:crypto";
import { type Keyring, seal } from "../secrets/keyring.ts";
import { askToConfirm, type NamedBy, unconfirmedSince } from "./confirmation.ts";
import type { ChannelRow } from "./find-channels.ts";

const CHANNELS_MAX = 1_000;

/** A project would have more channels than it may. */
export class TooManyChannels extends Error {
  constructor() {
    super("A project has at most 1,000 channels: delete some that are not used any more.");
  }
}

/** Before `adding` channels more, in their transaction: two at once wait for each other. @throws TooManyChannels */
export async function refuseTooMany(tx: Db | Tx, projectId: string, adding = 1): Promise<void> {
  // Not a lock that pings and edits of checks would wait for.
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
  /** The person who names a mailbox's address, which is then asked whether it wants alerts; left out: the operator. */
  namedBy?: NamedBy | null;
  /** Its messages are collected for so long; left out: sent at once. */
  collectMinutes?: number;
  /** Whether alerts that share something come as one message; null, or left out: as its kind does. */
  groups?: boolean | null;
};

/** A check was named that this project does not have. */
export class UnknownCheck extends Error {}

/** Stores a channel with its settings sealed. @throws UnknownCheck, TooManyChannels */
export async function createChannel(db: Db | Tx, keyring: Keyring, input: NewChannel): Promise<ChannelRow> {
  const { projectId, kind, name, hint, collectMinutes = 0, groups = null } = input;
  const id = randomUUIDv7();
  const settings = sealSettings(keyring, { projectId, channelId: id }, input.settings);
  return await db.transaction(async (tx) => {
    await refuseTooMany(tx, projectId);
    const named = { by: input.namedBy ?? null, before: null };
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
    if (row === undefined) throw new Error("The insert answered no row.");
    await linkChecks(tx, { projectId, channelId: id }, input.checkIds);
    if (unconfirmed !== null) await askToConfirm(tx, { projectId, channelId: id });
    return row;
  });
}

/** Settings as they are stored: unreadable without the key, and in any other row. */
export function sealSettings(
  keyring: Keyring,
  { projectId, channelId }: { projectId: string; channelId: string },
  settings: Record<string, unknown>,
): string {
  const place = { table: "channels", column: "settings", rowId: channelId, projectId };
  return seal(keyring, place, JSON.stringify(settings));
}

/** Makes these, and only these, the checks that alert a channel. @throws UnknownCheck */
export async function linkChecks(
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
