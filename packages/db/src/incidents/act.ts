import type { Instant } from "@overdue/schedules";
import type { Pool, PoolClient } from "../database.ts";

import { checkNameSql } from "../checks/find-checks.ts";
import { inTransaction } from "../in-transaction.ts";

export type IncidentRef = { projectId: string; incidentId: string };

/** Who does it (a name to show) and when. `via`: where it comes neither from the app nor with a key. */
export type ByWhom = { by: string; at: Instant; via?: ActVia };

/**
 * By what else than the app somebody acted, for the audit log. `link`: the signed link, which does nothing a second
 * time. `address`: from where; null: unknown, as a provider stands in between.
 */
export type ActVia = {
  kind: "link" | "slack" | "telegram";
  link: string | null;
  address: string | null;
};

/** What became of an act. `used`: the link was used before. `resolved`: the check is up again, so there is nothing to acknowledge or snooze. */
export type Acted =
  | { kind: "done"; checkId: string }
  | { kind: "already"; by: string | null }
  | { kind: "used"; at: Instant }
  | { kind: "resolved"; at: Instant }
  | { kind: "unknown" };

type Incident = {
  checkId: string;
  resolvedAt: Instant | null;
  acknowledgedAt: Instant | null;
  acknowledgedBy: string | null;
};
type Entry = { kind: "acknowledged" | "unacknowledged" | "snoozed" | "note"; text: string };

/** Somebody looks after it: nobody else is called. An incident that is acknowledged already stays as it is. */
export function acknowledgeIncident(pool: Pool, ref: IncidentRef, who: ByWhom): Promise<Acted> {
  return act(pool, { ref, who }, async (client, incident) => {
    if (incident.acknowledgedAt !== null) return { kind: "already", by: incident.acknowledgedBy };
    const set = "acknowledged_at = to_timestamp($3::float8 / 1000), acknowledged_by = $4";
    await update(client, ref, { set, values: [who.at, who.by] });
    return record(client, { ref, incident, who, entry: { kind: "acknowledged", text: "" } });
  });
}

/** Nobody looks after it any more: what the routes would say is said. */
export function unacknowledgeIncident(pool: Pool, ref: IncidentRef, who: ByWhom): Promise<Acted> {
  return act(pool, { ref, who }, async (client, incident) => {
    if (incident.acknowledgedAt === null) return { kind: "already", by: null };
    await update(client, ref, { set: "acknowledged_at = null, acknowledged_by = null", values: [] });
    return record(client, { ref, incident, who, entry: { kind: "unacknowledged", text: "" } });
  });
}

/** No word of it until then; `until` Infinity: until it recovers. An instant that has passed ends a snooze. */
export function snoozeIncident(
  pool: Pool,
  ref: IncidentRef,
  { until, ...who }: ByWhom & { until: Instant },
): Promise<Acted> {
  return act(pool, { ref, who }, async (client, incident) => {
    const text = until === Infinity ? "infinity" : new Date(until).toISOString();
    await update(client, ref, { set: "snoozed_until = $3::timestamptz", values: [text] });
    return record(client, { ref, incident, who, entry: { kind: "snoozed", text } });
  });
}

/** A note for the next reader; also on a resolved incident. */
export function noteIncident(
  pool: Pool,
  ref: IncidentRef,
  { text, ...who }: ByWhom & { text: string },
): Promise<Acted> {
  return inTransaction(pool, async (client) => {
    const incident = await lock(client, ref);
    if (incident === null) return { kind: "unknown" };
    return record(client, { ref, incident, who, entry: { kind: "note", text } });
  });
}

