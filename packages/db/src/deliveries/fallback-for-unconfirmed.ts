import { sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { notifySenders } from "./changes.ts";
import { uuidArray } from "./due.ts";
import { ownersChannels, type OwnerContact, notifyOwners } from "./notify-owners.ts";

type Waiting = { projectId: string; channelId: string; name: string; address: string };

/** Between two messages to owners about one channel; each alert reaches them all the same. */
const AGAIN_AFTER = "1 hour";

/**
 * No alert is lost for want of a confirmation. What no fall-back took of these deliveries goes to the project's owners in
 * their place, and at most once an hour for each channel owners learn why.
 */
export async function fallbackForUnconfirmed(
  tx: Tx,
  way: OwnerContact | null,
  ids: readonly string[],
): Promise<void> {
  if (way === null || ids.length === 0) return;
  const rows = await tx.execute<Waiting>(sql`
    select distinct c.project_id as "projectId", c.id as "channelId", c.name, c.hint as address
    from deliveries d join channels c on c.project_id = d.project_id and c.id = d.channel_id
    where d.id = any(${uuidArray(ids)}) and d.kind in ('down', 'up', 'reminder')`);
  for (const channel of rows) {
    await passToOwners(tx, { way, channel, ids });
    await sayWhy(tx, way, channel);
  }
}

async function passToOwners(
  tx: Tx,
  { way, channel, ids }: { way: OwnerContact; channel: Waiting; ids: readonly string[] },
): Promise<void> {
  const { projectId, channelId } = channel;
  const owners = await ownersChannels(tx, way, { projectId, notVia: channelId });
  await tx.execute(sql`
    insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, round, payload, because,
      fallback_for)
    select d.project_id, owner.id, d.kind, d.check_id, d.flip_id, d.incident_id, d.round, d.payload,
      'Nobody has confirmed the address of “' || ${channel.name}::text || '” yet.', d.id
    from deliveries d cross join unnest(${uuidArray(owners)}) as owner(id)
    where d.id = any(${uuidArray(ids)}) and d.channel_id = ${channelId}
      and d.kind in ('down', 'up', 'reminder') and d.fallback_for is null
      and not exists (select from deliveries e where e.fallback_for = d.id)
    on conflict do nothing`);
  await notifySenders(tx);
}

/** Two checkers at once must not both tell: the row is taken by one of them. */
async function sayWhy(
  tx: Tx,
  way: OwnerContact,
  { projectId, channelId, name, address }: Waiting,
): Promise<void> {
  const { count } = await tx.execute(sql`
    insert into instance_facts as f (name, value, created_at)
    values ('unconfirmed ' || ${channelId}::text, '', clock_timestamp())
    on conflict (name) do update set created_at = excluded.created_at
      where f.created_at < clock_timestamp() - ${AGAIN_AFTER}::interval`);
  if (count !== 1) return;
  await notifyOwners(tx, way, {
    projectId,
    notVia: channelId,
    title: `Channel “${name}” waits for a confirmation`,
    sentence: `It was to get a message, but nobody has confirmed ${address} yet. Its alerts go to the fall-back, or else to the project's owners, until somebody does by the link in the mail that was sent there.`,
  });
}
