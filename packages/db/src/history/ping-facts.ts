import type { RunFacts } from "@overdue/core";
import type { CheckRef } from "../checks/find-checks.ts";
import type { Pool } from "../database.ts";

/** What a ping said about its run; `lateMs`: how long after it happened it was received, null: at once. */
export type PingFacts = { facts: RunFacts; lateMs: number | null };

/** What the newest ping of each of these runs said about it, by the run id that its client gave it. */
export async function findRunFacts(
  pool: Pool,
  ref: CheckRef,
  rids: readonly string[],
): Promise<Map<string, PingFacts>> {
  return await find(pool, { ref, ids: rids, by: "rid" });
}

/** What these pings said, by the ping's id. */
export async function findPingFacts(
  pool: Pool,
  ref: CheckRef,
  ids: readonly string[],
): Promise<Map<string, PingFacts>> {
  return await find(pool, { ref, ids, by: "ping_id" });
}

type Asked = { ref: CheckRef; ids: readonly string[]; by: "rid" | "ping_id" };

async function find(pool: Pool, { ref, ids, by }: Asked): Promise<Map<string, PingFacts>> {
  if (ids.length === 0) return new Map();
  const rows = await pool.query<PingFacts & { of: string }>(
    `select distinct on (${by}) ${by} as of, facts, late_ms::float8 as "lateMs" from ping_facts
      where project_id = $1 and check_id = $2 and ${by} = any($3::uuid[])
      order by ${by}, received_at desc`,
    [ref.projectId, ref.checkId, ids],
  );
  return new Map(rows.map(({ of, ...said }) => [of, said]));
}