function act(
  pool: Pool,
  { ref, who: { via } }: { ref: IncidentRef; who: ByWhom },
  work: (client: PoolClient, incident: Incident) => Promise<Acted>,
): Promise<Acted> {
  return inTransaction(pool, async (client) => {
    const incident = await lock(client, ref);
    if (incident === null) return { kind: "unknown" };
    if (incident.resolvedAt !== null) return { kind: "resolved", at: incident.resolvedAt };
    const link = via?.link ?? null;
    const usedAt = link === null ? null : await linkUsedAt(client, ref.incidentId, link);
    return usedAt === null ? work(client, incident) : { kind: "used", at: usedAt };
  });
}

/** When this link did its work; null: it has not yet. */
export async function linkUsedAt(
  on: Pool | PoolClient,
  incidentId: string,
  link: string,
): Promise<Instant | null> {
  const rows = await on.query<{ at: Instant }>(
    `select (extract(epoch from at) * 1000)::float8 as at from incident_entries
      where incident_id = $1 and link = $2 order by at limit 1`,
    [incidentId, link],
  );
  return rows[0]?.at ?? null;
}

// The check is not locked: pings of a check must never wait for a person.
async function lock(client: PoolClient, ref: IncidentRef): Promise<Incident | null> {
  const rows = await client.query<Incident>(
    `select i.check_id as "checkId", (extract(epoch from i.resolved_at) * 1000)::float8 as "resolvedAt",
            (extract(epoch from i.acknowledged_at) * 1000)::float8 as "acknowledgedAt",
            i.acknowledged_by as "acknowledgedBy"
       from incidents i join checks c on c.id = i.check_id and c.deleted_at is null
      where i.project_id = $1 and i.id = $2 for update of i`,
    [ref.projectId, ref.incidentId],
  );
  return rows[0] ?? null;
}

// Whatever was decided, the routes decide anew.
async function update(
  client: PoolClient,
  ref: IncidentRef,
  { set, values }: { set: string; values: readonly unknown[] },
): Promise<void> {
  await client.query(
    `update incidents set ${set}, wake_at = clock_timestamp() where project_id = $1 and id = $2`,
    [ref.projectId, ref.incidentId, ...values],
  );
  await client.query("select pg_notify('overdue_incidents', '')");
}

async function record(
  client: PoolClient,
  { ref, incident, who, entry }: { ref: IncidentRef; incident: Incident; who: ByWhom; entry: Entry },
): Promise<Acted> {
  await client.query(
    `insert into incident_entries (project_id, incident_id, at, kind, by, text, link)
     values ($1, $2, to_timestamp($3::float8 / 1000), $4, $5, $6, $7)`,
    [ref.projectId, ref.incidentId, who.at, entry.kind, who.by, entry.text, who.via?.link ?? null],
  );
  if (who.via !== undefined) await audit(client, { ref, by: who.by, at: who.at, via: who.via, entry });
  const { checkId } = incident;
  const changed = JSON.stringify({ projectId: ref.projectId, checkId });
  await client.query("select pg_notify('overdue_changes', $1)", [changed]);
  return { kind: "done", checkId };
}

const ACTIONS: Record<Entry["kind"], string> = {
  acknowledged: "incident.acknowledge",
  unacknowledged: "incident.unacknowledge",
  snoozed: "incident.snooze",
  note: "incident.note",
};

/** What was done in the app or with a key, the API writes down itself. */
async function audit(
  client: PoolClient,
  { ref, by, at, via, entry }: { ref: IncidentRef; by: string; at: Instant; via: ActVia; entry: Entry },
): Promise<void> {
  await client.query(
    `insert into audit_entries (project_id, at, actor_kind, actor_id, actor_name, address, action, object_id,
       object_name, fields)
     select $1, to_timestamp($2::float8 / 1000), $3, '', $4, $5, $6, i.id, case when c.id is null then '' else ${checkNameSql("c")} end, '[]'::jsonb
       from incidents i left join checks c on c.project_id = i.project_id and c.id = i.check_id
      where i.project_id = $1 and i.id = $7`,
    [ref.projectId, at, via.kind, by, via.address, ACTIONS[entry.kind], ref.incidentId],
  );
}
