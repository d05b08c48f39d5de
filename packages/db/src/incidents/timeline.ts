import { type Reason, spansBetween } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import { openDb, type Pool } from "../database.ts";
import { windowRowsByCheck } from "../maintenance/windows.ts";
import { epochMs } from "../sql-fragments.ts";
import type { IncidentRef } from "./act.ts";

/** One thing that happened during an incident. */
export type TimelineItem =
  | {
      kind: "flip";
      id: string;
      at: Instant;
      from: string;
      to: string;
      reason: Reason | null;
      detectedAt: Instant;
    }
  | {
      kind: "delivery";
      id: string;
      at: Instant;
      channelId: string;
      channelName: string;
      channelKind: string;
      deliveryKind: string;
      state: string;
      attempts: number;
      finishedAt: Instant | null;
      lastError: string | null;
    }
  | {
      kind: "acknowledged" | "unacknowledged" | "snoozed" | "note";
      id: string;
      at: Instant;
      by: string;
      text: string;
    }
  /** A maintenance window in which the check was silent; `id`: the window's, which occurs more than once if it recurs. */
  | { kind: "maintenance"; id: string; at: Instant; until: Instant; by: string; text: string };

const IS_INCIDENT = "i.project_id = $1 and i.id = $2";

const FLIPS = `
  select 'flip' as kind, f.id, ${epochMs("f.at")} as at, f.from_status as "from", f.to_status as "to", f.reason,
         ${epochMs("f.detected_at")} as "detectedAt"
    from incidents i join flips f on f.project_id = i.project_id and f.check_id = i.check_id
         and f.at >= i.opened_at and f.at <= coalesce(i.resolved_at, 'infinity')
   where ${IS_INCIDENT} and (f.deadline_seq >= i.deadline_seq)
   order by f.at, f.id limit $3`;

const DELIVERIES = `
  select 'delivery' as kind, d.id, ${epochMs("d.created_at")} as at, d.channel_id as "channelId",
         c.name as "channelName", c.kind as "channelKind", d.kind as "deliveryKind", d.state, d.attempt as attempts,
         ${epochMs("d.finished_at")} as "finishedAt", d.last_error as "lastError"
    from incidents i join deliveries d on d.project_id = i.project_id and d.incident_id = i.id
    join channels c on c.project_id = d.project_id and c.id = d.channel_id
   where ${IS_INCIDENT} order by d.created_at, d.id limit $3`;

const ENTRIES = `
  select e.kind, e.id, ${epochMs("e.at")} as at, e.by, e.text
    from incidents i join incident_entries e on e.project_id = i.project_id and e.incident_id = i.id
   where ${IS_INCIDENT} order by e.at, e.id limit $3`;

/** The timeline of an incident, with up to `limit` items of each kind. At the same instant flips come first, then people's acts, then deliveries. */
export async function loadTimeline(
  pool: Pool,
  { projectId, incidentId }: IncidentRef,
  limit: number,
): Promise<TimelineItem[]> {
  const parts = await Promise.all(
    [FLIPS, ENTRIES, DELIVERIES].map((text) =>
      pool.query<TimelineItem>(text, [projectId, incidentId, limit]),
    ),
  );
  const items = [...parts.flat(), ...(await maintenanceDuring(pool, { projectId, incidentId }))];
  return items.toSorted((one, other) => one.at - other.at);
}

const CHECK = `
  select c.id, c.tags, ${epochMs("i.opened_at")} as "from",
         ${epochMs("coalesce(i.resolved_at, clock_timestamp())")} as "until"
    from incidents i join checks c on c.project_id = i.project_id and c.id = i.check_id where ${IS_INCIDENT}`;

/** The maintenance windows of its check while the incident lasted. */
async function maintenanceDuring(
  pool: Pool,
  { projectId, incidentId }: IncidentRef,
): Promise<TimelineItem[]> {
  const rows = await pool.query<{ id: string; tags: string; from: Instant; until: Instant }>(CHECK, [
    projectId,
    incidentId,
  ]);
  const [check] = rows;
  if (check === undefined) return [];
  const windows = (await windowRowsByCheck(openDb(pool), projectId))(check);
  return windows.flatMap(({ id, name, createdBy, rule, stoppedAt }) =>
    spansBetween({ rule, stoppedAt: stoppedAt?.getTime() ?? null }, check).map(
      ({ from, until }): TimelineItem => ({
        kind: "maintenance",
        id,
        at: Math.max(from, check.from),
        until,
        by: createdBy,
        text: name,
      }),
    ),
  );
}
