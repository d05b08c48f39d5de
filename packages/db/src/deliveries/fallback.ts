import { chooseFallback, type DeliveryKind, type FallbackChannel, needsFallback } from "@overdue/core";
import { type SQL, sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { notifySenders } from "./changes.ts";
import { uuidArray } from "./due.ts";
import { epochMs } from "./channel-health.ts";
import { isRefused } from "./refusals.ts";

/**
 * Writes for deliveries that failed, or wait for their next try, what goes to another channel of their project in their
 * place, and rings for it. Which channel that is, if any, is decided by `chooseFallback`. @returns for which of them
 */
export async function fallBack(tx: Tx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const which = sql`d.id = any(${uuidArray(ids)}) and d.state in ('failed', 'retry')`;
  return await writeInPlaceOf(tx, which, "Another channel did not take it.");
}

/**
 * The same for what waits for channels whose provider accepts a message and does not answer: all that is older than
 * `seconds`, under way or behind. It stays to be delivered there as well, since nobody knows whether it arrives.
 */
export async function fallBackMeanwhile(
  tx: Tx,
  { channelIds, seconds }: { channelIds: readonly string[]; seconds: number },
): Promise<void> {
  if (channelIds.length === 0) return;
  const which = sql`d.channel_id = any(${uuidArray(channelIds)}) and d.state in ('pending', 'retry', 'sending')
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
      ${epochMs(sql`c.last_sent_at`)} as "lastSentAt"
    from channels c where c.project_id = any(${uuidArray(projectIds)})`);
  return rows;
}
