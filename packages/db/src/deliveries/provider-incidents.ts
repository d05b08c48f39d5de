import { isDeepStrictEqual } from "node:util";

import { PROVIDER_INCIDENT_KINDS, type ProviderIncidentEnd } from "@overdue/core";
import { type SQL, sql } from "drizzle-orm";

import { notifySenders } from "../changes.ts";
import type { ChannelRow } from "../channels/find-channels.ts";
import { openSettings } from "../channels/settings.ts";
import type { Db, Tx } from "../database.ts";
import { OPENING_KINDS, UNFINISHED } from "../schema/delivery-lists.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { HAS_PROVIDER_INCIDENTS } from "./fragments.ts";

/** Whose incidents: these, or all open ones of a check, of a project, or of those that were sent to a channel. */
type Scope =
  | { incidentIds: readonly string[] }
  | { projectId: string; checkId: string }
  | { projectId: string; channelId: string }
  | { projectId: string };

/**
 * Sends the end of incidents to the providers that keep incidents of their own and were sent these: nothing else would end
 * them there. `sealedSettings`: if the channel's settings have changed, those under which it was sent the incidents. Call it
 * inside the transaction that ends them.
 */
export async function endProviderIncidents(
  tx: Db | Tx,
  scope: Scope,
  ended: { by: ProviderIncidentEnd; sealedSettings?: string },
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
      -- a delivery that certainly never arrived opened nothing there
      and (d.state <> 'failed' or d.uncertain)
    join channels c on c.project_id = d.project_id and c.id = d.channel_id and ${HAS_PROVIDER_INCIDENTS}
    where ${inScope(scope)} and not exists (
      select from deliveries e where e.incident_id = d.incident_id and e.channel_id = d.channel_id
        and e.kind = 'up' and e.state <> 'superseded' and e.created_at >= d.created_at)
    order by d.incident_id, d.channel_id, d.created_at desc
    on conflict do nothing`);
  if (count > 0) await notifySenders(tx);
}

/**
 * Reopens the incidents at providers whose end was sent although the check is still down: after a deletion or pause was
 * undone, or in the channel's new place. An incident that somebody has acknowledged or snoozed stays silent.
 */
export async function reopenProviderIncidents(tx: Db | Tx, scope: Scope): Promise<void> {
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

/** Settings that say how loud an alert is, not where it goes. */
const LOUDNESS_SETTINGS = ["severity", "priority"];

/**
 * If new settings direct a channel to another place, such as another service's key, ends the provider's open incidents under
 * the old settings and opens them under the new ones. Call it inside the transaction that stores the new settings.
 */
export async function moveProviderIncidents(
  tx: Db | Tx,
  keyring: Keyring,
  { channel, settings }: { channel: ChannelRow; settings: Record<string, unknown> },
): Promise<void> {
  if (!PROVIDER_INCIDENT_KINDS.some((kind) => kind === channel.kind)) return;
  const { id: channelId, projectId, settings: sealedSettings } = channel;
  const before = openSettings(keyring, { projectId, channelId }, sealedSettings);
  // Old settings that cannot be decrypted can end nothing, but must not prevent storing the new ones.
  if (before === null) return;
  if (isDeepStrictEqual(targetSettings(before), targetSettings(settings))) return;
  const scope = { projectId, channelId };
  await endProviderIncidents(tx, scope, { by: "channel-changed", sealedSettings });
  await reopenProviderIncidents(tx, scope);
}

function targetSettings(settings: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(settings).filter(([name]) => !LOUDNESS_SETTINGS.includes(name));
  return Object.fromEntries(entries);
}

/** SQL: whether an incident is in the scope. `i`: the incident; `k`: its check; `d`: the delivery that sent it. */
function inScope(scope: Scope): SQL {
  if ("incidentIds" in scope) return sql`i.id = any(${`{${scope.incidentIds.join(",")}}`}::uuid[])`;
  const open = sql`i.project_id = ${scope.projectId} and i.resolved_at is null`;
  if ("checkId" in scope) return sql`${open} and i.check_id = ${scope.checkId}`;
  // The end of a deleted check's incidents was sent when it was deleted.
  if ("channelId" in scope)
    return sql`${open} and d.channel_id = ${scope.channelId} and k.deleted_at is null`;
  return open;
}
