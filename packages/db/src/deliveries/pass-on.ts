import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";
import { ringForDeliveries } from "./changes.ts";
import { uuids } from "./due.ts";

/**
 * Writes the same delivery for other channels of its project, but for groups, and rings for them. Those that have it
 * already are left alone, so that a repeated attempt repeats nothing. @returns how many were written.
 */
export async function passOnDelivery(
  db: Db,
  deliveryId: string,
  channelIds: readonly string[],
): Promise<number> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.execute(sql`
      insert into deliveries (project_id, channel_id, kind, check_id, flip_id, incident_id)
      select d.project_id, c.id, d.kind, d.check_id, d.flip_id, d.incident_id
      from deliveries d
      join channels c on c.project_id = d.project_id and c.id = any(${uuids(channelIds)})
      where d.id = ${deliveryId} and c.kind <> 'group' and c.deleted_at is null
        and not exists (select from deliveries e where e.project_id = d.project_id and e.channel_id = c.id
          and e.kind = d.kind and e.flip_id is null and d.flip_id is null and e.created_at >= d.created_at)
      on conflict do nothing
      returning id`);
    if (rows.length > 0) await ringForDeliveries(tx);
    return rows.length;
  });
}
