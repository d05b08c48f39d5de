import type { RunFacts } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import type { CheckRef } from "../checks/find-checks.ts";
import type { Pool } from "../database.ts";
import type { IncidentRef } from "../incidents/act.ts";
import { epochMs } from "../sql-fragments.ts";

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

/** What the ping that opened an incident said, and the ping that was under way while the check was found silent. */
export type IncidentFacts = {
  facts: RunFacts | null;
  /** It happened before the incident was opened, and was received after: its sender could not reach Overdue. */
  late: { happenedAt: Instant; receivedAt: Instant } | null;
};

/** What pings have said that explains an incident besides its evidence; null where there is no such incident. */
export async function findIncidentFacts(pool: Pool, ref: IncidentRef): Promise<IncidentFacts | null> {
  const [row] = await pool.query<{
    facts: RunFacts | null;
    happenedAt: Instant | null;
    receivedAt: Instant | null;
  }>(
    `select said.facts, ${epochMs("late.received_at - late.late_ms * interval '1 millisecond'")} as "happenedAt",
            ${epochMs("late.received_at")} as "receivedAt"
       from incidents i
       left join pings g on g.project_id = i.project_id and g.check_id = i.check_id
         and g.number = (i.evidence ->> 'pingNumber')::bigint
       left join ping_facts said on said.ping_id = g.id
       left join lateral (
         select f.received_at, f.late_ms from ping_facts f
          where f.project_id = i.project_id and f.check_id = i.check_id and f.late_ms is not null
            and f.received_at > i.opened_at and f.received_at < i.opened_at + interval '7 days'
            and f.received_at - f.late_ms * interval '1 millisecond' <= i.opened_at
          order by f.received_at limit 1) late on i.reason in ('missed', 'never-started')
      where i.project_id = $1 and i.id = $2`,
    [ref.projectId, ref.incidentId],
  );
  if (row === undefined) return null;
  const { facts, happenedAt, receivedAt } = row;
  return { facts, late: happenedAt === null || receivedAt === null ? null : { happenedAt, receivedAt } };
}
