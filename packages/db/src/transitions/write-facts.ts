import type { PoolClient } from "../database.ts";
import type { Change } from "./change.ts";

/** Stores what pings said about their runs, and which were delivered late. */
export async function writeFacts(client: PoolClient, changes: readonly Change[]): Promise<void> {
  const rows = changes.flatMap((change) =>
    change.pings
      .filter(({ facts, lateMs }) => facts !== undefined || lateMs !== undefined)
      .map(({ id, rid, facts = {}, lateMs = null, receivedAt }) => ({
        project_id: change.stored.projectId,
        check_id: change.check.id,
        ping_id: id,
        rid,
        facts,
        late_ms: lateMs,
        received_at: receivedAt + (lateMs ?? 0),
      })),
  );
  if (rows.length === 0) return;
  await client.query(
    `insert into ping_facts (project_id, check_id, ping_id, rid, facts, late_ms, received_at)
     select x.project_id, x.check_id, x.ping_id, x.rid, x.facts, x.late_ms, to_timestamp(x.received_at / 1000)
       from json_to_recordset($1::json)
         as x(project_id uuid, check_id uuid, ping_id uuid, rid uuid, facts jsonb, late_ms float8, received_at float8)`,
    [JSON.stringify(rows)],
  );
}
