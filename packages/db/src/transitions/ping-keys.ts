import type { Pool, PoolClient } from "../database.ts";

import { PING_KEY_START, storedKey } from "../secrets/api-key.ts";

type SlugTarget = { kind: "slug"; pingKey: string; slug: string };

/**
 * The same targets with their project's ping key in place of an API key of scope `ping`, in order. An unknown, expired
 * or revoked key stays as it is, and finds nothing. Notes that a key was used, once a minute.
 */
export async function withPingKeys<Target extends SlugTarget>(
  client: Pool | PoolClient,
  targets: readonly Target[],
): Promise<Target[]> {
  const keys = [...new Set(targets.map(({ pingKey }) => pingKey))].filter((key) =>
    key.startsWith(PING_KEY_START),
  );
  if (keys.length === 0) return [...targets];
  const hashes = keys.map((key) => storedKey(key).hash);
  const rows = await client.query<{ hash: string; ping_key: string }>(
    `with found as (
       select k.id, k.hash, k.last_used_at, p.ping_key
         from unnest($1::text[], $2::text[]) as x(prefix, hash)
         join api_keys k on k.prefix = x.prefix and k.hash = x.hash and k.scope = 'ping' and k.revoked_at is null
                        and (k.expires_at is null or k.expires_at > clock_timestamp())
         join projects p on p.id = k.project_id and p.deleted_at is null),
     stale as (
       select id from api_keys
        where id in (select id from found where last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
          for update skip locked),
     used as (update api_keys set last_used_at = clock_timestamp() where id in (select id from stale))
     select hash, ping_key from found`,
    [keys.map((key) => storedKey(key).prefix), hashes],
  );
  const pingKeys = new Map(rows.map((row) => [row.hash, row.ping_key]));
  return targets.map((target) => ({
    ...target,
    pingKey: pingKeys.get(storedKey(target.pingKey).hash) ?? target.pingKey,
  }));
}
