import { isDeepStrictEqual } from "node:util";

import { INCIDENT_KINDS, type IncidentEnd } from "@overdue/core";
import { type SQL, sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import type { ChannelRow } from "../channels/find-channels.ts";
import { openSettings } from "../channels/settings.ts";
import type { Db, Tx } from "../database.ts";
import { OPENING_KINDS, UNFINISHED } from "../schema/delivery-lists.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { KEEPS_INCIDENTS } from "./fragments.ts";

/** The incidents that are meant: these, or all that are open of a check, of a channel that was sent them, or of a project. */
type Scope =
  | { incidentIds: readonly string[] }
  | { projectId: string; checkId: string }
  | { projectId: string; channelId: string }
  | { projectId: string };

/**
 * Sends the end of incidents to the channels that keep incidents of their own and were sent these: nothing else would
 * ever end them there. `sealedSettings`: of a channel that has other ones by now, those under which it was sent them.
 * Inside the transaction that ends them.
 */
export async function endKeptIncidents(
  tx: Db | Tx,
  scope: Scope,
  ended: { by: IncidentEnd; sealedSettings?: string },
): Promise<void> {
  const payload = JSON.stringify({ endedBy: ended.by, sealedSettings: ended.sealedSettings });
  const { count } = await tx.execute(sql`
    insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, because, round, payload,
      created_at)
    select distinct on (d.incident_id, d.channel_id) d.project_id, d.channel_id, 'up', d.check_id, d.flip_id,
      d.incident_id, 'Its incident there would stay open.',
      (select count(*) from deliveries e where e.flip_id = d.flip_id and e.channel_id = d.channel_id and e.kind = 'up'),
      ${payload}::jsonb, clock_timestamp()
    from incidents i
    join checks k on k.project_id = i.project_id and k.id = i.check_id
    join deliveries d on d.incident_id = i.id and d.kind in ${OPENING_KINDS}
      and (d.attempt > 0 or d.state in ${UNFINISHED})
      -- what certainly never arrived opened nothing
      and (d.state <> 'failed' or d.uncertain)
    join channels c on c.project_id = d.project_id and c.id = d.channel_id and ${KEEPS_INCIDENTS}
    where ${inScope(scope)} and not exists (
      select from deliveries e where e.incident_id = d.incident_id and e.channel_id = d.channel_id
        and e.kind = 'up' and e.state <> 'superseded' and e.created_at >= d.created_at)
    order by d.incident_id, d.channel_id, d.created_at desc
    on conflict do nothing`);
  if (count > 0) await notifySenders(tx);
}

/**
 * Opens again, where they are kept, the incidents whose end was sent for a deletion that was undone: a check that is
 * still down must not look as if it were over. One that somebody has acknowledged or snoozed stays quiet.
 */
export async function reopenKeptIncidents(tx: Db | Tx, scope: Scope): Promise<void> {
  const { count } = await tx.execute(sql`
    insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, because, round,
      created_at)
    select distinct on (d.incident_id, d.channel_id) d.project_id, d.channel_id, 'reminder', d.check_id, d.flip_id,
      d.incident_id, 'Its incident there was ended, and it is still down.',
      (select max(e.round) + 1 from deliveries e
       where e.incident_id = d.incident_id and e.channel_id = d.channel_id and e.kind in ${OPENING_KINDS}),
      clock_timestamp()
    from incidents i
    join checks k on k.project_id = i.project_id and k.id = i.check_id and k.deleted_at is null
    join deliveries d on d.incident_id = i.id and d.kind = 'up' and d.payload ? 'endedBy'
    join channels c on c.project_id = d.project_id and c.id = d.channel_id and c.deleted_at is null
    where ${inScope(scope)} and i.acknowledged_at is null
      and not coalesce(i.snoozed_until > clock_timestamp(), false)
      and not exists (
        select from deliveries e where e.incident_id = d.incident_id and e.channel_id = d.channel_id
          and e.kind in ${OPENING_KINDS} and e.created_at > d.created_at)
    order by d.incident_id, d.channel_id, d.created_at desc
    on conflict do nothing`);
  if (count > 0) await notifySenders(tx);
}

/** What of a channel's settings says how loud an alert is, and not where it goes. */
const LOUDNESS = ["severity", "priority"];

/**
 * Where new settings lead an on-call channel to another place, such as another service's key: the open incidents end
 * there under the old settings, and begin under the new ones. Inside the transaction that stores these.
 */
export async function moveIncidents(
  tx: Db | Tx,
  keyring: Keyring,
  { channel, settings }: { channel: ChannelRow; settings: Record<string, unknown> },
): Promise<void> {
  if (!INCIDENT_KINDS.some((kind) => kind === channel.kind)) return;
  const { id: channelId, projectId, settings: sealedSettings } = channel;
  const before = openSettings(keyring, { projectId, channelId }, sealedSettings);
  // Nothing can be ended by settings that nobody can read; the new ones must be taken all the same.
  if (before === null) return;
  if (isDeepStrictEqual(targetOf(before), targetOf(settings))) return;
  const scope = { projectId, channelId };
  await endKeptIncidents(tx, scope, { by: "channel-changed", sealedSettings });
  await reopenKeptIncidents(tx, scope);
}

function targetOf(settings: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(settings).filter(([name]) => !LOUDNESS.includes(name));
  return Object.fromEntries(entries);
}

/** The condition of a scope, in a statement that calls the incident `i`, its check `k` and the delivery that sent it `d`. */
function inScope(scope: Scope): SQL {
  if ("incidentIds" in scope) return sql`i.id = any(${`{${scope.incidentIds.join(",")}}`}::uuid[])`;
  const open = sql`i.project_id = ${scope.projectId} and i.resolved_at is null`;
  if ("checkId" in scope) return sql`${open} and i.check_id = ${scope.checkId}`;
  // A check that was deleted before has sent its end already.
  if ("channelId" in scope)
    return sql`${open} and d.channel_id = ${scope.channelId} and k.deleted_at is null`;
  return open;
}
