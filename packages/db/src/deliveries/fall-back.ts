import { sql } from "drizzle-orm";

import type { Tx } from "../database.ts";
import { ringForDeliveries } from "./changes.ts";
import { uuids } from "./due.ts";

/**
 * Writes for deliveries that failed what goes to their project's fall-back channel in their place, and rings for it.
 * Nothing where no channel is named or it is broken too, for a test or what is quiet, and for what was itself in
 * another's place.
 */
export async function fallBack(tx: Tx, failed: readonly string[]): Promise<void> {
  if (failed.length === 0) return;
  const { rows } = await tx.execute(sql`
    insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id, round, payload, because,
      instead_of)
    select d.project_id, c.id, d.kind, d.check_id, d.flip_id, d.incident_id, d.round, d.payload,
      'Another channel did not take it.', d.id
    from deliveries d
    join channels c on c.project_id = d.project_id and c.is_fallback and c.id <> d.channel_id
      and c.deleted_at is null and c.broken_at is null and c.unconfirmed_since is null
    where d.id = any(${uuids(failed)}) and d.state = 'failed' and d.kind not in ('test', 'confirm', 'run', 'notice') and d.instead_of is null
    on conflict do nothing
    returning id`);
  if (rows.length > 0) await ringForDeliveries(tx);
}
