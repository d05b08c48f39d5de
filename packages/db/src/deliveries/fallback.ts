import { chooseFallback, type DeliveryKind, type FallbackChannel, needsFallback } from "@overdue/core";
import { type SQL, sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import type { Db, Tx } from "../database.ts";
import { lockUntilCommit } from "../locks.ts";
import { OWN_CHANNEL_KINDS, STATE_KINDS, UNFINISHED } from "../schema/delivery-lists.ts";
import { epochMs, uuidArray } from "../sql-fragments.ts";
import { notifyOwners, type OwnerContact, ownersChannels } from "./notify-owners.ts";
import { isRefused } from "./refusals.ts";

/**
 * Replaces deliveries that failed, or wait for their next attempt, by deliveries to another channel of their project, and
 * notifies the senders. `chooseFallback` decides which channel that is, if any. @returns the ids of the deliveries that got a
 * replacement
 */
export async function fallBack(tx: Tx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const which = sql`d.id = any(${uuidArray(ids)}) and d.state in ('failed', 'retry')`;
  return await writeInPlaceOf(tx, which, "Another channel did not take it.");
}

/**
 * The same for channels whose provider accepts a message and does not answer: for each of their deliveries that is older
 * than `seconds`, whether it is under way or waiting. They are still delivered there as well, since they may arrive.
 */
export async function fallBackMeanwhile(
  tx: Tx,
  { channelIds, seconds }: { channelIds: readonly string[]; seconds: number },
): Promise<void> {
  if (channelIds.length === 0) return;
  const which = sql`d.channel_id = any(${uuidArray(channelIds)}) and d.state in ${UNFINISHED}
    and d.created_at < clock_timestamp() - ${seconds} * interval '1 second'
    and (d.state = 'sending' or d.next_attempt_at <= clock_timestamp())`;
  await writeInPlaceOf(tx, which, "Another channel has not answered yet.");
}

async function writeInPlaceOf(tx: Tx, which: SQL, because: string): Promise<string[]> {
  const undelivered = (await readUndelivered(tx, which)).filter(needsFallback);
  if (undelivered.length === 0) return [];
  const channels = Map.groupBy(await readChannels(tx, undelivered), ({ projectId }) => projectId);
  const pairs = undelivered.flatMap(({ id, projectId, channelId }) => {
    const ofProject = channels.get(projectId) ?? [];
    const own = ofProject.find((channel) => channel.id === channelId);
    const chosen = own === undefined ? null : chooseFallback(own, ofProject);
    return chosen === null ? [] : [{ id, channel_id: chosen.id }];
  });
  if (pairs.length === 0) return [];
  const rows = await tx.execute<{ id: string }>(sql`
    insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, round, payload, because,
      fallback_for)
    select d.project_id, x.channel_id, d.kind, d.check_id, d.flip_id, d.incident_id, d.round, d.payload,
      ${because}::text, d.id
    from json_to_recordset(${JSON.stringify(pairs)}::json) as x(id uuid, channel_id uuid)
    join deliveries d on d.id = x.id
    where not exists (select from deliveries o where o.project_id = d.project_id and o.channel_id = x.channel_id
      and o.fallback_for = d.id)
    on conflict do nothing
    returning fallback_for as id`);
  if (rows.length > 0) await notifySenders(tx);
  return rows.map(({ id }) => id);
}

type UndeliveredRow = {
  id: string;
  projectId: string;
  channelId: string;
  kind: DeliveryKind;
  isFallback: boolean;
  endsKeptIncident: boolean;
};

async function readUndelivered(tx: Tx, which: SQL): Promise<UndeliveredRow[]> {
  const rows = await tx.execute<UndeliveredRow>(sql`
    select d.id, d.project_id as "projectId", d.channel_id as "channelId", d.kind,
      d.fallback_for is not null as "isFallback", coalesce(d.payload ? 'endedBy', false) as "endsKeptIncident"
    from deliveries d where ${which}`);
  return rows;
}

/** All channels of the projects of these deliveries. */
async function readChannels(tx: Tx, undelivered: readonly UndeliveredRow[]) {
  const projectIds = [...new Set(undelivered.map(({ projectId }) => projectId))];
  const rows = await tx.execute<FallbackChannel & { projectId: string }>(sql`
    select c.id, c.project_id as "projectId", c.is_fallback as "isNamed", c.internal as "isInternal",
      c.kind = 'group' as "isGroup", c.kind = 'email' as "isEmail",
      c.deleted_at is null and c.broken_at is null and c.unconfirmed_since is null as "isWorking",
      c.circuit_step > 0 as "isResting", ${isRefused(sql`c`)} as "isMailRefused",
      ${epochMs("c.last_sent_at")} as "lastSentAt"
    from channels c where c.project_id = any(${uuidArray(projectIds)})`);
  return rows;
}

type Unconfirmed = { projectId: string; channelId: string; name: string; address: string };

/** The least time between two messages to owners about one unconfirmed channel; they get every alert all the same. */
const UNCONFIRMED_AGAIN_AFTER = "1 hour";

/**
 * Sends the owners the alerts of unconfirmed addresses that no fallback took, so that none is lost, and explains why at most
 * once an hour for each channel. `ids`: the deliveries to those addresses.
 */
export async function fallbackForUnconfirmed(
  tx: Tx,
  ownerContact: OwnerContact | null,
  ids: readonly string[],
): Promise<void> {
  if (ownerContact === null || ids.length === 0) return;
  const rows = await tx.execute<Unconfirmed>(sql`
    select distinct c.project_id as "projectId", c.id as "channelId", c.name, c.hint as address
    from deliveries d join channels c on c.project_id = d.project_id and c.id = d.channel_id
    where d.id = any(${uuidArray(ids)}) and d.kind in ${STATE_KINDS}`);
  for (const channel of rows) {
    await passToOwners(tx, { ownerContact, channel, ids });
    await notifyWhyUnconfirmed(tx, ownerContact, channel);
  }
}

async function passToOwners(
  tx: Tx,
  {
    ownerContact,
    channel,
    ids,
  }: { ownerContact: OwnerContact; channel: Unconfirmed; ids: readonly string[] },
): Promise<void> {
  const { projectId, channelId } = channel;
  const owners = await ownersChannels(tx, ownerContact, { projectId, notVia: channelId });
  await tx.execute(sql`
    insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, round, payload, because,
      fallback_for)
    select d.project_id, owner.id, d.kind, d.check_id, d.flip_id, d.incident_id, d.round, d.payload,
      'Nobody has confirmed the address of “' || ${channel.name}::text || '” yet.', d.id
    from deliveries d cross join unnest(${uuidArray(owners)}) as owner(id)
    where d.id = any(${uuidArray(ids)}) and d.channel_id = ${channelId}
      and d.kind in ${STATE_KINDS} and d.fallback_for is null
      and not exists (select from deliveries e where e.fallback_for = d.id)
    on conflict do nothing`);
  await notifySenders(tx);
}

/** Notifies the owners at most once an hour: only the checker that writes the row does so. */
async function notifyWhyUnconfirmed(
  tx: Tx,
  ownerContact: OwnerContact,
  { projectId, channelId, name, address }: Unconfirmed,
): Promise<void> {
  const { count } = await tx.execute(sql`
    insert into instance_facts as f (name, value, created_at)
    values ('unconfirmed ' || ${channelId}::text, '', clock_timestamp())
    on conflict (name) do update set created_at = excluded.created_at
      where f.created_at < clock_timestamp() - ${UNCONFIRMED_AGAIN_AFTER}::interval`);
  if (count !== 1) return;
  await notifyOwners(tx, ownerContact, {
    projectId,
    notVia: channelId,
    title: `Channel “${name}” waits for a confirmation`,
    sentence: `It was to get a message, but nobody has confirmed ${address} yet. Its alerts go to the fallback, or else to the project's owners, until somebody confirms it with the link in the mail that was sent there.`,
  });
}

/** An alert that its channel has not taken for this long goes to another channel, too. */
const LONG_WAIT = "5 minutes";
/** The least time between two messages about one channel for which alerts wait. */
const WAITING_AGAIN_AFTER = "6 hours";

type WaitingChannel = {
  id: string;
  channelId: string;
  projectId: string;
  name: string;
  because: string;
  /** Whether the mail server refuses mails, which only the operator can solve. */
  refused: boolean;
  isSentElsewhere: boolean;
};

/** Sends alerts that have waited long, since their channel rests or fails, to other channels. @returns how many alerts were written */
export async function fallBackForLongWaiting(
  db: Db,
  ownerContact: OwnerContact,
  limit: number,
): Promise<number> {
  return db.transaction(async (tx) => {
    // Without it two checkers could both notify the owners.
    await tx.execute(lockUntilCommit("fallbackForWaiting"));
    const rows = await tx.execute<{ id: string }>(sql`
      select d.id from deliveries d
      where d.state = 'retry' and d.kind not in ${OWN_CHANNEL_KINDS} and d.fallback_for is null
        and d.leader_id is null and d.created_at < clock_timestamp() - ${LONG_WAIT}::interval
        and d.dealt_with_at is null
      order by d.id limit ${limit}`);
    return await fallBackForWaiting(
      tx,
      ownerContact,
      rows.map(({ id }) => id),
    );
  });
}

/**
 * Sends alerts that their own channel does not take for now to the fallback, and notifies the owners once while it lasts. If
 * only the operator can solve it, and no fallback is set, another channel of the project gets them. `ids`: deliveries that
 * are tried again. @returns how many alerts were written
 */
export async function fallBackForWaiting(
  tx: Tx,
  ownerContact: OwnerContact,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0;
  const written = await fallBack(tx, ids);
  const rows = await tx.execute<WaitingChannel>(sql`
    select distinct on (c.id) d.id, c.id as "channelId", c.project_id as "projectId", c.name,
      coalesce(d.last_error, '') as because, ${isRefused(sql`c`)} as refused,
      d.id = any(${uuidArray(written)}) or exists (select from deliveries o where o.flip_id = d.flip_id
        and o.channel_id <> d.channel_id and o.state <> 'failed') as "isSentElsewhere"
    from deliveries d join channels c on c.project_id = d.project_id and c.id = d.channel_id
    left join instance_facts f on f.name = 'channel waits ' || c.id
    where d.id = any(${uuidArray(ids)}) and d.kind not in ${OWN_CHANNEL_KINDS} and not c.internal
      and (f.name is null or (f.created_at < c.last_sent_at
        and f.created_at < clock_timestamp() - ${WAITING_AGAIN_AFTER}::interval))
    order by c.id, d.id desc`);
  for (const waiting of rows) await notifyOfWaiting(tx, ownerContact, waiting);
  return written.length;
}

async function notifyOfWaiting(tx: Tx, ownerContact: OwnerContact, waiting: WaitingChannel) {
  const { channelId, projectId, name, because, refused, isSentElsewhere } = waiting;
  await tx.execute(sql`
    insert into instance_facts (name, value, created_at)
    values ('channel waits ' || ${channelId}::text, '', clock_timestamp())
    on conflict (name) do update set created_at = excluded.created_at`);
  const whose = refused
    ? "Only the operator of Overdue can solve this; the channel's own settings are not the cause."
    : "If this lasts, check the channel's settings.";
  const where = isSentElsewhere
    ? "Another channel gets them, too."
    : "No other channel gets them in its place: choose one as the fallback.";
  await notifyOwners(tx, ownerContact, {
    projectId,
    notVia: channelId,
    title: `Alerts wait for channel “${name}”`,
    sentence: `It does not accept them for now: ${withFullStop(because)} They are tried again for a day. ${where} ${whose}`,
  });
}

function withFullStop(sentence: string): string {
  return /[.!?)]$/.test(sentence) ? sentence : `${sentence}.`;
}
